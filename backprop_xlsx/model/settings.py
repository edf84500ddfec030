"""From settings, as a TOML file or the command line gives them, to the parts of an experiment."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import BIASES, CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import OPTIMISERS, Optimiser, optimiser
from backprop_xlsx.model.samples import Sample, read_samples
from backprop_xlsx.model.start_values import DRAWS, draw_weights
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import shown
from backprop_xlsx.spreadsheet.text_files import read_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT_LEARNING_RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
DEFAULT_LAYERS = "2-2-2"
DEFAULT_DRAW = "xavier"
# The sample of a network that is given none: i1 = 0.05, i2 = 0.10, … as in the class network.
INPUT_PITCH, DEFAULT_TARGET = 0.05, 0.5

LARGEST_FILE = 2 * 2**20  # bytes
# Of optimisers, of learning rates and of runs: many more than a book can have.
LONGEST_LIST = 100

CONSTANTS = tuple(
    dict.fromkeys(
        field.name
        for kind in OPTIMISERS.values()
        for field in fields(kind)
        if field.name != "learning_rate"
    )
)
KEYS = (
    *("title", "note", "layers", "activation", "output_activation", "biases", "loss"),
    *("inputs", "targets", "samples", "batch", "weights", "bias_values", "draw", "seed", "steps"),
    *("learning_rates", "optimiser", "runs", *CONSTANTS),
)

# Settings that no longer fit once another one is asked for. A title and a note tell of the
# experiment as it was.
REPLACED_BY = {
    "layers": ("title", "note", "weights", "bias_values"),
    "activation": ("note",),
    "output_activation": ("note",),
    "biases": ("note",),
    "loss": ("note",),
    "inputs": ("title", "note", "samples"),
    "targets": ("title", "note", "samples"),
    "samples": ("title", "note", "inputs", "targets"),
    "batch": ("note",),
    "weights": ("title", "note", "draw", "seed"),
    "bias_values": ("title", "note"),
    "draw": ("title", "note", "weights"),
    "seed": ("note", "weights"),
    "optimiser": ("note", "runs", *CONSTANTS),
    "learning_rates": ("runs",),
    "runs": ("note", "optimiser", "learning_rates", *CONSTANTS),
}


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a TOML file; a relative ``samples`` is taken from the file's own folder.

    Raises FileError if it cannot be read, InputError if it is not TOML.
    """
    try:
        settings = parse_settings(read_text(path, LARGEST_FILE))
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: is not TOML ({reason})") from error
    if isinstance(settings.get("samples"), str):
        settings["samples"] = str(path.parent / settings["samples"])
    return settings


def parse_settings(text: str) -> dict[str, Any]:
    """The settings of a text in TOML.

    Raises ValueError if it is none, RecursionError if it is nested too deeply.
    """
    return tomllib.loads(text)


def changed(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some of them changed, and without those that no longer fit.

    Other layers, for instance, have other weights; the samples stay if the inputs and outputs do.
    Raises InputError for layers that are no whole numbers.
    """
    before, after = layer_widths(settings), layer_widths({**settings, **changes})
    dropped = {name for change in changes for name in REPLACED_BY.get(change, ())}
    if (before[:1], before[-1:]) != (after[:1], after[-1:]):
        dropped |= {"inputs", "targets", "samples"}
    if "runs" in settings and "runs" in dropped:
        dropped |= {"note"}
    if changes.get("biases") == "none":
        dropped |= {"bias_values"}
    return {name: value for name, value in settings.items() if name not in dropped} | {**changes}


def parts(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an :class:`~backprop_xlsx.model.experiment.Experiment` that settings describe.

    What is not said is as in the class network; weights that are not given are drawn. Raises
    InputError for an unknown setting or an unusable value, FileError for an unreadable CSV file.
    """
    for key in settings:
        if key not in KEYS:
            raise InputError(
                f"setting {shown(key)} is unknown, expected some of: {', '.join(KEYS)}"
            )
    network = _network(settings)
    found: dict[str, Any] = {
        "network": network,
        "samples": _samples(settings, network),
        "optimisers": _optimisers(settings),
        "weights": _weights(settings, network),
        "biases": _bias_values(settings, network),
    }
    if "title" not in settings and network != CLASS_NETWORK:
        found["title"] = f"Network {network}"
    own = ("title", "note", "batch", "steps")
    return found | {key: settings[key] for key in own if key in settings}


def _network(settings: Mapping[str, Any]) -> Network:
    widths = layer_widths(settings)
    loss = _one_of("loss", settings.get("loss", Network.loss_name), LOSSES)
    hidden = settings.get("activation", "sigmoid")
    output = settings.get("output_activation", LOSSES[loss].activation or "sigmoid")
    layers = max(len(widths) - 2, 0)
    names = [hidden] * layers if isinstance(hidden, str) else hidden
    if not isinstance(names, Sequence):
        raise InputError(
            f"activation: {shown(hidden)} given, expected a word, or a list of one for each of "
            f"{layers} hidden layers"
        )
    if len(names) != layers:
        raise InputError(f"activation: {len(names)} given, expected one or {layers}")
    activations = [_one_of("activation", name, ACTIVATIONS) for name in names]
    activations.append(_one_of("output_activation", output, (*ACTIVATIONS, SOFTMAX)))
    biases = _one_of("biases", settings.get("biases", Network.biases), BIASES)
    return Network(widths, tuple(activations), biases, loss)


def layer_widths(settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The number of inputs, and of neurons in each layer, that settings ask for.

    Raises InputError if they are not whole numbers.
    """
    layers = settings.get("layers", DEFAULT_LAYERS)
    given = layers.split("-") if isinstance(layers, str) else layers
    if isinstance(given, Sequence) and all(_is_width(width) for width in given):
        return tuple(int(width) for width in given)
    raise InputError(
        f"layers: {shown(layers)} given, expected the number of inputs and of neurons in each "
        "layer, as 2-3-1"
    )


def _is_width(width: Any) -> bool:
    if isinstance(width, str):
        return re.fullmatch("[0-9]{1,9}", width) is not None
    return isinstance(width, int) and not isinstance(width, bool)


def _one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """The entry that a word names; capitals, hyphens, underscores and spaces count alike."""
    if isinstance(value, str):
        for entry in known:
            if _plain(entry) == _plain(value):
                return entry
    raise InputError(f"{name}: {shown(value)} is unknown, expected one of: {', '.join(known)}")


def _plain(word: str) -> str:
    return re.sub("[-_ ]+", " ", word.strip().lower())


def _weights(settings: Mapping[str, Any], network: Network) -> Any:
    if "weights" not in settings:
        draw, seed = settings.get("draw", DEFAULT_DRAW), settings.get("seed", 0)
        return draw_weights(network, _one_of("draw", draw, DRAWS), seed)
    for name in ("draw", "seed"):
        if name in settings:
            raise InputError(f"{name}: weights are given too; leave out one of the two")
    return settings["weights"]


def _bias_values(settings: Mapping[str, Any], network: Network) -> Any:
    if "bias_values" in settings and not network.bias_names:
        raise InputError("bias_values: there are no biases; set biases to fixed or trained")
    return settings.get("bias_values", (0.0,) * len(network.bias_names))


def _samples(settings: Mapping[str, Any], network: Network) -> tuple[Sample, ...]:
    if "samples" in settings:
        if "inputs" in settings or "targets" in settings:
            raise InputError("samples: inputs or targets are given too; leave out one of the two")
        path = settings["samples"]
        if not isinstance(path, str) or not path.isprintable():
            raise InputError(f"samples: {shown(path)} given, expected the name of a CSV file")
        return read_samples(Path(path), network.widths[0], network.widths[-1])
    if "inputs" not in settings and "targets" not in settings:
        return (_default_sample(network),)
    for name in ("inputs", "targets"):
        if name not in settings:
            raise InputError(f"{name}: not given; give inputs and targets, or a file of samples")
    inputs, targets = (_rows(name, settings[name]) for name in ("inputs", "targets"))
    if len(inputs) != len(targets):
        raise InputError(
            f"targets: given for {len(targets)} samples, expected {len(inputs)}, as many as inputs"
        )
    return tuple(Sample(*pair) for pair in zip(inputs, targets, strict=True))


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


def _optimisers(settings: Mapping[str, Any]) -> tuple[Optimiser, ...]:
    """One for each entry of ``runs``, or for each optimiser with each learning rate."""
    if "runs" in settings:
        for name in ("learning_rates", "optimiser"):
            if name in settings:
                raise InputError(f"{name}: runs are given too; leave out one of the two")
        runs = _list("runs", settings["runs"], "tables, each under [[runs]]")
    else:
        kinds = settings.get("optimiser", "gradient descent")
        kinds = [kinds] if isinstance(kinds, str) else _list("optimiser", kinds, "a word or words")
        rates = settings.get("learning_rates", DEFAULT_LEARNING_RATES)
        rates = _list("learning rates", rates, "a list of numbers")
        runs = [{"optimiser": kind, "learning_rate": rate} for kind, rate in product(kinds, rates)]
    constants = {name: settings[name] for name in CONSTANTS if name in settings}
    chosen = tuple(_optimiser(run, constants) for run in runs)
    for name in constants:
        if not any(hasattr(optimiser, name) for optimiser in chosen):
            raise InputError(f"{name}: given, but no optimiser here has it; leave it out")
    return chosen


def _list(name: str, values: Any, expected: str) -> Sequence[Any]:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(f"{name}: {shown(values)} given, expected {expected}")
    if len(values) > LONGEST_LIST:
        raise InputError(f"{name}: {len(values):,} given, many more than a book can have")
    return values


def _optimiser(run: Any, constants: Mapping[str, Any]) -> Optimiser:
    """The optimiser of a run, with those of the shared constants that it has."""
    if not isinstance(run, Mapping):
        raise InputError(f"runs: {shown(run)} given, expected tables, each under [[runs]]")
    own = {str(name): value for name, value in run.items()}
    kind = _one_of("optimiser", own.pop("optimiser", "gradient descent"), OPTIMISERS)
    known = [field.name for field in fields(OPTIMISERS[kind])]
    shared = {name: value for name, value in constants.items() if name in known}
    return optimiser(kind, **(shared | own))
