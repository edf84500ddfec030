"""A student's losses beside those of the right run, as lines of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.check.findings import FileReport, LossCurve, TableReport

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, BELOW, ABOVE = 52, 8, 26, 10
"""Room around the lines, some of it for numbers, in pixels."""
NEAR = 1.0
"""Pixels by which lines differ that cannot be told apart."""

Line = tuple[str, ...]
"""The points of a line's pieces, as SVG writes them."""


@dataclass(frozen=True)
class LossDrawing:
    """Two lines over the steps; ``remark`` says what cannot be seen."""

    theirs: Line
    right: Line
    top: str
    last_step: int
    remark: str


def worst_curve(report: FileReport) -> tuple[TableReport, LossDrawing] | None:
    """The drawing of the table whose losses are furthest from the right ones."""
    found = [(table, table.curve) for table in report.tables if table.curve is not None]
    if not found:
        return None
    table, curve = max(found, key=lambda pair: _distance(pair[1]))
    return table, loss_drawing(curve)


def loss_drawing(curve: LossCurve) -> LossDrawing:
    """The lines of a curve."""
    known = [loss for loss in (*curve.theirs, *curve.right) if loss is not None]
    right = [loss for loss in curve.right if loss is not None]
    # A run that explodes is cut off, or the right one would be a line at the bottom.
    top = min(max(known, default=1.0), 4 * max(right, default=1.0)) or 1.0
    theirs = _line(curve.steps, curve.theirs, top) if any(curve.theirs) else ()
    remark = ""
    if not theirs:
        remark = "The file holds no computed losses: it was saved by a program that does not."
    elif _distance(curve) * (HEIGHT - ABOVE - BELOW) / top < NEAR:
        remark = (
            "The two lines lie on each other: with these start values the loss hardly shows it."
        )
    right_line = _line(curve.steps, curve.right, top)
    return LossDrawing(theirs, right_line, f"{top:.3g}", curve.steps[-1], remark)


def _distance(curve: LossCurve) -> float:
    pairs = zip(curve.theirs, curve.right, strict=True)
    return max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)


def _line(steps: Sequence[int], losses: Sequence[float | None], top: float) -> Line:
    """Pieces of a line, broken where there is no number."""
    pieces: list[list[str]] = [[]]
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - ABOVE - BELOW
    for step, loss in zip(steps, losses, strict=True):
        if loss is None:
            pieces.append([])
            continue
        x = LEFT + wide * step / max(steps[-1], 1)
        y = ABOVE + high * (1 - min(max(loss / top, 0.0), 1.0))
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    return tuple(" ".join(piece) for piece in pieces if piece)
