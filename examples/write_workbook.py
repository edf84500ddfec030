"""Write a workbook from Python, verify it, and read a number back out of it.

    python examples/write_workbook.py

writes Class.xlsx, which looks as pictures/workbook-*.png show: its first sheet like
pictures/workbook-network.png, a run like pictures/workbook-run.png, and on paper like
pictures/workbook-run-on-paper.png, the derivation like pictures/workbook-derivation.png, the
learning rates compared like pictures/workbook-learning-rates.png.
"""

from pathlib import Path

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.spreadsheet.ooxml.book import read_book

experiment = Experiment.preset("classroom")
path = Path("Class.xlsx")

placed = build(experiment, path)
print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")

verification = verify(path, experiment)
print(f"{verification.formulas:,} formulas agree in {' and '.join(verification.engines)}")

sheet = read_book(path).sheet("Learning rates")
print(sheet.cells[3, 2].value)
