"""Check somebody's workbook from Python, correct it, and write the report that a teacher prints.

    python examples/check_homework.py

makes Homework.xlsx, a workbook with the most common mistake of all: a_h1 where a_h2 belongs.
It writes Corrected.xlsx and Report.html, which looks like check-report.png. On the command line:

    python -m backprop_xlsx.check Homework.xlsx --fix Corrected.xlsx --report Report.html
"""

from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

from backprop_xlsx import Experiment, build
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.report.page import page

homework = Path("Homework.xlsx")
experiment = Experiment.preset("classroom", learning_rates=[0.5])
build(experiment, homework)

book = openpyxl.load_workbook(homework)
sheet = next(sheet for sheet in book if sheet.title.startswith("Run"))
headers = {
    cell.value: get_column_letter(number)
    for row in sheet.iter_rows(max_row=20)
    for number, cell in enumerate(row, 1)
}
right, wrong = headers["a_h2"], headers["a_h1"]
for gradient in ("∂E/∂w3", "∂E/∂w4"):
    for cell in sheet[headers[gradient]]:
        if str(cell.value).startswith("="):
            cell.value = cell.value.replace(f"{right}{cell.row}", f"{wrong}{cell.row}")
book.save(homework)

report = check_file(homework)
for table in report.tables:
    for fault in table.faults:
        print(f"{table.sheet}, {fault.quantity}, {fault.cells} cells: {fault.explanation}")
        print(f"  there is   {fault.found}")
        print(f"  should be  {fault.expected}")
        print(f"  effect     {fault.effect}")

print(fix(report, Path("Corrected.xlsx")))
Path("Report.html").write_text(page([report]), encoding="utf-8")
