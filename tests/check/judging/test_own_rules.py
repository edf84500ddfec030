"""Tables that follow a rule of their own are right if all moves go down their own loss's slope."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from backprop_xlsx.check import check_file
from tests.check.homework import FORMULAS, write_homework

GRADIENTS = {name: formula for name, formula in FORMULAS.items() if name.startswith("dE/d")}
WEIGHTS = {name: formula for name, formula in FORMULAS.items() if name.startswith("w")}
HIDDEN = ("1", "2")


def _activated(function: str, slope: str) -> dict[str, str]:
    """The formulas of hidden neurons with another activation, and of the gradients behind it."""
    found = {f"a_h{k}": function.format(h=f"{{h{k}}}") for k in HIDDEN}
    for name, formula in GRADIENTS.items():
        for k in HIDDEN:
            formula = formula.replace(
                f"{{a_h{k}}}*(1-{{a_h{k}}})", slope.format(h=f"{{h{k}}}", a=f"{{a_h{k}}}")
            )
        found[name] = formula
    return found


SOFTPLUS = _activated("LN(1+EXP({h}))", "1/(1+EXP(-{h}))")
ARCTAN = _activated("ATAN({h})", "(1/(1+{h}^2))")
TURNED = {name: f"-({formula})" for name, formula in GRADIENTS.items()} | {
    name: formula.replace("-", "+", 1) for name, formula in WEIGHTS.items()
}
DECAYING = {name: f"{formula}-0.01*{{above {name}}}" for name, formula in WEIGHTS.items()}
FOURTH_POWER = {f"E{k}": f"({{a_o{k}}}-{{t{k}}})^4/4" for k in HIDDEN} | {
    name: formula.replace("({a_o1}-{t1})", "({a_o1}-{t1})^3").replace(
        "({a_o2}-{t2})", "({a_o2}-{t2})^3"
    )
    for name, formula in GRADIENTS.items()
}
RULES = {
    "softplus": SOFTPLUS,
    "arctan": ARCTAN,
    "fourth power": FOURTH_POWER,
    "turned gradients": TURNED,
    "weight decay": DECAYING,
}


def _faults(folder: Path, formulas: Mapping[str, str]) -> dict[str, str]:
    write_homework(folder / "book.xlsx", formulas, steps=8, chart=False)
    (table,) = check_file(folder / "book.xlsx").tables
    return {fault.quantity: fault.explanation for fault in table.faults}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_that_is_consistent_is_right(tmp_path: Path, rule: dict[str, str]) -> None:
    assert rule != {name: FORMULAS[name] for name in rule}
    assert _faults(tmp_path, rule) == {}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_slip_in_it_is_found(tmp_path: Path, rule: dict[str, str]) -> None:
    """One gradient of another rule, or without a factor, and nothing is consistent."""
    formula = (FORMULAS | rule)["dE/dw6"].replace("*{a_h2}", "")
    assert _faults(tmp_path, {**rule, "dE/dw6": formula})


@pytest.mark.parametrize(
    "slips",
    [
        {"E_total": "AVERAGE({E1},{E2})"},
        {"E1": "({t1}-{a_o1})^2", "E2": "({t2}-{a_o2})^2"},
        {"a_h2": "1/(1-EXP(-{h2}))"},
        {"o2": "{w7}*{a_h1}+{w8}*{a_h1}", "dE/dw8": FORMULAS["dE/dw7"]},
        {"a_o1": "MIN(0.9,1/(1+EXP(-{o1})))"},
    ],
    ids=["mean", "without ½", "one activation", "one source", "a cut-off"],
)
def test_a_slip_of_the_class_is_no_rule(tmp_path: Path, slips: dict[str, str]) -> None:
    """They go down some slope too: of another scale, or with one neuron unlike its sister."""
    assert set(_faults(tmp_path, slips)) == set(slips)
