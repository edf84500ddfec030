"""An experiment: a network, its samples and start values, and the runs that train it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.abc import Traversable
from typing import Any

from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.samples import LARGEST_NUMBER_OF_SAMPLES, Sample
from backprop_xlsx.model.settings import changed, parse_settings, parts
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import numbers, shown

LARGEST_NUMBER_OF_RUNS = 12
# A worksheet has 1,048,576 rows; the rows above the first step are taken off.
LARGEST_NUMBER_OF_STEPS = 1_048_576 - 32
LONGEST_TITLE, LONGEST_NOTE = 120, 2_000
# How far the targets of a sample may be from summing to 1 where they are probabilities.
PROBABILITY_ROUNDING = 1e-9

# Control characters but the tab and the end of a line, halves of a surrogate pair, and what is
# no character at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

BATCHES = ("full", "one")
DEFAULT_PRESET = "classroom"


@dataclass(frozen=True)
class Experiment:
    """A network, what it learns from, and the runs that train it from the same start.

    ``weights`` (w1, w2, …) and ``biases`` (b1, b2, …) are the start values; each of the
    ``optimisers`` is a run of ``steps`` updates. ``batch``: "full" (each step sees all samples,
    and the gradient is the mean over them) or "one" (each step sees one sample, in turn).
    ``note`` stands on the first sheet. Numbers have a magnitude up to 1e40 and are rounded to the
    15 significant digits that a spreadsheet keeps.

    Raises InputError for anything else.
    """

    samples: tuple[Sample, ...]
    weights: tuple[float, ...]
    optimisers: tuple[Optimiser, ...]
    network: Network = CLASS_NETWORK
    biases: tuple[float, ...] = ()
    steps: int = 100
    batch: str = "full"
    title: str = "Class network"
    note: str = ""

    def __post_init__(self) -> None:
        network = self.network
        if not 1 <= len(self.samples) <= LARGEST_NUMBER_OF_SAMPLES:
            raise InputError(
                f"samples: {len(self.samples):,} given, expected 1 to "
                f"{LARGEST_NUMBER_OF_SAMPLES:,} (each has a column of a worksheet)"
            )
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
        if not 1 <= len(self.optimisers) <= LARGEST_NUMBER_OF_RUNS:
            raise InputError(
                f"learning rates: {len(self.optimisers)} given, expected 1 to "
                f"{LARGEST_NUMBER_OF_RUNS}, counted with each optimiser"
            )
        _check_steps(self.steps)
        if self.batch not in BATCHES:
            raise InputError(
                f"batch: {shown(self.batch)} is unknown, expected one of: {', '.join(BATCHES)}"
            )
        _check_text("title", self.title, LONGEST_TITLE)
        _check_text("note", self.note, LONGEST_NOTE)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Experiment:
        """The experiment that settings describe (see :mod:`backprop_xlsx.model.settings`).

        Raises InputError for an unknown setting or an unusable value, FileError for a CSV file
        that cannot be read.
        """
        return cls(**parts(settings))

    @classmethod
    def preset(cls, name: str = DEFAULT_PRESET, **changes: Any) -> Experiment:
        """The experiment of that name (see :func:`preset_names`), with some settings changed.

        ``preset("classroom", learning_rates=[0.1, 1])``; the settings are those of
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
            sample = self.samples[0]
            values |= dict(zip(network.inputs, sample.inputs, strict=True))
            values |= dict(zip(network.targets, sample.targets, strict=True))
        values |= dict(zip(network.weights, self.weights, strict=True))
        return values | dict(zip(network.bias_names, self.biases, strict=True))


def preset_settings(name: str) -> dict[str, Any]:
    """The settings of a preset.

    Raises InputError if there is none of that name.
    """
    if name not in preset_names():
        known = ", ".join(preset_names())
        raise InputError(f"preset {shown(name)} is unknown, expected one of: {known}")
    return parse_settings((_presets() / f"{name}.toml").read_text(encoding="utf-8"))


def preset_names() -> tuple[str, ...]:
    """The names of the presets that come with the package, in alphabetical order."""
    names = (entry.name for entry in _presets().iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def _presets() -> Traversable:
    return resources.files(__package__) / "presets"


def _sample(sample: Sample, network: Network, which: str) -> Sample:
    """A sample with checked and rounded numbers; ``which`` is the sample's number in words."""
    inputs = numbers(f"inputs{which}", sample.inputs, network.widths[0])
    targets = numbers(f"targets{which}", sample.targets, network.widths[-1])
    if network.has_softmax and network.fused and abs(sum(targets) - 1) > PROBABILITY_ROUNDING:
        raise InputError(
            f"targets{which}: sum to {sum(targets):g}; for {network.loss_name} they are "
            "probabilities, which sum to 1"
        )
    for target in targets if network.fused else ():
        if not 0 <= target <= 1:
            raise InputError(
                f"targets{which}: {target:g} given, expected numbers from 0 to 1 for "
                f"{network.loss_name}"
            )
    return Sample(inputs, targets)


def _check_steps(steps: Any) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise InputError(f"steps: {shown(steps)} is not a whole number")
    if not 1 <= steps <= LARGEST_NUMBER_OF_STEPS:
        raise InputError(
            f"steps: {shown(steps)} given, expected 1 to {LARGEST_NUMBER_OF_STEPS} "
            "(a worksheet has 1,048,576 rows)"
        )


def _check_text(name: str, text: Any, longest: int) -> None:
    if not isinstance(text, str):
        raise InputError(f"{name}: {shown(text)} given, expected a text")
    if len(text) > longest:
        raise InputError(f"{name}: {len(text):,} characters given, expected at most {longest:,}")
    if _UNWRITABLE.search(text):
        raise InputError(f"{name}: {shown(text)} has characters that no sheet can show")
