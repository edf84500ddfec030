"""Where a long equation goes on in the next row: before a sign, outside of brackets if it can."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from backprop_xlsx.formula.put_in import Piece

# A row is filled to at least this share before the next one begins.
LEAST_FILLED = 0.35
_DOT = " · "
_BREAK = re.compile(r"(?= [+−·=] )|(?<=, )")


def broken(
    parts: Sequence[Piece],
    widths: tuple[int, int],
    width_of: Callable[[Piece], int],
) -> list[tuple[Piece, ...]]:
    """The pieces in rows of at most so many characters, where signs allow that.

    ``widths`` are those of the first row and of every other.
    """
    rest = _atoms(parts)
    rows: list[tuple[Piece, ...]] = []
    while end := _end_of_row(rest, widths[bool(rows)], width_of):
        rows.append(_joined(rest[:end]))
        rest = rest[end:]
        if isinstance(rest[0], str):
            rest[0] = rest[0].lstrip(" ")
    return [*rows, _joined(rest)]


def _atoms(parts: Sequence[Piece]) -> list[Piece]:
    """The pieces cut at every place where a row may end."""
    atoms: list[Piece] = []
    for part in parts:
        atoms += filter(None, _BREAK.split(part)) if isinstance(part, str) else [part]
    return atoms


def _joined(atoms: Sequence[Piece]) -> tuple[Piece, ...]:
    """Texts that stand side by side as one."""
    joined: list[Piece] = []
    for atom in atoms:
        if isinstance(atom, str) and joined and isinstance(joined[-1], str):
            joined[-1] += atom
        else:
            joined.append(atom)
    return tuple(joined)


def _end_of_row(atoms: list[Piece], width: int, width_of: Callable[[Piece], int]) -> int:
    """How many atoms the first row takes; 0 if all fit into it."""
    filled = depth = 0
    best, best_rank = 0, (len(atoms), True)
    for index, atom in enumerate(atoms):
        if index and filled <= width and isinstance(atom, str):
            enough = filled >= LEAST_FILLED * width or not best
            # The fewest open brackets, a sum rather than a product, and of those the last place.
            rank = depth, atom.startswith(_DOT)
            if _may_end(atom, atoms[index - 1]) and enough and rank <= best_rank:
                best, best_rank = index, rank
        filled += width_of(atom)
        if isinstance(atom, str):
            depth += atom.count("(") - atom.count(")")
    return best if filled > width else 0


def _may_end(atom: str, before: Piece) -> bool:
    after_comma = isinstance(before, str) and before.endswith(", ")
    return after_comma or re.match(r" [+−·=] ", atom) is not None
