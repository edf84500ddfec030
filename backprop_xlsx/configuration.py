"""From settings, as a TOML file or the command line gives them, to the parts of an experiment."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from backprop_xlsx.errors import FileError, InputError
from backprop_xlsx.losses import LOSSES
from backprop_xlsx.network import CLASS_NETWORK, Network
from backprop_xlsx.optimisers import OPTIMISERS, Optimiser, optimiser
from backprop_xlsx.samples import Sample, read_samples
from backprop_xlsx.start_values import draw_weights

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT_LEARNING_RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)
DEFAULT_LAYERS = "2-2-2"
DEFAULT_DRAW = "xavier"
# The sample of a network that is given none: i1 = 0.05, i2 = 0.10, … as in the class network.
INPUT_PITCH, DEFAULT_TARGET = 0.05, 0.5

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

# Settings that no longer fit once another network, or another way of learning, is asked for.
REPLACED_BY = {
    "layers": ("title", "note", "weights", "bias_values"),
    "biases": ("note", "bias_values"),
    "samples": ("title", "note", "inputs", "targets"),
    "inputs": ("note", "samples"),
    "targets": ("note", "samples"),
    "draw": ("note", "weights"),
    "seed": ("note", "weights"),
    "learning_rates": ("runs",),
    "optimiser": ("runs",),
    "loss": ("note",),
    "activation": ("note",),
    "weights": ("note", "draw", "seed"),
}


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a TOML file; a relative ``samples`` is taken from the file's own folder.

    Raises FileError if it cannot be read, InputError if it is not TOML.
    """
    try:
        settings = parse_settings(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not text in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not TOML ({error})") from error
    if isinstance(settings.get("samples"), str):
        settings["samples"] = str(path.parent / settings["samples"])
    return settings


def parse_settings(text: str) -> dict[str, Any]:
    """The settings of a text in TOML; raises tomllib's TOMLDecodeError."""
    return tomllib.loads(text)


def changed(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some of them changed, and without those that no longer fit.

    Other layers, for instance, have other weights; the samples stay if the inputs and outputs do.
    """
    before, after = layer_widths(settings), layer_widths({**settings, **changes})
    dropped = {name for change in changes for name in REPLACED_BY.get(change, ())}
    if (before[0], before[-1]) != (after[0], after[-1]):
        dropped |= {"inputs", "targets", "samples"}
    return {name: value for name, value in settings.items() if name not in dropped} | {**changes}


def parts(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an :class:`~backprop_xlsx.experiment.Experiment` that settings describe.

    What is not said is as in the class network; weights that are not given are drawn. Raises
    InputError for an unknown setting or an unusable value, FileError for an unreadable CSV file.
    """
    for key in settings:
        if key not in KEYS:
            raise InputError(f"setting {key!r} is unknown, expected some of: {', '.join(KEYS)}")
    network = _network(settings)
    found: dict[str, Any] = {
        "network": network,
        "samples": _samples(settings, network),
        "optimisers": _optimisers(settings),
        "weights": settings.get("weights"),
        "biases": settings.get("bias_values", (0.0,) * len(network.bias_names)),
    }
    if found["weights"] is None:
        draw, seed = settings.get("draw", DEFAULT_DRAW), settings.get("seed", 0)
        found["weights"] = draw_weights(network, draw, seed)
    elif "draw" in settings:
        raise InputError("draw: weights are given too; leave out one of the two")
    if "title" not in settings and network != CLASS_NETWORK:
        found["title"] = f"Network {network}"
    own = ("title", "note", "batch", "steps")
    return found | {key: settings[key] for key in own if key in settings}


def _network(settings: Mapping[str, Any]) -> Network:
    widths = layer_widths(settings)
    loss = _text("loss", settings.get("loss", Network.loss_name))
    own = LOSSES[loss].activation if loss in LOSSES else None
    hidden = settings.get("activation", "sigmoid")
    output = _text("output_activation", settings.get("output_activation", own or "sigmoid"))
    layers = max(len(widths) - 2, 0)
    names = (hidden,) * layers if isinstance(hidden, str) else tuple(hidden)
    if len(names) != layers:
        raise InputError(f"activation: {len(names)} given, expected one or {layers}")
    names = tuple(_text("activation", name) for name in names)
    biases = _text("biases", settings.get("biases", Network.biases))
    return Network(widths, (*names, output), biases, loss)


def layer_widths(settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The number of inputs, and of neurons in each layer, that settings ask for.

    Raises InputError if they are not whole numbers.
    """
    layers = settings.get("layers", DEFAULT_LAYERS)
    given = layers.split("-") if isinstance(layers, str) else layers
    try:
        return tuple(int(width) for width in given)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"layers: {layers!r} given, expected the number of inputs and of neurons in each "
            "layer, as 2-3-1"
        ) from error


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}: {value!r} given, expected a word")
    return value.replace("_", " ").lower()


def _samples(settings: Mapping[str, Any], network: Network) -> tuple[Sample, ...]:
    if "samples" in settings:
        if "inputs" in settings or "targets" in settings:
            raise InputError("samples: inputs or targets are given too; leave out one of the two")
        path = Path(_path("samples", settings["samples"]))
        return read_samples(path, network.widths[0], network.widths[-1])
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


def _path(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}: {value!r} given, expected the name of a CSV file")
    return value


def _rows(name: str, values: Any) -> list[tuple[float, ...]]:
    """A list of numbers as one row; a list of lists as it is."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(f"{name}: {values!r} given, expected a list of numbers")
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
        runs = settings["runs"]
        if not isinstance(runs, list) or not all(isinstance(run, Mapping) for run in runs):
            raise InputError(f"runs: {runs!r} given, expected tables, each under [[runs]]")
    else:
        kinds = settings.get("optimiser", "gradient descent")
        rates = settings.get("learning_rates", DEFAULT_LEARNING_RATES)
        if not isinstance(rates, Sequence) or isinstance(rates, str):
            raise InputError(f"learning rates: {rates!r} given, expected a list of numbers")
        runs = [
            {"optimiser": kind, "learning_rate": rate}
            for kind in ([kinds] if isinstance(kinds, str) else kinds)
            for rate in rates
        ]
    constants = {name: settings[name] for name in CONSTANTS if name in settings}
    chosen = tuple(_optimiser(run, constants) for run in runs)
    for name in constants:
        if not any(hasattr(optimiser, name) for optimiser in chosen):
            raise InputError(f"{name}: given, but no optimiser here has it")
    return chosen


def _optimiser(run: Mapping[str, Any], constants: Mapping[str, Any]) -> Optimiser:
    """The optimiser of a run, with those of the shared constants that it has."""
    own = dict(run)
    kind = _text("optimiser", own.pop("optimiser", "gradient descent"))
    known = [field.name for field in fields(OPTIMISERS[kind])] if kind in OPTIMISERS else []
    shared = {name: value for name, value in constants.items() if name in known}
    return optimiser(kind, **(shared | own))
