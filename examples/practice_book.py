"""A book to practise in, and its answers, from Python.

    python examples/practice_book.py

writes Exercise.xlsx, which looks like pictures/practice-book.png once some of it is filled in, and
Exercise-answers.xlsx. The same on the command line, and a book for every student of a class:

    python -m backprop_xlsx --exercise --blank gradients,update --seed 3 --out Exercise.xlsx
    python -m backprop_xlsx --exercise --roster students.csv --out Exercise.xlsx
"""

from pathlib import Path

from backprop_xlsx import Experiment
from backprop_xlsx.exercise.command import write_exercise

experiment = Experiment.preset("classroom")
written = write_exercise(experiment, ["gradients", "update"], seed=3, target=Path("Exercise.xlsx"))
print(f"{written.book.path}: to be filled in, {written.answers.path}: filled in")
print(f"{written.formulas:,} formulas, recalculated by {' and '.join(written.engines)}")
