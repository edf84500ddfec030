"""Writes a practice book, or its answers: three sheets, of which two are hidden."""

from __future__ import annotations

import tempfile
from pathlib import Path

from xlsxwriter import Workbook

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import EXERCISE, EXPECTED, MISTAKES, Layout
from backprop_xlsx.exercise.sheets.exercise_sheet import ExerciseSheet
from backprop_xlsx.exercise.sheets.expected_sheet import ExpectedSheet
from backprop_xlsx.exercise.sheets.mistakes_sheet import Mistakes, mistake_rows, write_mistakes
from backprop_xlsx.spreadsheet.sheets.properties import CREATED
from backprop_xlsx.spreadsheet.sheets.theme import Theme


def write_book(
    path: Path, filling: Filling, mistakes: Mistakes, who: str = "", answers: bool = False
) -> None:
    """Writes the book of a filling to exactly ``path``; ``mistakes`` are those that it can name.

    ``who`` is the name on it; the ``answers`` show hints and formulas beside the numbers.
    """
    layout = Layout(filling.practice)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workbook = Workbook(str(path), {"tmpdir": folder})
        workbook.set_properties({"title": "Practise back-propagation", "created": CREATED})
        workbook.set_calc_mode("auto")
        theme = Theme(workbook)
        sheets = {name: workbook.add_worksheet(name) for name in (EXERCISE, EXPECTED, MISTAKES)}
        expected = ExpectedSheet(layout, filling, mistake_rows(mistakes))
        exercise = ExerciseSheet(layout, filling, expected, who, answers)
        exercise.write(sheets[EXERCISE], theme)
        expected.write(sheets[EXPECTED], theme)
        write_mistakes(sheets[MISTAKES], theme, layout, filling, mistakes)
        workbook.close()
