"""Implicit intersection: where one value is expected, a column of cells means that of the row."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.formula.tokens import Token

OF_ONE_VALUE = frozenset(
    ("ABS", "COSH", "EXP", "IF", "IFERROR", "LN", "LOG", "LOG10", "POWER", "ROUND", "SIGN")
) | {"SINH", "SQRT", "TANH"}
"""Functions whose every argument is one value; the others take ranges too."""


def expects_one(tokens: Sequence[Token]) -> list[bool]:
    """For each token of a formula whether one value is expected where it stands.

    So it is in no argument of a function that takes ranges.
    """
    found: list[bool] = []
    opened: list[bool] = []
    before = ""
    for token in tokens:
        one = opened[-1] if opened else True
        found.append(one)
        if token.kind == "(":
            opened.append(one and (not before or before in OF_ONE_VALUE))
        elif token.kind == ")" and opened:
            opened.pop()
        before = token.text.upper() if token.kind == "function" else ""
    return found


def intersected(rows: range, columns: range, row: int | None) -> int | None:
    """The row of the one cell that is meant of several below each other; None of another range."""
    return row if row in rows and len(rows) > 1 and len(columns) == 1 else None
