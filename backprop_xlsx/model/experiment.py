"""An experiment: a network, its samples and start values, and the runs that train it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.setting_keys import changed
from backprop_xlsx.model.settings import (
    CLASS_TITLE,
    DEFAULT_PRESET,
    DEFAULT_STEPS,
    Settings,
    preset_settings,
)
from backprop_xlsx.model.valid import (
    BATCHES,
    LONGEST_NOTE,
    LONGEST_TITLE,
    check_class_names,
    check_known,
    check_number_of_runs,
    check_number_of_samples,
    check_steps,
    check_targets,
    check_text,
)
from backprop_xlsx.spreadsheet.numbers import numbers


@dataclass(frozen=True)
class Experiment:
    """A network, what it learns from, and the runs that train it from the same start.

    ``weights`` (w1, w2, …) and ``biases`` (b1, b2, …) are the start values; each of the
    ``optimisers`` is a run of ``steps`` updates. ``batch``: "full" (each step sees all samples,
    and the gradient is the mean over them) or "one" (each step sees one sample, in turn).
    ``note`` stands on the first sheet. ``class_names`` are those of the outputs, or what 0 and 1
    of a single output stand for, where the samples have classes. Numbers have a magnitude up to
    1e40 and are rounded to the 15 significant digits that a spreadsheet keeps.

    Raises InputError for anything else.
    """

    samples: tuple[Sample, ...]
    weights: tuple[float, ...]
    optimisers: tuple[Optimiser, ...]
    network: Network = CLASS_NETWORK
    biases: tuple[float, ...] = ()
    steps: int = DEFAULT_STEPS
    batch: str = "full"
    title: str = CLASS_TITLE
    note: str = ""
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        network = self.network
        check_number_of_samples(len(self.samples))
        alone = len(self.samples) == 1
        samples = tuple(
            _sample(sample, network, "" if alone else f" of sample {index}")
            for index, sample in enumerate(self.samples, start=1)
        )
        object.__setattr__(self, "samples", samples)
        weights = numbers("weights", self.weights, len(network.weights))
        object.__setattr__(self, "weights", weights)
        biases = numbers("biases", self.biases, len(network.bias_names))
        object.__setattr__(self, "biases", biases)
        check_number_of_runs(len(self.optimisers))
        check_steps(self.steps)
        check_known("batch", self.batch, BATCHES)
        check_text("title", self.title, LONGEST_TITLE)
        check_text("note", self.note, LONGEST_NOTE)
        check_class_names(self.class_names, network.widths[-1])

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Experiment:
        """The experiment that settings describe (see :mod:`backprop_xlsx.model.settings`).

        Raises InputError for an unknown setting or an unusable value, FileError for a CSV file
        that cannot be read.
        """
        given = Settings(settings)
        return cls(
            given.sample_set.samples,
            given.weights,
            given.optimisers,
            given.network,
            given.biases,
            given.steps,
            given.batch,
            given.title,
            given.note,
            given.sample_set.class_names,
        )

    @classmethod
    def preset(cls, name: str = DEFAULT_PRESET, **changes: Any) -> Experiment:
        """The experiment of that name, with some settings changed.

        ``preset("classroom", learning_rates=[0.1, 1])``; the names and the settings are those of
        :mod:`backprop_xlsx.model.settings`. Raises InputError if there is no such preset or
        setting, or for an unusable value.
        """
        return cls.of(changed(preset_settings(name), changes))

    @property
    def samples_a_step(self) -> int:
        """How many samples each step sees."""
        return len(self.samples) if self.batch == "full" else 1

    @property
    def in_turn(self) -> bool:
        """Whether each step sees another sample."""
        return self.samples_a_step < len(self.samples)

    @cached_property
    def start_values(self) -> dict[str, float]:
        """The start values that have a cell and a name each, in the order in which they stand.

        Several samples stand in a table of their own; those of a single one are among them.
        """
        network = self.network
        values: dict[str, float] = {}
        if len(self.samples) == 1:
            values |= zip(network.given, self.samples[0].numbers, strict=True)
        values |= dict(zip(network.weights, self.weights, strict=True))
        return values | dict(zip(network.bias_names, self.biases, strict=True))


def _sample(sample: Sample, network: Network, which: str) -> Sample:
    """A sample with checked and rounded numbers; ``which`` is the sample's number in words."""
    inputs = numbers(f"inputs{which}", sample.inputs, network.widths[0])
    targets = numbers(f"targets{which}", sample.targets, network.widths[-1])
    check_targets(f"targets{which}", targets, network.loss_name)
    return Sample(inputs, targets)
