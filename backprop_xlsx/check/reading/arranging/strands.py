"""Find what belongs together on a sheet by its formulas alone: columns that are filled down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backprop_xlsx.check.reading.forms import Form, forms_of
from backprop_xlsx.formula.tokens import (
    Corner,
    FormulaError,
    Reference,
    reference_of,
    references_of,
    tokenise,
)
from backprop_xlsx.spreadsheet.ooxml.book import Sheet
from backprop_xlsx.spreadsheet.ooxml.cells import Cell

FEWEST_COLUMNS = 6
"""Columns of formulas that make a run: a network of one neuron in each layer has eight."""
LONGEST_GAP = 8
"""Rows without formulas over which a table goes on: a blank one, a page break, headers."""
FULL = 0.35
"""Of the columns of a run, how many are filled in each of its steps; fewer in a row of minima."""
FEWEST_ONE_WAY = 12
"""References from one sheet to another, and none back, that make them one table of one step."""
FEWEST_TURNS = 4
"""From the columns of one run to those of another, by which they are one: weights, neurons …"""
WIDEST = 60
"""Columns of a range that are looked at one by one."""
MOST_STRANDS = 20_000
"""Of a sheet; the largest class book has a few hundred."""
MOST_FORMS = 40
"""Formulas of one strand that are looked at for what they refer to."""


@dataclass(eq=False)
class Strand:
    """Cells with formulas below each other in one column."""

    column: int
    rows: list[int]
    forms: list[Form] = field(default_factory=list)
    root: Strand | None = None

    @property
    def end(self) -> Strand:
        """The strand that stands for all that belong together."""
        strand = self
        while strand.root is not None:
            strand = strand.root
        return strand

    def join(self, other: Strand) -> None:
        """Let two strands, and what belongs to them, belong together."""
        one, two = self.end, other.end
        if one is not two:
            two.root = one


@dataclass(frozen=True)
class Run:
    """Columns of formulas that refer to each other: ``rows`` are those of the steps."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]

    @property
    def gaps(self) -> tuple[int, ...]:
        """The rows between its steps that are none."""
        steps = set(self.rows)
        return tuple(row for row in range(self.rows[0], self.rows[-1]) if row not in steps)


def runs(sheet: Sheet) -> list[Run]:
    """The runs of a sheet, from top to bottom and from left to right."""
    strands = _strands(sheet)
    found: dict[int, list[Strand]] = {}
    for column in strands.values():
        for strand in column:
            _join_with_others(strand, strands)
    for column in strands.values():
        for strand in column:
            found.setdefault(id(strand.end), []).append(strand)
    read = [(_run(together), together) for together in found.values()]
    left = [strand for run, together in read if run is None for strand in together]
    whole = [_with_what_stands_near(run, left) for run, _ in read if run is not None]
    return sorted(_merged(whole), key=lambda run: (run.rows[0], run.columns[0]))


def _merged(found: Sequence[Run]) -> Iterator[Run]:
    """The runs, those of the same rows as one whose columns alternate.

    The neurons of a single layer have nothing in common if their losses are not summed up.
    """
    left = list(found)
    while left:
        run = left.pop(0)
        for other in [other for other in left if _alternate(run, other)]:
            left.remove(other)
            run = Run(tuple(sorted({*run.columns, *other.columns})), run.rows)
        yield run


def _alternate(one: Run, other: Run) -> bool:
    """Whether the columns of two runs of the same rows stand between each other, group by group."""
    own = [column in one.columns for column in sorted({*one.columns, *other.columns})]
    turns = sum(before != after for before, after in pairwise(own))
    return one.rows == other.rows and turns >= FEWEST_TURNS


def runs_across(sheet: Sheet) -> bool:
    """Whether the formulas of a sheet refer along their columns rather than along their rows."""
    votes: Counter[bool] = Counter()
    for (row, column), reference in _relative(sheet):
        rows, columns = reference.first.row - row, reference.first.column - column
        if rows == 0 and columns != 0:
            votes[False] += 1
        elif columns == 0 and rows != 0:
            votes[True] += 1
    return votes[True] > votes[False]


def partners(sheets: Sequence[Sheet]) -> list[tuple[Sheet, Sheet, int]]:
    """Pairs of sheets whose formulas refer to each other row by row.

    With the rows by which the second is to be moved down for the same step to stand in a row.
    """
    names = {sheet.name.casefold(): sheet for sheet in sheets}
    votes: dict[tuple[str, str], Counter[int]] = {}
    for sheet in sheets:
        own = sheet.name.casefold()
        for (row, column), cell in sheet.cells.items():
            if cell.formula is None or "!" not in cell.formula or reference_of(cell.formula):
                continue
            found_here = list(references_of(cell.formula))
            # An update takes all from the row above, where its gradient belongs.
            step = row - any(_is_just_above(reference, row, column) for reference in found_here)
            for reference in found_here:
                other = None if reference.sheet is None else reference.sheet.casefold()
                corner = reference.first
                if other in names and other != own and not corner.row_anchored:
                    there = names[other].cells.get((corner.row, corner.column))
                    if there is not None and there.formula is not None:
                        votes.setdefault((own, other), Counter())[step - corner.row] += 1
    found: list[tuple[Sheet, Sheet, int]] = []
    taken: set[str] = set()
    for (one, other), moved in votes.items():
        back = votes.get((other, one), Counter())
        forth, returned = moved.total(), back.total()
        if (other, one) in votes and forth < returned:
            continue  # the other way round it is seen better
        rows, most = moved.most_common(1)[0]
        enough = (
            min(forth, returned) >= FEWEST_COLUMNS // 2
            or most >= FEWEST_ONE_WAY
            or (most == forth >= FEWEST_COLUMNS // 2 and _is_one_step(names[one]))
        )
        first, second = sorted((one, other), key=list(names).index)
        if not enough or {one, other} & taken:
            continue
        taken.add(second)
        found.append((names[first], names[second], rows if one == first else -rows))
    return found


def _is_one_step(sheet: Sheet) -> bool:
    """Whether all formulas of a sheet stand in one row, but for what sums it up."""
    formulas = ((p, cell) for p, cell in sheet.cells.items() if cell.formula is not None)
    return len({row for (row, column), cell in formulas if not sums_up(cell, column)}) == 1


def _is_just_above(reference: Reference, row: int, column: int) -> bool:
    """Whether a formula's reference is to the cell above its own."""
    first = reference.first
    return reference.sheet is None and (first.row, first.column) == (row - 1, column)


def _relative(sheet: Sheet) -> Iterator[tuple[tuple[int, int], Reference]]:
    for position, cell in sheet.cells.items():
        if cell.formula is None:
            continue
        for reference in references_of(cell.formula):
            corner = reference.first
            if not (corner.row_anchored and corner.column_anchored):
                yield position, reference


def _strands(sheet: Sheet) -> dict[int, list[Strand]]:
    columns: dict[int, list[int]] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.formula is None or sums_up(cell, column):
            continue
        if not _is_plain(sheet, cell, row, column):
            columns.setdefault(column, []).append(row)
    strands: dict[int, list[Strand]] = {}
    for column in sorted(columns):
        for row in sorted(columns[column]):
            own = strands.setdefault(column, [])
            if own and row == own[-1].rows[-1] + 1:
                own[-1].rows.append(row)
            else:
                own.append(Strand(column, [row]))
    if sum(map(len, strands.values())) > MOST_STRANDS:
        return {}
    for column, own in strands.items():
        for strand in own:
            strand.forms = forms_of(
                (row, sheet.cells[row, column].formula or "") for row in strand.rows
            )
    return strands


def sums_up(cell: Cell, column: int) -> bool:
    """Whether a formula is of several rows of its own column: a minimum below a table, say.

    Or of its column alone, but of more than one cell: the difference of the last row and the first.
    """
    references = list(references_of(cell.formula or ""))
    own = [
        reference
        for reference in references
        if reference.sheet is None
        and reference.first.column == column == (reference.last or reference.first).column
    ]
    return (1 < len(own) == len(references)) or any(reference.last is not None for reference in own)


def _is_plain(sheet: Sheet, cell: Cell, row: int, column: int, further: int = 3) -> bool:
    """Whether a cell only repeats what is not computed: an input, the one above it.

    What it refers to may do so too, ``further`` times.
    """
    try:
        tokens = tokenise(cell.formula or "")
    except FormulaError:
        return False
    reference = tokens[0].reference
    if len(tokens) != 2:
        return False
    if reference is None or reference.sheet is not None:
        return True
    at = reference.first.row, reference.first.column
    there = sheet.cells.get(at)
    if at[1] == column or there is None or there.formula is None:
        return True
    return further > 0 and _is_plain(sheet, there, *at, further - 1)


def _join_with_others(strand: Strand, strands: dict[int, list[Strand]]) -> None:
    for form in strand.forms[:MOST_FORMS]:
        try:
            references = [t.reference for t in form.tokens if t.reference is not None]
        except FormulaError:
            continue
        for row in {form.rows[0], form.rows[-1]}:
            for reference in references:
                if reference.sheet is not None:
                    continue
                last = reference.last or reference.first
                if last.column - reference.first.column > WIDEST:
                    continue
                for column in range(reference.first.column, last.column + 1):
                    other = _at(strands.get(column, ()), reference.first, row, form.first_row)
                    if other is not None:
                        strand.join(other)


def _at(strands: Sequence[Strand], corner: Corner, row: int, first_row: int) -> Strand | None:
    """The strand to which a relative reference leads, in its row or a little above."""
    there = corner.row + row - first_row
    if corner.row_anchored or not -LONGEST_GAP - 1 <= there - row <= 0:
        return None
    return next((s for s in strands if s.rows[0] <= there <= s.rows[-1]), None)


def _run(strands: Sequence[Strand]) -> Run | None:
    filled = Counter(row for strand in strands for row in strand.rows)
    most = max(filled.values())
    if most < FEWEST_COLUMNS:
        return None
    rows = sorted(row for row, count in filled.items() if count > FULL * most)
    # After a long gap something else begins.
    steps = rows[:1]
    for row in rows[1:]:
        if row - steps[-1] > LONGEST_GAP + 1:
            break
        steps.append(row)
    columns = sorted({strand.column for strand in strands if not {*strand.rows}.isdisjoint(steps)})
    return Run(tuple(columns), tuple(steps))


def _with_what_stands_near(run: Run, left: Sequence[Strand]) -> Run:
    """A run of one step with the columns before and between its own, to which nothing refers.

    In further steps something would: a weight by its update.
    """
    if len(run.rows) > 1:
        return run
    near = range(run.columns[0] - FEWEST_COLUMNS, run.columns[-1])
    more = {s.column for s in left if s.column in near and run.rows[0] in s.rows}
    return Run(tuple(sorted({*run.columns, *more})), run.rows)
