"""The columns of a run as ranges, and what it means that two of them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from backprop_xlsx.equations import each
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.workbook.checks.identities.arrays import square
from backprop_xlsx.workbook.layout import (
    FIRST_ROW,
    SAMPLES,
    SAMPLES_COLUMN,
    SAMPLES_ROW,
    Run,
    constant_name,
    sample_cell,
    sample_cells,
    start_name,
)

# A few units in the last place for each operation are a hundredth of it, so that whole columns
# stay below it too; what is off by a millionth is off by a million margins.
MARGIN = 1e-12
# Times a margin squared: e to the power of 700 is off by 700 times the rounding of e.
OF_EXPONENTIALS = "100"
# What is smaller than this counts as 0, and keeps a margin above 0.
FLOOR = 1e-90


# An array, and the squares, added up, of what was added up for it.
Sized = tuple[str, str]


@dataclass(frozen=True)
class Identity:
    """What a column is held against.

    ``words`` say it; ``deviations`` are arrays, of which each says by how many margins, squared,
    a cell is off; ``others`` are formulas of the same, as for step 0 if that has a rule of its
    own. Without any of both the column cannot be held against anything.
    """

    words: str
    deviations: tuple[str, ...]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: str, difference: str, size: str) -> Identity:
        """That a difference is 0, to the rounding of what is of a size (see :func:`deviation`)."""
        return cls(words, (deviation(difference, size),))

    @property
    def formula(self) -> str:
        """The deviations, added up, without "=": at most 1 where the column is right."""
        sums = (f"SUMPRODUCT({array})" for array in self.deviations)
        return "+".join([*sums, *self.others])


Named = tuple[str, Identity]


def deviation(difference: str, size: str) -> str:
    """An array: a difference in margins, squared.

    ``size`` is what it is small against: the squares, added up, of what was added up for it.
    """
    return f"{square(difference)}/({MARGIN**2:.0E}*({size})+{FLOOR**2:.0E})"


def added(terms: Sequence[str]) -> str:
    """The sum of some terms, in parentheses."""
    return f"({'+'.join(terms)})"


@dataclass(frozen=True)
class Columns:
    """A run's columns as ranges: of all steps, of those before an update, and of those after.

    A quantity that there is for each of several samples is a rectangle, a column for each.
    """

    run: Run

    @property
    def experiment(self) -> Experiment:
        """The run's experiment."""
        return self.run.experiment

    @property
    def network(self) -> Network:
        """The network that is trained."""
        return self.run.experiment.network

    @property
    def samples(self) -> int:
        """How many samples a step sees."""
        return self.run.experiment.samples_a_step

    def __call__(self, name: str) -> str:
        """A quantity at all steps."""
        return self._range(name, 0, self.run.steps)

    def before(self, name: str) -> str:
        """A quantity at all steps but the last."""
        return self._range(name, 0, self.run.steps - 1)

    def after(self, name: str) -> str:
        """A quantity at all steps but the first."""
        return self._range(name, 1, self.run.steps)

    def at_start(self, name: str) -> str:
        """A quantity's cell at step 0."""
        return self.run.cell(name, 0)

    def following(self, name: str, words: str, difference: str, size: str, start: str) -> Identity:
        """That a difference from the row before is 0, and that step 0 has the number ``start``."""
        at_start = deviation(f"{self.at_start(name)}-{start}", square(start))
        return Identity(words, (deviation(difference, size),), (at_start,))

    def between(self, first: str, last: str) -> str:
        """The rectangle from one quantity to another, or of the inputs in their yellow cells."""
        if first in self.network.inputs and self.samples > 1:
            return _rectangle(self.given(first), self.given(last))
        return _rectangle(self(first), self(last))

    def starting(self, first: str, last: str) -> str:
        """The rectangle from one quantity to another at step 0 alone."""
        return _rectangle(self._range(first, 0, 0), self._range(last, 0, 0))

    def each(self, name: str) -> tuple[str, ...]:
        """A quantity at all steps, sample by sample."""
        return tuple(self(sampled(name, sample)) for sample in each(self.samples))

    def constant(self, symbol: str) -> str:
        """A constant of the run's optimiser: its yellow cell."""
        return constant_name(self.run, symbol)

    def has(self, symbol: str) -> bool:
        """Whether the run's optimiser has such a constant."""
        return symbol in self.run.optimiser.constants

    def source(self, name: str) -> str:
        """What a weight is multiplied with; an input comes from its yellow cell where it can."""
        return self.seen(name) if name in self.network.inputs else self(name)

    def each_source(self, name: str) -> tuple[str, ...]:
        """The same, sample by sample."""
        if self.samples == 1:
            return (self.source(name),)
        if name not in self.network.inputs:
            return self.each(name)
        return tuple(sample_cell(self.network, name, sample) for sample in range(self.samples))

    def given(self, name: str) -> str:
        """An input or a target: its yellow cell, or a row of them, one for each sample."""
        alone = len(self.experiment.samples) == 1
        return start_name(name) if alone else sample_cells(self.experiment, name)

    @property
    def sample_numbers(self) -> str:
        """The numbers of the samples, above their columns on the sheet Samples."""
        last = SAMPLES_COLUMN + len(self.experiment.samples) - 1
        return f"'{SAMPLES}'!{xl_range_abs(SAMPLES_ROW - 1, SAMPLES_COLUMN, SAMPLES_ROW - 1, last)}"

    def seen(self, name: str) -> str:
        """An input or a target of the sample or samples that a step sees."""
        return self(name) if self.experiment.in_turn else self.given(name)

    def _range(self, name: str, first: int, last: int) -> str:
        columns, samples = self.run.columns, self.samples
        names = (name, name) if name in columns else (sampled(name, 0), sampled(name, samples - 1))
        corners = (
            xl_rowcol_to_cell(FIRST_ROW + step, columns[corner])
            for step, corner in zip((first, last), names, strict=True)
        )
        return f"'{self.run.sheet}'!{':'.join(corners)}"


def _rectangle(first: str, last: str) -> str:
    return f"{first.partition(':')[0]}:{last.partition(':')[2]}"
