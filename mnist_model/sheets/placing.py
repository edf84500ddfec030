"""Names a sheet, writes it, and splices it into a workbook, made first if it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlsxwriter import Workbook

from backprop_xlsx import Experiment, build
from backprop_xlsx.spreadsheet.files import beside, changing
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.properties import CREATED
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from backprop_xlsx.spreadsheet.splice import LONGEST_SHEET_NAME, free_sheet_name, splice
from mnist_model.training.record import Record

WriteSheet = Callable[[Page, Theme], None]


def sheet_name(stem: str, record: Record) -> str:
    """A sheet's name: the stem, and what its results are of where that is not the test set."""
    suffix = {
        (False, False): "",
        (False, True): " (sample)",
        (True, False): " (validation)",
        (True, True): " (sample, val.)",
    }[record.is_validation, record.is_sample]
    return stem[: LONGEST_SHEET_NAME - len(suffix)] + suffix


def put_sheet(workbook: Path, wanted: str, replace: bool, write: WriteSheet) -> str:
    """Puts the sheet that ``write`` writes into a workbook; returns the name that it got.

    With ``replace``, an earlier sheet of the wanted name that this project wrote is replaced;
    otherwise the name gets a number where it is taken.

    Raises InputError if the sheet to be replaced is somebody else's, and FileError if the workbook
    is damaged, open in another program or cannot be written.
    """
    with changing(workbook):
        if not workbook.exists():
            build(Experiment.preset(), workbook)
        name = wanted if replace else free_sheet_name(workbook, wanted)
        with beside(workbook) as addition:
            with Workbook(str(addition)) as book:
                book.set_properties({"created": CREATED})
                write(Page(book.add_worksheet(name)), Theme(book))
            splice(workbook, addition, name, replace)
    return name
