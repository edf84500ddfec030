"""Practice books as students hand them in: formulas typed into engines, or saved by openpyxl."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import formualizer
import ironcalc
import openpyxl
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import EXERCISE, Layout
from backprop_xlsx.exercise.practice import NEW, Practice
from backprop_xlsx.exercise.sheets.book import write_book
from backprop_xlsx.exercise.sheets.mistakes_sheet import Mistakes
from backprop_xlsx.exercise.start_values import Row, own_and_drawn
from backprop_xlsx.model.experiment import Experiment

CLASS = Experiment.preset()
Starts = tuple[Row, Row]


def handed_out(
    folder: Path, practice: Practice, starts: Starts | None = None, mistakes: Mistakes | None = None
) -> Path:
    """A book to be filled in; with the start values of the class unless others are given."""
    path = folder / "Exercise.xlsx"
    starts = own_and_drawn(practice, CLASS, 0) if starts is None else starts
    empty = [blank.name for blank in practice.blanks]
    write_book(path, Filling.of(practice, starts, empty), mistakes or {})
    return path


def right_formulas(practice: Practice) -> dict[str, str]:
    """The right formula of each blank's cells as a template: ``{w1}*{i1}+{w2}*{i2}``."""
    return {
        cell: equation.formula(lambda leaf: f"{{{leaf.name}}}")  # type: ignore[attr-defined]
        for blank in practice.blanks
        for cell, equation in zip(blank.cells, blank.equations, strict=True)
    }


def of_class_table(quantity: str, template: str) -> tuple[str, str]:
    """The cell and the template for a formula of a class table, in which an update has a row."""
    updated = re.fullmatch(r"[wb]\d+", quantity) is not None
    for_rate = template.replace("{rate}", "{η}")
    return (NEW if updated else "") + quantity, re.sub(r"\{above ", "{", for_rate)


def typed(practice: Practice, templates: Mapping[str, str]) -> dict[tuple[int, int], str]:
    """What is typed into the sheet Exercise, by row and column from 1; filled down to row 2.

    ``{first w1}`` is the cell of row 1 in both rows, ``{blank}`` a cell that is empty.
    """
    layout, found = Layout(practice), dict[tuple[int, int], str]()
    for row in (0, 1):
        names = {"blank": "ZZ999"}
        for name in layout.positions:
            names[name] = xl_rowcol_to_cell(*layout.position(name, row))
            names[f"first {name}"] = xl_rowcol_to_cell(*layout.position(name, 0))
        for cell, template in templates.items():
            at = layout.position(cell, row)
            parts = re.split(r"\{([^}]+)\}", template)
            parts[1::2] = [names[name] for name in parts[1::2]]
            found[at[0] + 1, at[1] + 1] = "".join(parts)
    return found


def save_filled_in(
    path: Path, practice: Practice, templates: Mapping[str, str], target: Path
) -> None:
    """Fills a book in and saves it as another program does."""
    book = openpyxl.load_workbook(path)
    for (row, column), text in typed(practice, templates).items():
        book[EXERCISE].cell(row, column).value = f"={text}"
    book.save(target)


class Live:
    """A book open in an engine, into which a student types."""

    def __init__(self, practice: Practice, path: Path, engine: str) -> None:
        self._layout = Layout(practice)
        self._formula: Callable[[int, int, str], object]
        self._number: Callable[[int, int, float], object]
        self._clear: Callable[[int, int], object]
        self._value: Callable[[int, int], Any]
        self.recalculate: Callable[[], object]
        if engine == "ironcalc":
            model = ironcalc.load_from_xlsx(str(path))
            self.recalculate = model.evaluate
            self._formula = lambda r, c, text: model.update_cell_with_formula(0, r, c, f"={text}")
            self._number = lambda r, c, number: model.update_cell_with_number(0, r, c, number)
            self._clear = lambda r, c: model.clear_cell_contents(0, r, c)
            self._value = lambda r, c: model.get_cell_value(0, r, c)
        else:
            book = formualizer.load_workbook(str(path))
            self.recalculate = book.evaluate_all
            self._formula = lambda r, c, text: book.set_formula(EXERCISE, r, c, f"={text}")
            self._number = lambda r, c, number: book.set_value(EXERCISE, r, c, number)
            self._clear = lambda r, c: book.set_value(EXERCISE, r, c, None)
            self._value = lambda r, c: book.get_value(EXERCISE, r, c)
        self._practice = practice

    def type(self, templates: Mapping[str, str]) -> None:
        """Types formulas, filled down."""
        for (row, column), text in typed(self._practice, templates).items():
            self._formula(row, column, text)

    def type_numbers(self, starts: Starts | Mapping[str, float]) -> None:
        """Types numbers: into both rows the same, or start values row by row."""
        rows = starts if isinstance(starts, tuple) else (starts, starts)
        for row, numbers in enumerate(rows):
            for cell, number in numbers.items():
                at = self._layout.position(cell, row)
                self._number(at[0] + 1, at[1] + 1, number)

    def empty(self, cell: str, rows: tuple[int, ...] = (0, 1)) -> None:
        """Empties a cell."""
        for row in rows:
            at = self._layout.position(cell, row)
            self._clear(at[0] + 1, at[1] + 1)

    @property
    def marks(self) -> dict[str, str]:
        """The mark of each blank, recalculated."""
        self.recalculate()
        found = {}
        for blank in self._practice.blanks:
            row, column = self._layout.mark(blank)
            found[blank.name] = self._value(row + 1, column + 1)
        return found

    def remark(self, name: str) -> str:
        """What the book says about a blank."""
        (blank,) = (each for each in self._practice.blanks if each.name == name)
        row, column = self._layout.mark(blank)
        return str(self._value(row + 1, column + 2) or "")

    @property
    def score(self) -> str:
        """The score on top."""
        return str(self._value(4, self._layout.values_column + 1))
