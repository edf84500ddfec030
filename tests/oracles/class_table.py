"""A right class table, its formulas written down by hand: the starting point of deliberate faults.

Knows nothing of the package: neither of its equations nor of how it looks for tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

WEIGHTS = tuple(f"w{k}" for k in range(1, 9))
GRADIENTS = tuple(f"dE/dw{k}" for k in range(1, 9))
CONSTANTS = ("t1", "t2", "i1", "i2")

# {x} is the cell of x in the same row, {above x} the one in the row above, {rate} the learning
# rate's.
FORMULAS = {
    "h1": "{w1}*{i1}+{w2}*{i2}",
    "h2": "{w3}*{i1}+{w4}*{i2}",
    "a_h1": "1/(1+EXP(-{h1}))",
    "a_h2": "1/(1+EXP(-{h2}))",
    "o1": "{w5}*{a_h1}+{w6}*{a_h2}",
    "o2": "{w7}*{a_h1}+{w8}*{a_h2}",
    "a_o1": "1/(1+EXP(-{o1}))",
    "a_o2": "1/(1+EXP(-{o2}))",
    "E1": "0.5*({t1}-{a_o1})^2",
    "E2": "0.5*({t2}-{a_o2})^2",
    "E_total": "{E1}+{E2}",
    "dE/dw1": "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w5}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w7})"
    "*{a_h1}*(1-{a_h1})*{i1}",
    "dE/dw2": "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w5}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w7})"
    "*{a_h1}*(1-{a_h1})*{i2}",
    "dE/dw3": "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w6}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w8})"
    "*{a_h2}*(1-{a_h2})*{i1}",
    "dE/dw4": "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w6}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w8})"
    "*{a_h2}*(1-{a_h2})*{i2}",
    "dE/dw5": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1}",
    "dE/dw6": "({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h2}",
    "dE/dw7": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{a_h1}",
    "dE/dw8": "({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{a_h2}",
}
UPDATE = "{{above w{k}}}-{{rate}}*{{above dE/dw{k}}}"

CLASS_ORDER = (
    *("t1", "t2", "i1", "i2", "w1", "w2", "w3", "w4", "h1", "a_h1", "h2", "a_h2"),
    *("w5", "w6", "w7", "w8", "o1", "a_o1", "o2", "a_o2", "E1", "E2", "E_total"),
    *GRADIENTS,
)
SPELLINGS: dict[str, dict[str, str]] = {
    "class": {g: f"∂E/∂w{k}" for k, g in enumerate(GRADIENTS, 1)},
    "plain": {g: f"dE_total / dw{k}" for k, g in enumerate(GRADIENTS, 1)}
    | {"a_h1": "out_h1", "a_h2": "out_h2", "a_o1": "out_o1", "a_o2": "out_o2", "E_total": "E_T"},
    "mathematical": {g: f"𝜕E/𝜕w{k}" for k, g in enumerate(GRADIENTS, 1)}
    | {"E_total": "E tot", "a_h1": "A_H1", "w1": "W1", "h1": "net_h1"},
    "delta": {g: f"δE_tot/δw{k}" for k, g in enumerate(GRADIENTS, 1)}
    | {"a_h1": "σ(h1)", "a_h2": "σ(h2)", "E1": "E_o1", "E2": "E_o2", "E_total": "Total Error"},
    "short": {g: f"E∂w{k}" for k, g in enumerate(GRADIENTS, 1)} | {"E_total": "E"},
    "shortest": {g: f"dw{k}" for k, g in enumerate(GRADIENTS, 1)} | {"E_total": "Loss"},
}


@dataclass(frozen=True)
class Start:
    """The numbers with which a run begins."""

    inputs: tuple[float, float] = (0.05, 0.10)
    targets: tuple[float, float] = (0.01, 0.99)
    weights: tuple[float, ...] = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
    rate: float = 0.5

    @property
    def numbers(self) -> dict[str, float]:
        return dict(
            zip((*CONSTANTS, *WEIGHTS), (*self.targets, *self.inputs, *self.weights), strict=True)
        )


@dataclass
class ClassTable:
    """The cells of a sheet that holds one right table; rows and columns count from 1.

    ``inputs`` says how t1 … i2 of later rows are given: "typed", "above" (=A5), or "reference" (of
    every row, to cells beside their labels; the start weights too).
    """

    start: Start = field(default_factory=Start)
    steps: int = 4
    header_row: int = 8
    first_column: int = 1
    order: tuple[str, ...] = CLASS_ORDER
    spelling: str = "class"
    inputs: str = "typed"
    rate_anchor: str = "$"
    sheet: str = "Sheet1"
    gap: int = 0
    cells: dict[tuple[int, int], str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first_row = self.header_row + 1 + self.gap
        self.last_row = self.first_row + self.steps
        self.columns = {name: self.first_column + k for k, name in enumerate(self.order)}
        headers = SPELLINGS[self.spelling]
        for name, column in self.columns.items():
            self.cells[self.header_row, column] = headers.get(name, name)
        # The learning rate above the header, its label to the left; start values far to the right.
        self.rate_place = (self.header_row - 2, self.first_column + 3)
        row, column = self.rate_place
        self.cells[row, column - 1], self.cells[row, column] = "η =", self.start.rate
        self.start_places = {
            name: (self.header_row + k, self.first_column + 60)
            for k, name in enumerate(self.start.numbers)
        }
        if self.inputs == "reference":
            for name, (row, column) in self.start_places.items():
                self.cells[row, column - 1] = name
                self.cells[row, column] = self.start.numbers[name]
        for row in self.rows:
            for name, column in self.columns.items():
                self.cells[row, column] = self.right(name, row)

    @property
    def rows(self) -> range:
        return range(self.first_row, self.last_row + 1)

    def name(self, quantity: str, row: int) -> str:
        """The address of a quantity's cell in a row."""
        return f"{xl_col_to_name(self.columns[quantity] - 1)}{row}"

    def address(self, place: tuple[int, int], anchor: str = "$") -> str:
        return f"{anchor}{xl_col_to_name(place[1] - 1)}{anchor}{place[0]}"

    def written(self, template: str, row: int) -> str:
        """A template with the cells of a row, as a formula."""
        names: dict[str, str] = {
            "rate": self.address(self.rate_place, self.rate_anchor),
            "blank": f"{xl_col_to_name(self.first_column + 80)}{row + 500}",
        }
        for quantity in self.columns:
            names[quantity] = self.name(quantity, row)
            names[f"above {quantity}"] = self.name(quantity, row - 1)
            names[f"first {quantity}"] = self.name(quantity, self.first_row)
        return "=" + template.format_map(names)

    def right(self, quantity: str, row: int) -> str | float:
        """What belongs in a cell."""
        first = row == self.first_row
        if quantity in CONSTANTS or (quantity in WEIGHTS and first):
            if self.inputs == "reference":
                return "=" + self.address(self.start_places[quantity])
            if self.inputs == "above" and not first:
                return self.written(f"{{above {quantity}}}", row)
            return self.start.numbers[quantity]
        return self.written(self.template(quantity), row)

    @staticmethod
    def template(quantity: str) -> str:
        """The right formula of a quantity, of a row other than the first."""
        if quantity in WEIGHTS:
            return UPDATE.format(k=quantity[1:])
        return FORMULAS[quantity]

    def put(self, quantity: str, template: str, rows: range | list[int]) -> set[tuple[str, int]]:
        """Write another formula in some rows of a column; gives the cells."""
        for row in rows:
            self.cells[row, self.columns[quantity]] = self.written(template, row)
        return {(quantity, row) for row in rows}

    def computed_rows(self, quantity: str) -> range:
        """The rows in which a quantity is computed: a weight's start value is not."""
        return range(self.first_row + (quantity in WEIGHTS), self.last_row + 1)

    def write(
        self, path: Path, values: Mapping[tuple[int, int], float | str] | None = None
    ) -> Path:
        """Write the workbook; ``values`` are the cached results of formulas."""
        with xlsxwriter.Workbook(path) as workbook:
            self._write_sheet(workbook, values or {})
        return path

    @staticmethod
    def write_sheets(path: Path, *tables: ClassTable) -> Path:
        """Write a workbook with a sheet for each table."""
        with xlsxwriter.Workbook(path) as workbook:
            for table in tables:
                table._write_sheet(workbook, {})
        return path

    def _write_sheet(
        self, workbook: xlsxwriter.Workbook, values: Mapping[tuple[int, int], float | str]
    ) -> None:
        sheet = workbook.add_worksheet(self.sheet)
        for (row, column), content in sorted(self.cells.items()):
            if isinstance(content, str) and content.startswith("="):
                cached = values.get((row, column), 0)
                sheet.write_formula(row - 1, column - 1, content, None, cached)
            else:
                sheet.write(row - 1, column - 1, content)

    def numbers(self) -> dict[tuple[int, int], float]:
        """The right value of every cell of the table."""
        return {
            (row, self.columns[name]): value
            for row, step in zip(self.rows, run(self.start, self.steps), strict=True)
            for name, value in step.items()
            if name in self.columns
        }


def run(start: Start, steps: int) -> list[dict[str, float]]:
    """Every quantity of every step, computed the long way round."""

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    numbers = dict(start.numbers)
    rows = []
    for _ in range(steps + 1):
        n = dict(numbers)
        n["h1"] = n["w1"] * n["i1"] + n["w2"] * n["i2"]
        n["h2"] = n["w3"] * n["i1"] + n["w4"] * n["i2"]
        n["a_h1"], n["a_h2"] = sigmoid(n["h1"]), sigmoid(n["h2"])
        n["o1"] = n["w5"] * n["a_h1"] + n["w6"] * n["a_h2"]
        n["o2"] = n["w7"] * n["a_h1"] + n["w8"] * n["a_h2"]
        n["a_o1"], n["a_o2"] = sigmoid(n["o1"]), sigmoid(n["o2"])
        n["E1"] = (n["t1"] - n["a_o1"]) ** 2 / 2
        n["E2"] = (n["t2"] - n["a_o2"]) ** 2 / 2
        n["E_total"] = n["E1"] + n["E2"]
        delta1 = (n["a_o1"] - n["t1"]) * n["a_o1"] * (1 - n["a_o1"])
        delta2 = (n["a_o2"] - n["t2"]) * n["a_o2"] * (1 - n["a_o2"])
        back1 = (delta1 * n["w5"] + delta2 * n["w7"]) * n["a_h1"] * (1 - n["a_h1"])
        back2 = (delta1 * n["w6"] + delta2 * n["w8"]) * n["a_h2"] * (1 - n["a_h2"])
        for k, slope in enumerate(
            (
                back1 * n["i1"],
                back1 * n["i2"],
                back2 * n["i1"],
                back2 * n["i2"],
                delta1 * n["a_h1"],
                delta1 * n["a_h2"],
                delta2 * n["a_h1"],
                delta2 * n["a_h2"],
            ),
            1,
        ):
            n[f"dE/dw{k}"] = slope
            numbers[f"w{k}"] = n[f"w{k}"] - start.rate * slope
        rows.append(n)
    return rows
