"""Write a workbook from Python, verify it, and read a number back out of it.

    python examples/write_workbook.py

writes Class.xlsx; its first sheet looks like workbook-network.png, and the sheet that compares
the learning rates like workbook-learning-rates.png.
"""

from pathlib import Path

import openpyxl

from backprop_xlsx import Experiment, build, verify

experiment = Experiment.preset("classroom", learning_rates=[0.1, 1, 10, 100, 1000])
path = Path("Class.xlsx")

placed = build(experiment, path)
print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")

verification = verify(path, experiment)
print(f"{verification.formulas:,} formulas agree in {' and '.join(verification.engines)}")

sheet = openpyxl.load_workbook(path, data_only=True)["Learning rates"]
print(sheet["B3"].value)
