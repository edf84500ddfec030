"""What may stand for a quantity without a column: cells and numbers in formulas, by their votes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backprop_xlsx.check.judging.roles.own_cells import top_of_column
from backprop_xlsx.check.reading.meanings import Meaning, Outside, Place
from backprop_xlsx.check.reading.single_cells import Candidate, number_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.formula.expression import Expression, Number, Symbol
from backprop_xlsx.formula.tokens import Token

MOST_CANDIDATES = 5
"""Cells and numbers in one formula among which a role is sought."""
MOST_LEADING = 3
"""Numbers that other formulas tell for one role."""


@dataclass
class Votes:
    """For each candidate, in how many cells it fills a role, and the first of their rows."""

    counts: dict[Candidate, int]
    first_rows: dict[Candidate, int]

    def add(self, candidate: Candidate, rows: Sequence[int]) -> None:
        """Count the rows in which a candidate fills the role."""
        self.counts[candidate] = self.counts.get(candidate, 0) + len(rows)
        self.first_rows[candidate] = min(self.first_rows.get(candidate, rows[0]), rows[0])

    def share(self, candidate: Candidate) -> float:
        """Of all cells with a vote the part in which a candidate fills the role."""
        return self.counts[candidate] / sum(self.counts.values())

    def leading(self) -> list[float]:
        """The numbers with the most votes."""
        numbers = [candidate for candidate in self.counts if isinstance(candidate, float)]
        return sorted(numbers, key=lambda number: -self.counts[number])[:MOST_LEADING]

    def winner(self, surroundings: Surroundings) -> Candidate | None:
        """A candidate that holds a number before a blank one, the most used; a cell; the first."""
        return max(
            self.counts,
            key=lambda c: (
                number_of(c, surroundings) is not None,
                self.counts[c],
                not isinstance(c, float),
                -self.first_rows[c],
            ),
            default=None,
        )


def candidates_in(
    tokens: Sequence[Token],
    meanings: Sequence[Meaning | None],
    surroundings: Surroundings,
    row: int,
) -> dict[Candidate, Candidate]:
    """Cells outside the table and typed numbers in a formula of a row.

    Each with the cell to which the formula itself refers: there may be plain references between.
    All cells of a column of numbers are the one of its first row. A cell that computes a number
    from others outside the table is one, as ``=1/2`` is, rather than those: it may pick one of
    many.
    """
    found: dict[Candidate, Candidate] = {}
    computed: dict[Candidate, Candidate] = {}
    further: dict[Candidate, Candidate] = {}

    def column_or_cell(place: Place) -> Place:
        return top_of_column(place, row, surroundings) or place

    for token, meaning in zip(tokens, meanings, strict=True):
        if meaning is None:
            continue
        outside = found
        if is_computed_outside(meaning):
            assert meaning.place is not None
            computed[meaning.place] = meaning.place
            outside = further
        if isinstance(meaning.expression, Number):
            if token.kind == "number":
                found[meaning.expression.constant] = meaning.expression.constant
        elif isinstance(meaning.expression, Outside):
            if meaning.place is not None:
                found[meaning.expression.place] = column_or_cell(meaning.place)
        else:
            for leaf in meaning.expression.leaves():
                if isinstance(leaf, Outside):
                    outside[leaf.place] = column_or_cell(leaf.place)
            further |= {number: number for number in numbers_in(meaning.expression)}
    for more in (found | computed | further, found | computed, found):
        if len(more) <= MOST_CANDIDATES:
            return more
    return {}


def is_computed_outside(meaning: Meaning) -> bool:
    """Whether a cell holds a formula of numbers and of cells outside the table alone."""
    expression = meaning.expression
    if meaning.place is None or isinstance(expression, (Outside, Symbol)):
        return False
    return not any(isinstance(leaf, Symbol) for leaf in expression.leaves())


def numbers_in(expression: Expression) -> Iterator[float]:
    """The numbers that are typed into an expression."""
    if isinstance(expression, Number):
        yield expression.constant
    for child in expression.children():
        yield from numbers_in(child)
