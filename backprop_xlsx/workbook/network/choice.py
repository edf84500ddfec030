"""The cells in which the reader chooses the run, the step and the sample that are shown."""

from __future__ import annotations

from typing import Any

from backprop_xlsx.spreadsheet.sheets.page import Page, anchored
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.workbook.layout import NETWORK
from backprop_xlsx.workbook.network.selection import RUN_NAME, SAMPLE_NAME, STEP_NAME, Selection


def put_choice(page: Page, theme: Theme, selection: Selection, row: int, column: int) -> None:
    """Puts the cells into a row, each after its word."""
    letters = [run.letter for run in selection.runs]
    one_of = {
        "validate": "list",
        "source": letters,
        "error_title": "No such run",
        "error_message": f"Choose one of {', '.join(letters)}.",
    }
    choices: list[tuple[str, str, str | int, dict[str, Any]]] = [
        ("run", RUN_NAME, selection.run.letter, one_of),
        ("step", STEP_NAME, selection.step, _whole("step", 0, selection.run.steps)),
    ]
    if selection.has_samples:
        rule = _whole("sample", 1, len(selection.experiment.samples))
        choices.append(("sample", SAMPLE_NAME, selection.sample + 1, rule))
    for word, name, value, rule in choices:
        page.text((row, column), word, theme("plain_number"))
        cell = (row, column + 1)
        if isinstance(value, str):
            page.text(cell, value, theme("editable", "centre", "bold"))
        else:
            page.number(cell, value, theme("editable", "centre", "bold", number_format="0"))
        page.worksheet.data_validation(*cell, *cell, rule)
        theme.workbook.define_name(name, f"='{NETWORK}'!{anchored(*cell)}")
        column += 2


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
