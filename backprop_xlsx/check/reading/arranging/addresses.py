"""What was found in a view of a book, told in the book's own addresses."""

from __future__ import annotations

from dataclasses import replace

from backprop_xlsx.check.findings import Caution, Fault, TableReport
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name, column_letters, column_number


def in_own_addresses(report: TableReport, view: View) -> TableReport:
    """A table's report as it is to be read beside the book itself."""
    if not view.moves:
        return report
    home = report.sheet.casefold()
    columns, rows = _corners(report.range)
    first = view.back((home, rows[0], columns[0]))
    header, top, bottom = (
        view.back((home, row, columns[0]))[1:]
        for row in (report.header_row, report.first_row, report.last_row)
    )
    across = view.runs_across(home)
    along = 1 if across else 0
    return replace(
        report,
        sheet=view.real_name(first[0]),
        range=_range(view, report),
        across=across,
        header_row=header[along],
        first_row=top[along],
        last_row=bottom[along],
        updates=report.steps,
        learning_rate_cell=_text(view, report.learning_rate_cell, report.sheet),
        faults=tuple(_fault(fault, report, view) for fault in report.faults),
        coverage=replace(
            report.coverage,
            unexplained=tuple(
                _letters(view, (home, report.first_row, column_number(letters)), first[0])
                for letters in report.coverage.unexplained
            ),
        ),
        warnings=tuple(
            Caution(
                caution.kind,
                view.real_text(caution.where, report.sheet),
                view.real_text(caution.text, report.sheet),
            )
            for caution in report.warnings
        ),
    )


def _fault(fault: Fault, report: TableReport, view: View) -> Fault:
    home = (fault.sheet or report.sheet).casefold()
    column = column_number(fault.column)
    first = (home, fault.first_row, column)
    places = {at: view.back((home, *at)) for at in fault.corrections}
    rows = [row for _, row, _ in places.values()]
    columns = [column for _, _, column in places.values()]
    sheet = view.real_name(view.back(first)[0])
    return replace(
        fault,
        column=column_letters(min(columns)),
        last_column=column_letters(max(columns)),
        sheet=None if sheet == report.sheet else sheet,
        first_row=min(rows),
        last_row=max(rows),
        found=_formula(view, fault.found, first),
        expected=_formula(view, fault.expected, first),
        explanation=view.real_text(fault.explanation, report.sheet),
        effect=view.real_text(fault.effect, report.sheet),
        corrections={
            places[at][1:]: view.real_formula(formula, (home, *at))
            for at, formula in fault.corrections.items()
        },
    )


def _letters(view: View, place: tuple[str, int, int], home: str) -> str:
    """What a column is called, with its sheet if another; of one that is a row there, the row."""
    sheet, row, column = view.back(place)
    letters = str(row) if view.runs_across(sheet) else column_letters(column)
    return letters if sheet == home else f"{view.real_name(sheet)}!{letters}"


def _formula(view: View, text: str, place: tuple[str, int, int]) -> str:
    if not text.startswith("="):
        return text
    return "=" + view.real_formula(text[1:], place)


def _text(view: View, text: str | None, sheet: str) -> str | None:
    return None if text is None else view.real_text(text, sheet)


def _corners(text: str) -> tuple[list[int], list[int]]:
    corners = [(corner.rstrip("0123456789"), corner) for corner in text.split(":")]
    columns = [column_number(letters) for letters, _ in corners]
    return columns, [int(corner.removeprefix(letters)) for letters, corner in corners]


def _range(view: View, report: TableReport) -> str:
    """The cells of a table; of one on two sheets those of the first."""
    columns, rows = _corners(report.range)
    home = report.sheet.casefold()
    corners = [
        view.back((home, row, column))
        for row in rows
        for column in range(columns[0], columns[-1] + 1)
    ]
    own = [place for place in corners if place[0] == corners[0][0] and min(place[1:]) > 0]
    first = min(row for _, row, _ in own), min(column for _, _, column in own)
    last = max(row for _, row, _ in own), max(column for _, _, column in own)
    return f"{cell_name(*first)}:{cell_name(*last)}"
