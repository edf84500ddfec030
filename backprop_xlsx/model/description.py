"""The settings of a book in its own properties: which network it describes, as JSON.

They tell the check what to look for, and nothing of whether it is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import SYMBOLS, Optimiser, optimiser
from backprop_xlsx.model.valid import (
    BATCHES,
    check_known,
    check_number_of_runs,
    number_of_weights,
)
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import is_whole
from backprop_xlsx.spreadsheet.ooxml.formula_text import MAXIMUM_COLUMN

PROPERTY = "backprop_xlsx"
# Excel's limit for the text of one property.
LONGEST_TEXT = 255
# A neuron of more sources would have a formula of more than 8,192 characters.
WIDEST_LAYER = 400
# Of the formulas of one row together.
MOST_OPERANDS = 250_000

_KEYS = ("layers", "activations", "biases", "loss", "batch", "samples", "optimisers")


@dataclass(frozen=True)
class Description:
    """What a book computes: a network, how many samples it learns from, and each run's optimiser.

    ``in_turn`` says that each step sees one of the samples, in turn, and not all of them.
    """

    network: Network
    samples: int
    in_turn: bool
    optimisers: tuple[Optimiser, ...]


def to_properties(experiment: Experiment) -> dict[str, str]:
    """The properties that describe an experiment's book: their names and texts, in order."""
    samples = len(experiment.samples)
    text = text_of(experiment.network, experiment.optimisers, samples, experiment.batch)
    parts = [text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT)]
    return {_property(number): part for number, part in enumerate(parts, start=1)}


def from_properties(properties: Mapping[str, str]) -> Description | None:
    """The description among the properties of a book; None if there is none.

    Raises InputError if it describes no network that a book can hold.
    """
    parts: list[str] = []
    while (name := _property(len(parts) + 1)) in properties:
        parts.append(properties[name])
    return from_text("".join(parts)) if parts else None


def text_of(
    network: Network, optimisers: Sequence[Optimiser], samples: int, batch: str = BATCHES[0]
) -> str:
    """A network, its batch, the number of samples and the optimisers as JSON."""
    said = {
        "layers": network.widths,
        "activations": network.activations,
        "biases": network.biases,
        "loss": network.loss_name,
        "batch": batch,
        "samples": samples,
        "optimisers": [{"title": each.title, "constants": each.constants} for each in optimisers],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Description:
    """What a text of :func:`text_of` describes.

    Raises InputError, naming the setting, for any other text.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"description: is no JSON ({error})") from error
    if not isinstance(said, dict) or set(said) != set(_KEYS):
        raise InputError(f"description: {text[:40]!r} given, expected {', '.join(_KEYS)}")
    widths = tuple(_count("layers", width) for width in _list("layers", said["layers"]))
    activations = tuple(map(str, _list("activations", said["activations"])))
    network = Network(widths, activations, str(said["biases"]), str(said["loss"]))
    samples = _count("samples", said["samples"])
    check_known("batch", said["batch"], BATCHES)
    in_turn = said["batch"] == "one" and samples > 1
    _require_room(widths, samples, 1 if in_turn else samples)
    runs = _list("optimisers", said["optimisers"])
    check_number_of_runs(len(runs), "optimisers")
    return Description(network, samples, in_turn, tuple(map(_optimiser, runs)))


def _property(number: int) -> str:
    return PROPERTY if number == 1 else f"{PROPERTY} {number}"


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{name}: {value!r:.60} given, expected a list")
    return value


def _count(name: str, value: Any) -> int:
    if is_whole(value) and 1 <= value <= MAXIMUM_COLUMN:
        return value
    raise InputError(
        f"{name}: {value!r:.60} given, expected a whole number up to {MAXIMUM_COLUMN:,}"
    )


def _require_room(widths: tuple[int, ...], samples: int, samples_a_step: int) -> None:
    """Raises InputError for what no book holds, before anything of it is built."""
    if max(widths) > WIDEST_LAYER:
        raise InputError(f"layers: {max(widths):,} wide, expected at most {WIDEST_LAYER:,}")
    weights = number_of_weights(widths)
    # Every weight has a column, and every neuron two for each sample of a step.
    columns = weights + 2 * sum(widths[1:]) * samples_a_step
    if columns > MAXIMUM_COLUMN:
        raise InputError(f"layers: need {columns:,} columns, and a sheet has {MAXIMUM_COLUMN:,}")
    operands = max(weights * samples_a_step, (widths[0] + widths[-1]) * samples)
    if operands > MOST_OPERANDS:
        raise InputError(f"layers: need {operands:,} operands in a row, over {MOST_OPERANDS:,}")


def _optimiser(said: Any) -> Optimiser:
    if not isinstance(said, dict) or set(said) != {"title", "constants"}:
        raise InputError(f"optimisers: {said!r:.60} given, expected a title and constants")
    title, constants = said["title"], said["constants"]
    if not isinstance(constants, dict):
        raise InputError(f"{title}: constants {constants!r:.60} given, expected a number for each")
    names = {letter: name for name, letter in SYMBOLS.items()}
    return optimiser(
        title, **{str(names.get(letter, letter)): n for letter, n in constants.items()}
    )
