"""Put a sheet of your own into somebody's workbook, and change nothing else in it.

    python examples/splice_sheet.py

makes Somebody.xlsx, and adds to it the sheet Log with a chart. `mnist_model.train` puts its sheets
into workbooks in this way: pictures/mnist-sheet.png shows one.
"""

from pathlib import Path
from zipfile import ZipFile

import xlsxwriter

from backprop_xlsx import Experiment, build
from backprop_xlsx.spreadsheet.splice import splice

somebody, addition = Path("Somebody.xlsx"), Path("Addition.xlsx")
build(Experiment.preset("classroom"), somebody)
with ZipFile(somebody) as book:
    before = {name: book.read(name) for name in book.namelist()}

with xlsxwriter.Workbook(addition) as made:
    sheet = made.add_worksheet("Log")
    sheet.write_column(0, 0, [2.3, 0.4, 0.2, 0.1])
    chart = made.add_chart({"type": "line"})
    chart.add_series({"values": ["Log", 0, 0, 3, 0]})
    sheet.insert_chart("C2", chart)
splice(somebody, addition, "Log")

with ZipFile(somebody) as book:
    after = {name: book.read(name) for name in book.namelist()}
same = sum(after[name] == content for name, content in before.items())
print(f"{len(after) - len(before)} parts are new; of {len(before)} others {same} are as they were")
