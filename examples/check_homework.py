"""Check somebody's workbook from Python, correct it, and write the report that a teacher prints.

    python examples/check_homework.py

makes Homework.xlsx, a workbook with the most common mistake of all: a_h1 where a_h2 belongs.
It writes Corrected.xlsx and Report.html, which looks like check-report.png. On the command line:

    python -m backprop_xlsx.check Homework.xlsx --fix Corrected.xlsx --report Report.html
"""

from pathlib import Path

from backprop_xlsx import Experiment, build
from backprop_xlsx.check import check_file, fix, page
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet

right, homework = Path("Right.xlsx"), Path("Homework.xlsx")
build(Experiment.preset("classroom", learning_rates=[0.5]), right)

book = read_book(right)
sheet = next(sheet for sheet in book.sheets if sheet.name.startswith("Run"))
columns = {cell.value: column for (_, column), cell in sheet.cells.items() if cell.formula is None}
a_h1, a_h2 = (column_letters(columns[name]) for name in ("a_h1", "a_h2"))
slips = {
    (row, column): Change(cell.formula.replace(f"{a_h2}{row}", f"{a_h1}{row}"), 0.0)
    for (row, column), cell in sheet.cells.items()
    if cell.formula and column in (columns["∂E/∂w3"], columns["∂E/∂w4"])
}
archive = Archive.open(right)
archive.rewrite({sheet.part: patch_sheet(archive.read(sheet.part), slips)}, homework)

report = check_file(homework)
for table in report.tables:
    for fault in table.faults:
        print(f"{table.sheet}, {fault.quantity}, {fault.cells} cells: {fault.explanation}")
        print(f"  there is   {fault.found}")
        print(f"  should be  {fault.expected}")
        print(f"  effect     {fault.effect}")

print(fix(report, Path("Corrected.xlsx")))
Path("Report.html").write_text(page([report]), encoding="utf-8")
