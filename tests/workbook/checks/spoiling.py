"""A book held open in ironcalc, whose formulas are spoilt and mended column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import ironcalc

from backprop_xlsx import Experiment, build
from backprop_xlsx.workbook.layout import FIRST_ROW, Run
from tests.workbook.names import named_cells

Spoil = Callable[[str, float], str | float]  # of a formula (with "=") and its value

VERDICT = ("Checks", 4, 3)


class OpenBook:
    """The book of an experiment; rows and columns from 1."""

    def __init__(self, experiment: Experiment, path: Path) -> None:
        build(experiment, path)
        self._model = ironcalc.load_from_xlsx(str(path))
        names = [properties["name"] for properties in self._model.get_worksheets_properties()]
        self._sheets = {name: index for index, name in enumerate(names)}
        self._stale = True
        self._unspoilt: dict[str, dict[int, list[object]]] = {}
        self.yellow = named_cells(path)

    @property
    def verdict(self) -> str:
        """The sentence over all checks, after a recalculation."""
        return str(self.value(*VERDICT))

    def value(self, sheet: str, row: int, column: int) -> object:
        """A cell's value, after a recalculation."""
        if self._stale:
            self._model.evaluate()
            self._stale = False
        return self._model.get_cell_value(self._sheets[sheet], row, column)

    def type(self, name: str, value: float | str) -> None:
        """Types a number or a text into the yellow cell of that name."""
        sheet, row, column = self.yellow[name]
        if isinstance(value, str):
            self._model.update_cell_with_text(self._sheets[sheet], row, column, value)
        else:
            self._model.update_cell_with_number(self._sheets[sheet], row, column, value)
        self._stale = True
        self._unspoilt.clear()

    @contextmanager
    def spoilt(self, run: Run, quantity: str, first_step: int, spoil: Spoil) -> Iterator[bool]:
        """Spoils a column of a run from a step on; gives whether a value has changed by that."""
        sheet, column = self._sheets[run.sheet], run.columns[quantity] + 1
        rows = range(FIRST_ROW + 1 + first_step, FIRST_ROW + run.steps + 2)
        formulas = {row: self._model.get_cell_content(sheet, row, column) for row in rows}
        before = [self._unspoilt_values(run, row)[column - 1] for row in rows]
        for row, value in zip(rows, before, strict=True):
            if formulas[row]:
                assert value is None or isinstance(value, (int, float))
                new = spoil(formulas[row], float(value or 0))
                if isinstance(new, str):
                    self._model.set_user_input(sheet, row, column, new)
                else:
                    self._model.update_cell_with_number(sheet, row, column, new)
        self._stale = True
        after = [self.value(run.sheet, row, column) for row in rows]
        try:
            yield before != after
        finally:
            for row, formula in formulas.items():
                self._model.set_user_input(sheet, row, column, formula)
            self._stale = True

    def _unspoilt_values(self, run: Run, row: int) -> list[object]:
        """A row of a run as it is while nothing is spoilt, computed once for all columns."""
        if run.sheet not in self._unspoilt:
            columns = range(1, max(run.columns.values()) + 2)
            self._unspoilt[run.sheet] = {
                row: [self.value(run.sheet, row, column) for column in columns]
                for row in range(FIRST_ROW + 1, FIRST_ROW + run.steps + 2)
            }
        return self._unspoilt[run.sheet][row]


def times(factor: float) -> Spoil:
    """The formula times a number."""
    return lambda formula, value: f"=({formula[1:]})*{factor!r}"


def typed(numbers: Iterator[float]) -> Spoil:
    """A number in place of each formula."""
    return lambda formula, value: next(numbers)
