"""Optimisers that the check does not know by name are right if one rule updates all parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.check.faults.test_mistakes import check
from tests.oracles.class_table import WEIGHTS, ClassTable

# {w}, {g}, {m}, {v}: the weight's own columns; {above …} one row up, {twice} the weight two rows
# up, {count} the number of the step.
MEMORY = {"m": "0.9*{above m}+0.1*{g}", "v": "0.99*{above v}+0.01*{g}^2"}
OPTIMISERS: dict[str, dict[str, str]] = {
    "last change": {"w": "{above w}-{rate}*{above g}+0.5*({above w}-{twice})"},
    "RMSprop": {
        "v": MEMORY["v"],
        "w": "{above w}-{rate}*{above g}/SQRT({above v}+0.00000001)",
    },
    "Adagrad": {
        "v": "{above v}+{g}^2",
        "w": "{above w}-{rate}*{above g}/SQRT({above v})",
    },
    "Adam": {
        **MEMORY,
        "w": "{above w}-{rate}*({above m}/(1-0.9^{count}))"
        "/(SQRT({above v}/(1-0.99^{count}))+0.00000001)",
    },
    "look-ahead": {
        "v": "0.9*{above v}-{rate}*{above g}",
        "w": "{above w}+{v}",
    },
}


def table_of(rules: Mapping[str, Mapping[str, str]], steps: int = 6) -> ClassTable:
    """A class table in which each weight is updated by its own rule, with columns to remember."""
    table = ClassTable(steps=steps)
    table.columns["count"] = 1 + max(table.columns.values())
    table.cells[table.header_row, table.columns["count"]] = "step"
    for number, row in enumerate(table.rows):
        table.cells[row, table.columns["count"]] = float(number)
    for weight, rule in rules.items():
        for memory in rule.keys() - {"w"}:
            name = f"{memory}_{weight}"
            table.columns[name] = 1 + max(table.columns.values())
            table.cells[table.header_row, table.columns[name]] = name
    for weight, rule in rules.items():
        own = {"w": weight, "g": f"dE/d{weight}", "m": f"m_{weight}", "v": f"v_{weight}"}
        for quantity, template in rule.items():
            for number, row in enumerate(table.rows):
                begun = 2 if "{twice}" in template else 1
                formula = template
                if number < begun and quantity == "w":
                    formula = "{above w}-{rate}*{above g}" if number else ""
                elif number == 0:
                    without = template.replace(f"{{above {quantity}}}", "0")
                    formula = "0" if "{rate}" in template else without
                if formula:
                    twice = table.name(weight, row - 2)
                    for short, name in own.items():
                        formula = formula.replace(f"above {short}}}", f"above {name}}}")
                        formula = formula.replace(f"{{{short}}}", f"{{{name}}}")
                    table.put(own[quantity], formula.replace("{twice}", twice), [row])
    return table


@pytest.mark.parametrize("rule", OPTIMISERS.values(), ids=OPTIMISERS)
def test_one_rule_for_all_weights_is_right(tmp_path: Path, rule: dict[str, str]) -> None:
    assert check(table_of(dict.fromkeys(WEIGHTS, rule)), tmp_path).faults == ()


@pytest.mark.parametrize("changed", ["rule of a weight", "gradient", "sign", "start"])
@pytest.mark.parametrize("name", ["last change", "RMSprop", "Adam"])
def test_what_breaks_it_is_found(tmp_path: Path, name: str, changed: str) -> None:
    """One weight otherwise, a slip in a gradient, steps up the slope, a first step of its own."""
    rule = OPTIMISERS[name]
    rules = dict.fromkeys(WEIGHTS, rule)
    if changed == "rule of a weight":
        rules["w6"] = {**rule, "w": rule["w"].replace("{above g}", "{above g}^2")}
        rules["w6"]["w"] = rules["w6"]["w"].replace("{above m}", "{above m}^2")
    elif changed == "sign":
        rules = dict.fromkeys(WEIGHTS, {**rule, "w": rule["w"].replace("-{rate}", "+{rate}")})
    table = table_of(rules)
    if changed == "gradient":
        table.put("dE/dw6", "({a_o1}-{t1})*{a_o1}*{a_h2}", table.rows)
    elif changed == "start":
        for weight in WEIGHTS:
            table.put(weight, f"{{above {weight}}}+{{above dE/d{weight}}}", table.rows[1:2])
    assert check(table, tmp_path).faults


def test_a_rate_that_only_the_first_step_takes_is_no_rate(tmp_path: Path) -> None:
    rule = {"w": OPTIMISERS["last change"]["w"].replace("{rate}", "0.7")}
    assert check(table_of(dict.fromkeys(WEIGHTS, rule)), tmp_path).faults


def test_a_weight_from_two_rows_above_is_no_memory(tmp_path: Path) -> None:
    rule = {"w": "{twice}-{rate}*{above g}"}
    assert check(table_of(dict.fromkeys(WEIGHTS, rule)), tmp_path).faults
