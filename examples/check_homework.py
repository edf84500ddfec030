"""Check somebody's workbook from Python, correct it, and write the report that a teacher prints.

    python examples/check_homework.py

makes Homework.xlsx, a workbook with the most common mistake of all: a_h1 where a_h2 belongs.
It writes Corrected.xlsx and Report.html, which looks like pictures/check-report.png. On the
command line:

    python -m backprop_xlsx.check Homework.xlsx --fix Corrected.xlsx --report Report.html
"""

from __future__ import annotations

from pathlib import Path

from backprop_xlsx import Experiment, build
from backprop_xlsx.check import check_file, fix, page
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet

A_H1_FOR_A_H2 = (("∂E/∂w3", "a_h2", "a_h1"), ("∂E/∂w4", "a_h2", "a_h1"))
OTHERS_GRADIENT = (("w6", "∂E/∂w6", "∂E/∂w5"),)


def hand_in(target: Path, slips: tuple[tuple[str, str, str], ...], rate: float = 0.5) -> None:
    """A class workbook in which, in a quantity's column, one operand stands in another's place."""
    build(Experiment.preset("classroom", learning_rates=[rate]), target)
    book = read_book(target)
    sheet = next(sheet for sheet in book.sheets if sheet.name.startswith("Run"))
    columns: dict[object, int] = {}
    for (_, column), cell in sorted(sheet.cells.items()):
        columns.setdefault(cell.value, column)  # the headings stand first
    changes = {}
    for quantity, right, wrong in slips:
        belongs, stands = (column_letters(columns[name]) for name in (right, wrong))
        for (row, column), cell in sheet.cells.items():
            if cell.formula and column == columns[quantity]:
                changes[row, column] = Change(cell.formula.replace(belongs, stands), 0.0)
    archive = Archive.open(target)
    archive.rewrite({sheet.part: patch_sheet(archive.read(sheet.part), changes)}, target)


if __name__ == "__main__":
    homework = Path("Homework.xlsx")
    hand_in(homework, A_H1_FOR_A_H2)
    report = check_file(homework)
    for table in report.tables:
        for fault in table.faults:
            print(f"{table.sheet}, {fault.quantity}, {fault.cells} cells: {fault.explanation}")
            print(f"  there is   {fault.found}")
            print(f"  should be  {fault.expected}")
            print(f"  why        {fault.reason}")
            print(f"  effect     {fault.effect}")
    print(fix(report, Path("Corrected.xlsx")))
    Path("Report.html").write_text(page([report]), encoding="utf-8")
