"""The cells in which the reader chooses the run, the step and the sample that are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook

from backprop_xlsx.spreadsheet.sheets.page import Page, anchored
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.layout import NETWORK
from backprop_xlsx.workbook.network.selection import RUN_NAME, SAMPLE_NAME, STEP_NAME, Selection


@dataclass(frozen=True)
class _Choice:
    """One of the cells: its word, its defined name, what it begins with, and what may be typed."""

    word: str
    name: str
    value: str | int
    rule: dict[str, Any]


def put_choice(
    workbook: Workbook, page: Page, theme: Theme, selection: Selection, row: int, column: int
) -> None:
    """Puts the cells into a row, each after its word."""
    for choice in _choices(selection):
        page.text((row, column), choice.word, theme("plain_number"))
        cell = (row, column + 1)
        if isinstance(choice.value, str):
            page.text(cell, choice.value, theme("editable", "centre", "bold"))
        else:
            style = theme("editable", "centre", "bold", number_format="0")
            page.number(cell, choice.value, style)
        page.worksheet.data_validation(*cell, *cell, choice.rule)
        address = anchored(*cell)
        workbook.define_name(choice.name, f"='{NETWORK}'!{address}")
        column += 2


def _choices(selection: Selection) -> list[_Choice]:
    letters = [run.letter for run in selection.runs]
    steps = selection.experiment.steps
    choices = [
        _Choice(
            "run",
            RUN_NAME,
            selection.run.letter,
            {
                "validate": "list",
                "source": letters,
                "error_title": "No such run",
                "error_message": f"Choose one of {', '.join(letters)}.",
            },
        ),
        _Choice("step", STEP_NAME, selection.step, _whole("step", 0, steps)),
    ]
    if selection.has_samples:
        last = len(selection.experiment.samples)
        rule = _whole("sample", 1, last)
        choices.append(_Choice("sample", SAMPLE_NAME, selection.sample + 1, rule))
    return choices


def _whole(word: str, smallest: int, largest: int) -> dict[str, Any]:
    """A rule for whole numbers, which also says what there is as soon as the cell is chosen."""
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": smallest,
        "maximum": largest,
        "ignore_blank": False,
        "input_title": f"Which {word}?",
        "input_message": f"A whole number from {smallest} to {largest:,}.",
        "error_title": f"No such {word}",
        "error_message": f"Enter a whole number from {smallest} to {largest:,}.",
    }
