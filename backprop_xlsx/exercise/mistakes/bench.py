"""Where the check reads a formula of the practice book: in a small table of the same quantities.

A formula is moved there cell by cell, and the check then says what is wrong with it in the words
that it has for any workbook.
"""

from __future__ import annotations

import io
import re
from functools import cached_property
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.check.judging.verdicts import Judge, Verdicts
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import find_tables
from backprop_xlsx.check.repair.diagnosis import Diagnoses, diagnose
from backprop_xlsx.check.repair.slips.otherwise import Circular, Other
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.workshop import Effort
from backprop_xlsx.exercise.practice import NEW, Practice
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_archive

_HEADERS, _BEFORE, _HERE, _BELOW, _ELSEWHERE, _LAST = range(6)
"""Rows of the table: the step before, the one at which formulas stand, the next, another one."""
_OF_A_SAMPLE = re.compile(r"\[\d+\]")


class Bench:
    """The table of a practice, and the check's judge of it."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.exercise = Exercise(
            practice.network, practice.samples, False, practice.optimiser, described=True
        )
        names = dict.fromkeys((*self.exercise.ordered_constants, *self.exercise.equations))
        self._columns = {name: column for column, name in enumerate(names)}

    @cached_property
    def judge(self) -> Judge:
        """The check's judge of the table."""
        content = io.BytesIO()
        workbook = Workbook(content, {"in_memory": True})
        sheet = workbook.add_worksheet()
        for name, column in self._columns.items():
            sheet.write_string(_HEADERS, column, label(name))
            for row in range(_BEFORE, _LAST + 1):
                sheet.write_number(row, column, 1)
        workbook.close()
        book = read_archive(Archive.of(Path("bench.xlsx"), content.getvalue(), own=True))
        (table,) = find_tables(book.sheets[0], self.exercise)
        return Judge(Surroundings(book, table), Verdicts())

    def address(self, cell: str, of: str, elsewhere: bool = False) -> str:
        """Where a practice's cell stands in the table, for a formula of another one.

        ``elsewhere``: it is of the other row of start values.
        """
        new, name = cell.startswith(NEW), cell.removeprefix(NEW)
        if elsewhere:
            row = _ELSEWHERE
        elif name in self.exercise.constants:
            row = _HERE
        elif of.startswith(NEW):
            row = _HERE if new or name not in self.exercise.equations else _BEFORE
        else:
            row = _BELOW if new else _HERE
        return xl_rowcol_to_cell(row, self._columns[name])

    def form(self, formula: str) -> Form:
        """A formula in the table's addresses, at the row where it stands."""
        return Form(formula, _HERE + 1, [_HERE + 1])

    def meanings(self, form: Form) -> list[Meaning | None]:
        """What the operands of a formula stand for; raises FormulaError."""
        return self.judge.surroundings.meanings(form.tokens, _HERE + 1)

    def quantity(self, cell: str) -> str:
        """The quantity of the table that a practice's cell is: ``w1`` for ``new w1``."""
        return cell.removeprefix(NEW)

    def fault(self, cell: str, form: Form, effort: Effort | None = None) -> str | None:
        """What is wrong with the formula of a cell, in the check's words; None without a name.

        ``effort`` is what is left for the search, as much as for a book unless given. Raises
        FormulaError for a formula that cannot be evaluated here.
        """
        quantity = self.quantity(cell)
        known = Diagnoses(effort=effort or Effort())
        diagnosis = diagnose(self.judge, quantity, form, _HERE + 1, known)
        repair = diagnosis.repair
        meanings = () if repair is None else repair.replaced(diagnosis.meanings)
        case = Case(self.exercise, quantity, form.tokens, meanings)
        slips = diagnosis.slips(case)
        if any(isinstance(slip, (Circular, Other)) for slip in slips):
            return None
        words = ", and ".join(dict.fromkeys(slip.words(case) for slip in slips))
        return without_samples(words)


def without_samples(text: str) -> str:
    """A text without the numbers of samples: ``h1`` for ``h1[2]``."""
    return _OF_A_SAMPLE.sub("", text)
