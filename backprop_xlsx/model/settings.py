"""Settings, as a preset, a TOML file or the command line gives them: the parts of an experiment."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import OPTIMISERS, Optimiser, optimiser
from backprop_xlsx.model.samples import Sample, SampleSet, read_samples
from backprop_xlsx.model.setting_keys import CONSTANTS, KEYS, asked_widths, in_british
from backprop_xlsx.model.start_values import draw_weights
from backprop_xlsx.model.valid import BATCHES, BIASES, DRAWS, items, one_of
from backprop_xlsx.spreadsheet.errors import InputError, in_one_line
from backprop_xlsx.spreadsheet.numbers import shown
from backprop_xlsx.spreadsheet.text_files import read_text

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable

    import tomllib
else:
    from importlib.abc import Traversable

    import tomli as tomllib

DEFAULT_LEARNING_RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
DEFAULT_DRAW = "xavier"
DEFAULT_STEPS = 100
DEFAULT_PRESET = "classroom"
CLASS_TITLE = "Class network"
# The sample of a network that is given none: i1 = 0.05, i2 = 0.10, … as in the class network.
INPUT_PITCH, DEFAULT_TARGET = 0.05, 0.5

LARGEST_FILE = 2 * 2**20  # bytes


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a TOML file; a relative ``samples`` is taken from the file's own folder.

    Raises FileError if it cannot be read, InputError if it is not TOML.
    """
    try:
        settings = parse_settings(read_text(path, LARGEST_FILE))
    except ValueError as error:
        raise InputError(f"{path}: is not TOML ({in_one_line(error)})") from error
    if isinstance(settings.get("samples"), str):
        settings["samples"] = str(path.parent / settings["samples"])
    return settings


def parse_settings(text: str) -> dict[str, Any]:
    """The settings of a text in TOML. Raises ValueError if it is none, or nested too deeply."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("arrays are nested too deeply") from error


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


@dataclass(frozen=True)
class Settings:
    """What settings say of each part of an experiment.

    What they do not say is as in the class network; weights that are not given are drawn.
    Raises InputError for an unknown setting, and each part for an unusable value.
    """

    given: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", in_british(self.given))
        for key in self.given:
            if key not in KEYS:
                raise InputError(
                    f"setting {shown(key)} is unknown, expected some of: {', '.join(KEYS)}"
                )

    @cached_property
    def network(self) -> Network:
        """Layers, activations, biases and loss."""
        widths = asked_widths(self.given)
        loss = one_of("loss", self.given.get("loss", Network.loss_name), LOSSES)
        biases = one_of("biases", self.given.get("biases", Network.biases), BIASES)
        return Network(widths, self._activations(len(widths) - 2, loss), biases, loss)

    @cached_property
    def sample_set(self) -> SampleSet:
        """The samples, standardised if that is asked for.

        Raises FileError for a file that cannot be read.
        """
        wanted = self.given.get("standardise", False)
        if not isinstance(wanted, bool):
            raise InputError(f"standardise: {shown(wanted)} given, expected true or false")
        given = self._given_samples()
        return given.standardised() if wanted else given

    def _given_samples(self) -> SampleSet:
        """Those given, those of a CSV file, or one of the class's kind."""
        widths = self.network.widths
        if "samples" in self.given:
            self._refuse("samples", ("inputs", "targets"), "inputs or targets are")
            path = self.given["samples"]
            if not isinstance(path, str) or not path.isprintable():
                raise InputError(f"samples: {shown(path)} given, expected the name of a CSV file")
            return read_samples(Path(path), widths[0], widths[-1])
        missing = [name for name in ("inputs", "targets") if name not in self.given]
        if len(missing) == 2:
            return SampleSet((_default_sample(self.network),))
        for name in missing:
            raise InputError(f"{name}: not given; give inputs and targets, or a file of samples")
        inputs, targets = (_rows(name, self.given[name]) for name in ("inputs", "targets"))
        if len(inputs) != len(targets):
            raise InputError(
                f"targets: given for {len(targets)} samples, expected {len(inputs)}, as many as "
                "inputs"
            )
        pairs = zip(inputs, targets, strict=True)
        return SampleSet(tuple(Sample(*pair) for pair in pairs))

    @property
    def optimisers(self) -> tuple[Optimiser, ...]:
        """One for each entry of ``runs``, or for each optimiser with each learning rate."""
        constants = {name: self.given[name] for name in CONSTANTS if name in self.given}
        chosen = tuple(_optimiser(run, constants) for run in self._runs())
        for name in constants:
            if not any(hasattr(optimiser, name) for optimiser in chosen):
                raise InputError(f"{name}: given, but no optimiser here has it; leave it out")
        return chosen

    @property
    def weights(self) -> Any:
        """The weights' start values, given or drawn."""
        if "weights" in self.given:
            for name in ("draw", "seed"):
                self._refuse(name, (name,), "weights are")
            return self.given["weights"]
        draw = one_of("draw", self.given.get("draw", DEFAULT_DRAW), DRAWS)
        return draw_weights(self.network, draw, self.given.get("seed", 0))

    @property
    def biases(self) -> Any:
        """The biases' start values, 0 unless given."""
        if "bias_values" in self.given and not self.network.bias_names:
            raise InputError("bias_values: there are no biases; set biases to fixed or trained")
        return self.given.get("bias_values", (0.0,) * len(self.network.bias_names))

    @property
    def steps(self) -> Any:
        """The number of updates."""
        return self.given.get("steps", DEFAULT_STEPS)

    @property
    def batch(self) -> str:
        """How many of the samples a step sees."""
        return one_of("batch", self.given.get("batch", BATCHES[0]), BATCHES)

    @property
    def title(self) -> Any:
        """The heading of the book, after the network unless given."""
        plain = CLASS_TITLE if self.network == CLASS_NETWORK else f"Network {self.network}"
        return self.given.get("title", plain)

    @property
    def note(self) -> Any:
        """A text for the first sheet; it ends with how the inputs were standardised."""
        note, said = self.given.get("note", ""), self.sample_set.scales_in_words
        return f"{note} {said}".strip() if said and isinstance(note, str) else note

    def _refuse(self, name: str, others: Iterable[str], given_too: str) -> None:
        """Raises InputError if one of the other settings is there, which contradicts this one."""
        if any(other in self.given for other in others):
            raise InputError(f"{name}: {given_too} given too; leave out one of the two")

    def _activations(self, layers: int, loss: str) -> tuple[str, ...]:
        """Of each hidden layer, and of the last: what the loss needs unless given."""
        hidden = self.given.get("activation", "sigmoid")
        output = self.given.get("output_activation", LOSSES[loss].activation or "sigmoid")
        layers = max(layers, 0)
        names = [hidden] * layers if isinstance(hidden, str) else hidden
        if not isinstance(names, Sequence):
            raise InputError(
                f"activation: {shown(hidden)} given, expected a word, or a list of one for each "
                f"of {layers} hidden layers"
            )
        if len(names) != layers:
            raise InputError(f"activation: {len(names)} given, expected one or {layers}")
        activations = [one_of("activation", name, ACTIVATIONS) for name in names]
        activations.append(one_of("output_activation", output, (*ACTIVATIONS, SOFTMAX)))
        return tuple(activations)

    def _runs(self) -> Sequence[Any]:
        if "runs" in self.given:
            for name in ("learning_rates", "optimiser"):
                self._refuse(name, (name,), "runs are")
            return items("runs", self.given["runs"], "tables, each under [[runs]]")
        kinds = self.given.get("optimiser", "gradient descent")
        kinds = [kinds] if isinstance(kinds, str) else items("optimiser", kinds, "a word or words")
        rates = self.given.get("learning_rates", DEFAULT_LEARNING_RATES)
        rates = items("learning rates", rates, "a list of numbers")
        return [{"optimiser": kind, "learning_rate": rate} for kind, rate in product(kinds, rates)]


def _default_sample(network: Network) -> Sample:
    inputs = tuple(round(INPUT_PITCH * (index + 1), 2) for index in range(network.widths[0]))
    outputs = network.widths[-1]
    if network.has_softmax:
        return Sample(inputs, (1.0,) + (0.0,) * (outputs - 1))
    return Sample(inputs, (DEFAULT_TARGET,) * outputs)


def _rows(name: str, values: Any) -> list[tuple[float, ...]]:
    """A list of numbers as one row; a list of lists as it is."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(f"{name}: {shown(values)} given, expected a list of numbers")
    nested = [isinstance(value, Sequence) and not isinstance(value, str) for value in values]
    if not any(nested):
        return [tuple(values)]
    if not all(nested):
        raise InputError(f"{name}: numbers and lists are mixed; give one list for each sample")
    return [tuple(value) for value in values]


def _optimiser(run: Any, constants: Mapping[str, Any]) -> Optimiser:
    """The optimiser of a run, with those of the shared constants that it has."""
    if not isinstance(run, Mapping):
        raise InputError(f"runs: {shown(run)} given, expected tables, each under [[runs]]")
    own = {str(name): value for name, value in in_british(run).items()}
    kind = one_of("optimiser", own.pop("optimiser", "gradient descent"), OPTIMISERS)
    known = [field.name for field in fields(OPTIMISERS[kind])]
    shared = {name: value for name, value in constants.items() if name in known}
    return optimiser(kind, **(shared | own))
