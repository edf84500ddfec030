"""The different formulas of a column: what is copied down counts once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from backprop_xlsx.formula.parse import Part, parse
from backprop_xlsx.formula.tokens import FormulaError, Token, tokenise
from backprop_xlsx.spreadsheet.ooxml.formula_text import shift

TRIED = 3
"""Earlier formulas of the column with which a cell is compared, the latest first."""
COLUMNS = 256
"""That are remembered: a table is held against several exercises, and its forms stay."""


@dataclass(eq=False)
class Form:
    """A formula as it stands in its first row, and the rows to which it is copied."""

    formula: str
    first_row: int
    rows: list[int] = field(default_factory=list)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The formula's tokens; raises FormulaError."""
        return tokenise(self.formula)

    @cached_property
    def part(self) -> Part:
        """The formula's tree; raises FormulaError."""
        return parse(self.tokens)

    @property
    def error(self) -> str | None:
        """Why the formula cannot be evaluated, None if it can."""
        try:
            return None if self.part else None
        except FormulaError as error:
            return str(error)

    @property
    def typical_row(self) -> int:
        """A row in the middle: above the first one headers stand, below the last one nothing."""
        return self.rows[len(self.rows) // 2]

    def at(self, row: int) -> str:
        """The formula as it stands in another row."""
        return shift(self.formula, row - self.first_row, 0)


def forms_of(formulas: Iterable[tuple[int, str]]) -> list[Form]:
    """The forms of a column, given the formula of each row from top to bottom."""
    return list(_forms(tuple(formulas)))


@lru_cache(maxsize=COLUMNS)
def _forms(formulas: tuple[tuple[int, str], ...]) -> tuple[Form, ...]:
    forms: list[Form] = []
    recent: list[Form] = []
    for row, formula in formulas:
        for position, form in enumerate(recent):
            if form.at(row) == formula:
                if position:
                    recent.insert(0, recent.pop(position))
                break
        else:
            form = Form(formula, row)
            forms.append(form)
            recent[:] = [form, *recent[: TRIED - 1]]
        form.rows.append(row)
    return tuple(forms)
