"""A right class table whose gradients are computed from δ columns, as many textbooks do it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracles.class_table import CLASS_ORDER, GRADIENTS, ClassTable

DELTAS = {
    "d_o1": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})",
    "d_o2": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})",
    "d_h1": "({d_o1}*{w5}+{d_o2}*{w7})*{a_h1}*(1-{a_h1})",
    "d_h2": "({d_o1}*{w6}+{d_o2}*{w8})*{a_h2}*(1-{a_h2})",
}
_OF_HIDDEN = tuple(f"{{d_h{neuron}}}*{{i{source}}}" for neuron in (1, 2) for source in (1, 2))
_OF_OUTPUTS = tuple(f"{{d_o{neuron}}}*{{a_h{source}}}" for neuron in (1, 2) for source in (1, 2))
_FORMULAS = DELTAS | dict(zip(GRADIENTS, _OF_HIDDEN + _OF_OUTPUTS, strict=True))
ORDER = tuple(name for name in CLASS_ORDER if name not in GRADIENTS) + tuple(_FORMULAS)


@dataclass
class DeltaTable(ClassTable):
    """The same table with four more columns, left of the gradients."""

    order: tuple[str, ...] = ORDER

    @staticmethod
    def template(quantity: str) -> str:
        """The right formula of a quantity, of a row other than the first."""
        return _FORMULAS.get(quantity) or ClassTable.template(quantity)
