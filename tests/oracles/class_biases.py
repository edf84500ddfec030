"""A right class table with biases, its formulas written down by hand, and mistakes in them.

Knows nothing of the package, as class_table.py does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.oracles.class_table import (
    CLASS_ORDER,
    CONSTANTS,
    FORMULAS,
    GRADIENTS,
    UPDATE,
    WEIGHTS,
    ClassTable,
    Start,
)

PRE_ACTIVATIONS = ("h1", "h2", "o1", "o2")
BIASES = {"shared": ("b1", "b1", "b2", "b2"), "own": ("b1", "b2", "b3", "b4")}
"""The bias of each of them: one of the layer, as in Matt Mazur's example, or one of its own."""
VALUES = {"b1": 0.35, "b2": 0.6, "b3": -0.15, "b4": 0.25}

DELTA_O = tuple(f"({{a_o{k}}}-{{t{k}}})*{{a_o{k}}}*(1-{{a_o{k}}})" for k in (1, 2))
DELTA_H = tuple(
    f"({DELTA_O[0]}*{{{first}}}+{DELTA_O[1]}*{{{second}}})*{{a_h{k}}}*(1-{{a_h{k}}})"
    for k, first, second in ((1, "w5", "w7"), (2, "w6", "w8"))
)
DELTAS = (*DELTA_H, *DELTA_O)


@dataclass
class BiasedTable(ClassTable):
    """A class table with biases.

    ``sharing`` is "shared" or "own". ``biases`` says how they are given: "columns" (a number in
    each row), "cells" (above the table, each beside its name), "unlabelled" (the same without
    the name), "typed" (into the formulas), or "trained" (columns, with gradients and updates).
    """

    sharing: str = "shared"
    biases: str = "columns"
    header_row: int = 16
    bias_values: dict[str, float] = field(default_factory=lambda: dict(VALUES))

    def __post_init__(self) -> None:
        self.bias_names = tuple(dict.fromkeys(BIASES[self.sharing]))
        if self.biases in ("columns", "trained"):
            hidden = self.bias_names[: len(self.bias_names) // 2]
            place = self.order.index("h1")
            self.order = (*self.order[:place], *hidden, *self.order[place:])
            place = self.order.index("o1")
            output = self.bias_names[len(hidden) :]
            self.order = (*self.order[:place], *output, *self.order[place:])
        if self.biases == "trained":
            self.order += tuple(f"dE/d{name}" for name in self.bias_names)
        self.bias_places = {name: (2 + k, 6) for k, name in enumerate(self.bias_names)}
        super().__post_init__()
        for name in self.bias_names if self.biases in ("cells", "unlabelled") else ():
            row, column = self.bias_places[name]
            self.cells[row, column] = self.bias_values[name]
            if self.biases == "cells":
                self.cells[row, column - 1] = name

    def bias(self, name: str) -> str:
        """A bias as a template writes it."""
        if self.biases in ("cells", "unlabelled"):
            return self.address(self.bias_places[name])
        return f"{self.bias_values[name]}" if self.biases == "typed" else f"{{{name}}}"

    def right(self, quantity: str, row: int) -> str | float:
        if quantity in self.bias_names and (self.biases == "columns" or row == self.first_row):
            return self.bias_values[quantity]
        if quantity in (*CONSTANTS, *WEIGHTS) and row == self.first_row:
            return self.start.numbers[quantity]
        if quantity in CONSTANTS:
            return super().right(quantity, row)
        return self.written(self.biased_template(quantity), row)

    def biased_template(self, quantity: str) -> str:
        """The right formula of a quantity, of a row other than the first."""
        if quantity in PRE_ACTIVATIONS:
            own = BIASES[self.sharing][PRE_ACTIVATIONS.index(quantity)]
            return f"{FORMULAS[quantity]}+{self.bias(own)}"
        if quantity in self.bias_names:
            return UPDATE.replace("w{k}", quantity).format()
        if quantity.startswith("dE/db"):
            bias = quantity.removeprefix("dE/d")
            return "+".join(
                delta
                for delta, own in zip(DELTAS, BIASES[self.sharing], strict=True)
                if own == bias
            )
        return self.template(quantity)

    def computed_rows(self, quantity: str) -> range:
        start = quantity in WEIGHTS or quantity in self.bias_names
        return range(self.first_row + start, self.last_row + 1)

    def numbers(self) -> dict[tuple[int, int], float]:
        steps = run(
            self.start, self.bias_values, self.sharing, self.steps, self.biases == "trained"
        )
        return {
            (row, self.columns[name]): value
            for row, step in zip(self.rows, steps, strict=True)
            for name, value in step.items()
            if name in self.columns
        }


def run(
    start: Start, biases: dict[str, float], sharing: str, steps: int, trained: bool
) -> list[dict[str, float]]:
    """Every quantity of every step, computed the long way round."""
    numbers = start.numbers | {name: biases[name] for name in BIASES[sharing]}
    rows = []
    for _ in range(steps + 1):
        n = dict(numbers)
        inputs = (n["i1"], n["i2"])
        deltas = {}
        sources = inputs
        for layer, first in (("h", 1), ("o", 5)):
            outs = []
            for k in (1, 2):
                name = f"{layer}{k}"
                w = (n[f"w{first + 2 * k - 2}"], n[f"w{first + 2 * k - 1}"])
                n[name] = w[0] * sources[0] + w[1] * sources[1]
                n[name] += n[BIASES[sharing][PRE_ACTIVATIONS.index(name)]]
                n[f"a_{name}"] = 1 / (1 + math.exp(-n[name]))
                outs.append(n[f"a_{name}"])
            sources = (outs[0], outs[1])
        for k in (1, 2):
            error = n[f"a_o{k}"] - n[f"t{k}"]
            n[f"E{k}"] = error**2 / 2
            deltas[f"o{k}"] = error * n[f"a_o{k}"] * (1 - n[f"a_o{k}"])
        n["E_total"] = n["E1"] + n["E2"]
        for k, back in ((1, ("w5", "w7")), (2, ("w6", "w8"))):
            pull = deltas["o1"] * n[back[0]] + deltas["o2"] * n[back[1]]
            deltas[f"h{k}"] = pull * n[f"a_h{k}"] * (1 - n[f"a_h{k}"])
        for index, (name, into) in enumerate(zip(PRE_ACTIVATIONS, (0, 0, 1, 1), strict=True)):
            below = (n["a_h1"], n["a_h2"]) if into else inputs
            for side in (0, 1):
                n[f"dE/dw{2 * index + side + 1}"] = deltas[name] * below[side]
        for bias in dict.fromkeys(BIASES[sharing]):
            owners = [
                name
                for name, own in zip(PRE_ACTIVATIONS, BIASES[sharing], strict=True)
                if own == bias
            ]
            n[f"dE/d{bias}"] = sum(deltas[name] for name in owners)
        for name in (*WEIGHTS, *(dict.fromkeys(BIASES[sharing]) if trained else ())):
            numbers[name] = n[name] - start.rate * n[f"dE/d{name}"]
        rows.append(n)
    return rows


@dataclass(frozen=True)
class BiasMistake:
    """A wrong formula of a quantity in a table of that kind, and words that must explain it."""

    kind: str
    sharing: str
    biases: str
    quantity: str
    template: str
    words: tuple[str, ...]


def bias_mistakes() -> list[BiasMistake]:
    """Mistakes that only a table with biases can have."""
    found = []
    for sharing, names in BIASES.items():
        for biases in ("columns", "cells", "trained"):
            table = BiasedTable(sharing=sharing, biases=biases)
            for quantity, own in zip(PRE_ACTIVATIONS, names, strict=True):
                right = table.biased_template(quantity)
                other = next(name for name in names if name != own)
                for kind, template, words in (
                    ("missing", FORMULAS[quantity], (f"the term + {own} is missing",)),
                    (
                        "another's",
                        right.replace(table.bias(own), table.bias(other)),
                        (f"uses {other} where {own} belongs",),
                    ),
                    (
                        "subtracted",
                        right.replace("+" + table.bias(own), "-" + table.bias(own)),
                        ("uses − where + belongs", own),
                    ),
                    (
                        "multiplied",
                        right.replace("+" + table.bias(own), "*" + table.bias(own)),
                        ("uses * where + belongs", own),
                    ),
                ):
                    found.append(BiasMistake(kind, sharing, biases, quantity, template, words))
        found += _in_training(sharing, names)
    return found


def _in_training(sharing: str, names: tuple[str, ...]) -> list[BiasMistake]:
    table = BiasedTable(sharing=sharing, biases="trained")
    found = []

    def add(kind: str, quantity: str, template: str, *words: str) -> None:
        found.append(BiasMistake(kind, sharing, "trained", quantity, template, words))

    for bias in dict.fromkeys(names):
        update = table.biased_template(bias)
        other = next(name for name in names if name != bias)
        gradient = f"{{above dE/d{bias}}}"
        add("sign", bias, update.replace("-{rate}", "+{rate}"), "uses + where − belongs")
        add(
            "gradient",
            bias,
            update.replace(gradient, f"{{above dE/d{other}}}"),
            f"{bias} is updated with the gradient of {other}",
        )
        add("not updated", bias, f"{{above {bias}}}", f"{bias} is not updated")
        add(
            "weight's gradient",
            bias,
            update.replace(gradient, "{above dE/dw1}"),
            f"{bias} is updated with the gradient of w1",
        )
        right = table.biased_template(f"dE/d{bias}")
        hidden_own = right in DELTA_H
        said = "copies ∂E/∂w" if hidden_own else "multiplies by i1"
        add("of the weight", f"dE/d{bias}", f"({right})*{{i1}}", said)
        add("slope", f"dE/d{bias}", right.replace("1-", "1+", 1), "uses + where − belongs")
    if sharing == "shared":
        add("one of two", "dE/db1", DELTA_H[0], "is missing")
        add("one of two", "dE/db2", DELTA_O[1], "is missing")
    return found


__all__ = ["BIASES", "CLASS_ORDER", "GRADIENTS", "BiasMistake", "BiasedTable", "bias_mistakes"]
