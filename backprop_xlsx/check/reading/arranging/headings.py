"""What the headers of a run say, and which names its columns have where the wires speak too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backprop_xlsx.check.reading.arranging.strands import Run
from backprop_xlsx.check.reading.auxiliary import hinted
from backprop_xlsx.check.reading.spelling import quantity_of
from backprop_xlsx.check.reading.tables import ROWS_BELOW_HEADER
from backprop_xlsx.formula.names import activation_name, gradient_name
from backprop_xlsx.spreadsheet.ooxml.book import Sheet

DIFFERENTIALS = tuple("∂𝜕dδΔ")
"""With what a numerator begins, and the denominator below it."""


def headers_above(sheet: Sheet, run: Run, columns: Iterable[int]) -> tuple[int, dict[int, str]]:
    """The row of headers above a run, and the quantity that each column's names."""
    first = run.rows[0]
    cells, columns = sheet.cells, sorted(columns)

    def text(row: int, column: int) -> str:
        cell = cells.get((row, column))
        return cell.value if cell is not None and type(cell.value) is str else ""

    for row in range(first - 1, max(first - 3 - ROWS_BELOW_HEADER, 0), -1):
        texts = {column: text(row, column) for column in columns}
        if sum(map(bool, texts.values())) * 4 < len(columns):
            continue
        found = {}
        for column, lower in texts.items():
            upper = text(row - 1, column)
            both = upper.startswith(DIFFERENTIALS) and lower.startswith(DIFFERENTIALS)
            is_denominator = both and "/" not in lower
            heading = f"{upper}/{lower}" if is_denominator else lower
            name = quantity_of(heading) or hinted(heading)
            if name is not None:
                found[column] = name
        return row, found
    return first, {}


def numbers_at_ends(sheet: Sheet, run: Run, row: int, columns: Iterable[int]) -> dict[int, int]:
    """The number that ends each column's header in a row above a run, as in "neta h2"."""
    found = {}
    for column in columns if row < run.rows[0] else ():
        cell = sheet.cells.get((row, column))
        text = cell.value.rstrip() if cell is not None and type(cell.value) is str else ""
        digits = text[len(text.rstrip("0123456789")) :]
        if digits:
            found[column] = int(digits)
    return found


def combined(told: Mapping[str, int], hints: Mapping[int, str]) -> dict[str, int]:
    """What the wires tell, and for the rest what the headers say.

    A column whose header names what is computed on the way has no name of the exercise.
    """
    hints = _as_computed(told, hints)
    claims: dict[str, list[int]] = {}
    on_the_way = {column for column, name in hints.items() if quantity_of(name) is None}
    for column, name in hints.items():
        if column not in on_the_way:
            claims.setdefault(name, []).append(column)
    names = {column: name for name, column in told.items()}
    both = [column for column in names if column in hints and column not in on_the_way]
    agreed = sum(hints[column] == names[column] for column in both)
    if 2 * agreed < len(both):
        claims = {}  # what stands there are no names of ours
    found = {
        name: columns[0] if told.get(name) not in columns else told[name]
        for name, columns in claims.items()
        if len(columns) == 1 or told.get(name) in columns
    }
    _follow_updates(told, found)
    for name, column in told.items():
        if name not in found and column not in {*found.values(), *on_the_way}:
            found[name] = column
    return found


def _as_computed(told: Mapping[str, int], hints: Mapping[int, str]) -> dict[int, str]:
    """The headers, but of a column that cannot be what its header names what it computes.

    h1 means a_h1 where nothing but the column below it is either; w9, θ1 or b_h1 that a neuron
    only adds is a bias.
    """
    headed = set(hints.values())
    names = {column: name for name, column in told.items()}
    found = dict(hints)
    for column, name in hints.items():
        own = names.get(column)
        if own is None or own in headed or name.removeprefix(gradient_name("")) in told:
            continue
        if own == activation_name(name) or own.startswith(("b", gradient_name("b"))):
            found[column] = own
    return found


def _follow_updates(told: Mapping[str, int], found: dict[str, int]) -> None:
    """Let a parameter's gradient be the column by which it is updated, whatever its header."""
    gradient_of = {
        column: told[gradient_name(name)]
        for name, column in told.items()
        if gradient_name(name) in told
    }
    updating = {found[name]: gradient_name(name) for name in found if found[name] in gradient_of}
    for parameter, name in updating.items():
        column = gradient_of[parameter]
        if found.get(name, column) != column:
            for other in [n for n, at in found.items() if at == column]:
                del found[other]
            found[name] = column
