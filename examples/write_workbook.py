"""Write a workbook from Python, verify it, and read a number back out of it.

    python examples/write_workbook.py

writes Class.xlsx; its first sheet looks like pictures/workbook-network.png, and the sheet that compares
the learning rates like pictures/workbook-learning-rates.png.
"""

from pathlib import Path

from backprop_xlsx import Experiment, build, verify
from backprop_xlsx.spreadsheet.ooxml.book import read_book

experiment = Experiment.preset("classroom", learning_rates=[0.1, 1, 10, 100, 1000])
path = Path("Class.xlsx")

placed = build(experiment, path)
print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")

verification = verify(path, experiment)
print(f"{verification.formulas:,} formulas agree in {' and '.join(verification.engines)}")

sheet = read_book(path).sheet("Learning rates")
print(sheet.cells[3, 2].value)
