"""Which columns in and beside a table nothing explains, and what formulas stand there."""

from __future__ import annotations

from collections.abc import Iterator, Set

from backprop_xlsx.check.reading.auxiliary import hinted
from backprop_xlsx.check.reading.forms import Form, forms_of
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.tokens import FormulaError, Reference
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters

WIDEST = 60
"""Columns of a range that are looked at one by one."""
MOST = 80
"""Columns of a table that no header explains."""


class Unexplained:
    """The ``columns`` of a table that no header explains; ``of_numbers`` hold no formula."""

    def __init__(self, table: Table, taken: frozenset[int]) -> None:
        self.table = table
        self._taken = taken
        self._forms: dict[int, list[Form]] = {}
        self.of_numbers: list[int] = []
        self.columns = self._unexplained()

    def forms_of(self, column: int) -> list[Form]:
        """The formulas of a column, the most common first."""
        if column not in self._forms:
            cells = self.table.sheet.cells
            formulas = [
                (row, cell.formula)
                for row in self.table.rows
                if (cell := cells.get((row, column))) is not None and cell.formula is not None
            ]
            found = forms_of(formulas)
            self._forms[column] = sorted(found, key=lambda form: -len(form.rows))
        return self._forms[column]

    def typical_form(self, column: int) -> Form | None:
        """The most common formula of a column, not that of the first row alone."""
        forms = self.forms_of(column)
        later = [form for form in forms if form.rows[-1] != self.table.first_row]
        return next(iter(later or forms), None)

    def references(self, column: int) -> set[int]:
        found: set[int] = set()
        for form in self.forms_of(column)[:2]:
            found |= {c for reference in _references(form) for c in _columns(reference)}
        return found

    def carried_over(self, column: int) -> int | None:
        """The column of which this one does nothing but repeat the row above, if any."""
        form = self.typical_form(column)
        references = list(_references(form)) if form is not None and _is_copy(form) else []
        if form is None or not references or references[0].first.row == form.first_row:
            return None
        return references[0].first.column

    def hint(self, column: int) -> str | None:
        return hinted(self.table.header(column))

    def title(self, column: int) -> str:
        text = self.table.header(column)
        return text if text and len(text) < 30 else f"column {column_letters(column)}"

    def _unexplained(self) -> list[int]:
        table = self.table
        claimed = set(table.quantities)
        if not claimed:
            return []
        found: dict[int, None] = {}
        numbers: dict[int, None] = {}
        to_do = [c for c in claimed if table.quantities[c] not in table.exercise.constants]
        seen = set(to_do)
        while to_do and len(found) < MOST:
            for other in self.references(to_do.pop()):
                if other in seen or other in claimed:
                    continue
                seen.add(other)
                if self._is_filled(other, is_used=True):
                    found[other] = None
                    to_do.append(other)
                elif self._holds_numbers(other):
                    numbers[other] = None
        known = {*claimed, *found}
        # Another sheet's may stand far off, where it is put beside this one.
        rows = {*table.rows[:2], table.last_row}
        in_its_rows = sorted({c for row, c in table.sheet.cells if row in rows})
        while len(found) < MOST:
            filled = [c for c in in_its_rows if c not in known and self._is_filled(c)]
            more = [c for c in filled if self.references(c) & known or self._is_among(c, known)]
            if not more:
                break
            found |= dict.fromkeys(more)
            known |= set(more)
            further = {other for column in more for other in self.references(column)} - known
            numbers |= dict.fromkeys(filter(self._holds_numbers, further))
        self.of_numbers = sorted(numbers)
        return sorted(found)

    def _is_among(self, column: int, known: Set[int]) -> bool:
        """Whether a column of a single row stands next to others and, wrongly, refers to none."""
        alone = len(self.table.rows) == 1 and not self.references(column)
        return alone and min(known) < column < max(known) and bool(known & {column - 1, column + 1})

    def _holds_numbers(self, column: int) -> bool:
        """Whether all rows hold numbers, as if values were pasted over formulas."""
        cells = [self.table.sheet.cells.get((row, column)) for row in self.table.rows]
        return column not in self._taken and all(
            cell is not None and cell.formula is None and isinstance(cell.value, float)
            for cell in cells
        )

    def _is_filled(self, column: int, is_used: bool = False) -> bool:
        """Whether a column is one of formulas, and belongs to no other table.

        Most rows hold one, or half of them and the others numbers, or some do and a header or its
        use says what it is, and all others are blank.
        """
        forms = self.forms_of(column)
        if column in self._taken or not forms:
            return False
        formulas = sum(len(form.rows) for form in forms)
        cells = (self.table.sheet.cells.get((row, column)) for row in self.table.rows)
        filled = sum(
            cell is not None and (cell.formula is not None or cell.value is not None)
            for cell in cells
        )
        deleted = (is_used or self.hint(column) is not None) and filled == formulas
        few = len(self.table.rows) - (filled == len(self.table.rows))
        if 2 * formulas <= few and not deleted:
            return False
        return not _is_copy(forms[0]) or self.hint(column) is not None

    def copies(self, found: Set[int]) -> list[int]:
        """The columns between those of the table, or found since, that only repeat one of these."""
        known = {*found, *self.table.quantities}
        return [
            column
            for column in range(min(known), max(known))
            if column not in self._taken | known
            and len(forms := self.forms_of(column)) == 1
            and len(forms[0].rows) == len(self.table.rows)
            and _is_copy(forms[0])
            and self.references(column) & known
        ]


def _is_copy(form: Form) -> bool:
    try:
        return (
            len(form.formula) < 12
            and len(form.tokens) == 2
            and form.tokens[0].kind in ("reference", "name")
        )
    except FormulaError:
        return False


def _references(form: Form) -> Iterator[Reference]:
    """The references of a formula to its own row or the one above."""
    try:
        tokens = form.tokens
    except FormulaError:
        return
    for token in tokens:
        reference = token.reference
        if reference is None or reference.sheet is not None or reference.first.row_anchored:
            continue
        if reference.first.row - form.first_row in (0, -1):
            yield reference


def _columns(reference: Reference) -> range:
    last = reference.last or reference.first
    if not 0 <= last.column - reference.first.column <= WIDEST:
        return range(0)
    return range(reference.first.column, last.column + 1)
