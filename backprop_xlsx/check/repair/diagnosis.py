"""What is wrong with a formula: the repair that makes it right, or what it computes instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Outside, meant
from backprop_xlsx.check.repair.changes import Repair
from backprop_xlsx.check.repair.search import completing_repair, further_repair, simple_repair
from backprop_xlsx.check.repair.slips.catalogue import slips_undone
from backprop_xlsx.check.repair.slips.contents import TypedNumber
from backprop_xlsx.check.repair.slips.otherwise import (
    Circular,
    Other,
    OtherQuantity,
    computed_instead,
)
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.workshop import Effort, Workshop
from backprop_xlsx.formula.expression import Number, Symbol


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a quantity's formula: a ``repair``, or else the ``slip`` as a whole.

    ``meanings`` are those of the formula's operands in the row where it was found.
    """

    quantity: str
    meanings: tuple[Meaning | None, ...]
    repair: Repair | None = None
    slip: Slip = field(default_factory=Other)

    def slips(self, case: Case) -> list[Slip]:
        """The slips that were made, in the order in which they are told."""
        return [self.slip] if self.repair is None else slips_undone(self.repair, case)

    def is_like(self, other: Diagnosis) -> bool:
        """Whether two formulas that no small edit repairs are wrong in the same way."""
        if self.repair is not None or other.repair is not None or self.slip != other.slip:
            return False
        return self.slip != Other() or self._keys() == other._keys()

    def _keys(self) -> list[str | None]:
        return [None if meaning is None else meaning.key for meaning in self.meanings]


@dataclass
class Diagnoses:
    """What was found before in a book, by quantity and by what the formula's operands mean."""

    found: dict[tuple[object, ...], Diagnosis] = field(default_factory=dict)
    effort: Effort = field(default_factory=Effort)


def diagnose(judge: Judge, quantity: str, form: Form, row: int, known: Diagnoses) -> Diagnosis:
    """Find out what is wrong with a form in a row; ``known`` holds what was found before."""
    meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
    if any(m is not None and not isinstance(m.expression, (Symbol, Number)) for m in meanings):
        # The words will name cells of this table.
        return _diagnose(judge, quantity, form, meanings, known.effort)
    key = judge.key(quantity, form.tokens, meanings)
    if key not in known.found:
        known.found[key] = _diagnose(judge, quantity, form, meanings, known.effort)
    return known.found[key]


def _diagnose(
    judge: Judge,
    quantity: str,
    form: Form,
    meanings: Sequence[Meaning | None],
    effort: Effort,
) -> Diagnosis:
    found = tuple(meanings)
    expression = meant(form.part.expression, meanings)
    leaves = list(expression.leaves())
    if not any(isinstance(leaf, (Symbol, Outside)) for leaf in leaves):
        return Diagnosis(quantity, found, slip=TypedNumber())
    if effort.left <= 0:
        return Diagnosis(quantity, found)
    workshop = Workshop(judge, quantity, form.tokens, meanings, effort)
    repair = simple_repair(workshop)
    if repair is None:
        instead = computed_instead(judge, quantity, expression, leaves)
        if isinstance(instead, OtherQuantity) and len(leaves) == 1:
            # What is copied may be a part of what belongs there.
            repair = completing_repair(workshop)
        if instead is not None and repair is None:
            return Diagnosis(quantity, found, slip=instead)
        repair = repair or further_repair(workshop)
    circular = Symbol(quantity) in leaves
    return Diagnosis(quantity, found, repair, Circular() if circular else Other())
