"""The columns beside the exercise's own: step, sample, and what follows the course of the loss."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.formula.names import SAMPLE, STEP, label
from backprop_xlsx.workbook.checks.identities.arrays import root, square
from backprop_xlsx.workbook.checks.identities.columns import Columns, Identity, Named
from backprop_xlsx.workbook.columns import (
    LOWEST_ON_LOGARITHMIC_AXIS,
    SMALLEST_RELATIVE_RISE,
    SMALLEST_RISE,
    smallest_rise_formula,
)
from backprop_xlsx.workbook.layout import (
    BELOW,
    DRAWN_LOSS,
    DRAWN_STEP,
    GLANCE,
    MOVING_MEAN,
    ROSE,
    THRESHOLD_NAME,
)


def course_identities(columns: Columns) -> Iterator[Named]:
    """Step and sample, and the columns on the far right."""
    difference = f"{columns.after(STEP)}-{columns.before(STEP)}-1"
    yield STEP, columns.following(STEP, "one more than in the row before", difference, "1", "0")
    if columns.experiment.in_turn:
        yield SAMPLE, _sample(columns)
    loss = columns.run.loss
    own, value = columns(GLANCE), columns(loss)
    words = f"{label(loss)} of the row"
    yield GLANCE, Identity.of(words, f"{own}-{value}", f"{value}*{value}")
    yield ROSE, _rose(columns, loss)
    yield BELOW, _below(columns, loss)
    yield DRAWN_STEP, _drawn(columns, DRAWN_STEP, columns.after(STEP), "0")
    start, lowest = columns.at_start(loss), f"{LOWEST_ON_LOGARITHMIC_AXIS:.0E}"
    # Each part is exact where the other is 0; typed targets may make a loss negative.
    raised = f"({start}*({start}/{lowest}>=1)+{lowest}*({start}/{lowest}<1))"
    yield DRAWN_LOSS, _drawn(columns, DRAWN_LOSS, columns.after(loss), raised)
    if columns.experiment.in_turn:
        yield MOVING_MEAN, _moving_mean(columns, loss)


def _sample(columns: Columns) -> Identity:
    count = len(columns.experiment.samples)
    before, after = columns.before(SAMPLE), columns.after(SAMPLE)
    difference = f"{after}-{before}-1+{count}*({before}={count})"
    words = f"one more than in the row before; after {count} it is 1"
    return columns.following(SAMPLE, words, difference, "1", "1")


def _moving_mean(columns: Columns, loss: str) -> Identity:
    """It is nearer to the new loss than before by one part in as many as there are samples."""
    count = len(columns.experiment.samples)
    before, after = columns.before(MOVING_MEAN), columns.after(MOVING_MEAN)
    new = columns.after(loss)
    difference = f"{count}*{after}-{count - 1}*{before}-{new}"
    sizes = f"{square(f'{count}*{after}')}+{square(new)}"
    words = f"{count - 1} parts of the row before and one of {label(loss)}"
    return columns.following(MOVING_MEAN, words, difference, sizes, columns.at_start(loss))


def _rose(columns: Columns, loss: str) -> Identity:
    """1 where the loss rose by more than rounding; next to that limit either is right."""
    own, before, after = columns.after(ROSE), columns.before(loss), columns.after(loss)
    rise = f"{after}-{before}-{SMALLEST_RELATIVE_RISE:.0E}*{before}-{SMALLEST_RISE:.0E}"
    unclear = f"({smallest_rise_formula(root(square(before)))})"
    clear = f"(2*({rise})/{unclear})"
    words = f"1 where {label(loss)} is higher than in the row before, else 0"
    return Identity(words, (f"(1-({own}=1)*({clear}>-1)-({own}=0)*({clear}<1))",))


def _below(columns: Columns, loss: str) -> Identity:
    own, value = columns(BELOW), columns(loss)
    distance = f"(({value}-{THRESHOLD_NAME})/(1E-9*{THRESHOLD_NAME}+{SMALLEST_RISE:.0E}))"
    words = f"1 where {label(loss)} is below the threshold, else 0"
    return Identity(words, (f"(1-({own}=1)*({distance}<1)-({own}=0)*({distance}>-1))",))


def _drawn(columns: Columns, name: str, point: str, start: str) -> Identity:
    """The point of the row, or that of the row before where the loss is rounding."""
    own, before = columns.after(name), columns.before(name)
    rounding = f"({columns.after(columns.run.loss)}/{LOWEST_ON_LOGARITHMIC_AXIS:.0E}<1)"
    expected = f"({point}+({before}-{point})*{rounding})"
    lowest = f"{LOWEST_ON_LOGARITHMIC_AXIS:.0E}".replace("E-", "·10^−")
    loss = label(columns.run.loss)
    words = f"the row's, or where {loss} is below {lowest} that of the row before"
    size = f"({square(own)}+{square(point)})"
    return columns.following(name, words, f"{own}-{expected}", size, start)
