"""What the value of each setting may be: the one place that refuses what no book can hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import cut_short, is_whole, number, shown
from backprop_xlsx.spreadsheet.ooxml.formula_text import MAXIMUM_COLUMN, MAXIMUM_ROW

BIASES = ("none", "fixed", "trained")
BATCHES = ("full", "one")
DRAWS = ("xavier", "he", "uniform")

# Far beyond what a worksheet can hold; up to here a network takes no time to describe, so that
# what is too large for a worksheet can be told in detail.
LARGEST_NUMBER_OF_LAYERS, LARGEST_NUMBER_OF_WEIGHTS = 100, 100_000
# Each has a column of the sheet Samples.
LARGEST_NUMBER_OF_SAMPLES = 16_000
LARGEST_NUMBER_OF_RUNS = 12
# The rows above the first step are taken off.
LARGEST_NUMBER_OF_STEPS = MAXIMUM_ROW - 32
LARGEST_SEED = 2**32 - 1
LONGEST_TITLE, LONGEST_NOTE, LONGEST_CLASS_NAME = 120, 2_000, 60
# Of optimisers, of learning rates and of runs: many more than a book can have.
LONGEST_LIST = 100

# How far the targets of a sample may be from summing to 1 where they are probabilities.
PROBABILITY_ROUNDING = 1e-9
# How much of the past is kept: below 1, or nothing new would count. The others have no limit.
_BELOW = {"momentum": 1.0, "smoothing": 1.0, "beta1": 1.0, "beta2": 1.0}
# Of these 0 is not allowed: nothing would be learnt, or a weight without a gradient give 0/0.
_ABOVE_ZERO = ("learning_rate", "epsilon")

# Control characters but the tab and the end of a line, halves of a surrogate pair, and what is
# no character at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def check_known(name: str, value: Any, known: Iterable[str]) -> None:
    """Raises InputError if a value is none of the known names."""
    if value not in tuple(known):
        raise _unknown(name, value, known)


def one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """The known name that a word means; capitals, hyphens, underscores and spaces count alike.

    Raises InputError if there is none.
    """
    if isinstance(value, str):
        for entry in known:
            if _plain(entry) == _plain(value):
                return entry
    raise _unknown(name, value, known)


def items(name: str, values: Any, expected: str) -> Sequence[Any]:
    """A list of at most a hundred values.

    Raises InputError, which says what was ``expected``, for anything else.
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InputError(f"{name}: {shown(values)} given, expected {expected}")
    if len(values) > LONGEST_LIST:
        raise InputError(f"{name}: {len(values):,} given, many more than a book can have")
    return values


def layer_widths(layers: Any) -> tuple[int, ...]:
    """The number of inputs, and of neurons in each layer, as ``2-3-1`` or a list has them.

    Raises InputError if they are not whole numbers.
    """
    given = layers.split("-") if isinstance(layers, str) else layers
    if isinstance(given, Sequence) and all(_is_width(width) for width in given):
        return tuple(int(width) for width in given)
    raise InputError(
        f"layers: {shown(layers)} given, expected the number of inputs and of neurons in each "
        "layer, as 2-3-1"
    )


def number_of_weights(widths: Sequence[int]) -> int:
    """How many weights lead from layer to layer."""
    return sum(before * after for before, after in zip(widths, widths[1:], strict=False))


def check_network(
    widths: tuple[int, ...], activations: tuple[str, ...], biases: str, loss: str
) -> None:
    """Raises InputError for what is no network, or one that is beyond any worksheet."""
    _check_widths(widths)
    layers, shape = len(widths) - 1, "-".join(map(str, widths))
    if len(activations) != layers:
        raise InputError(
            f"activations: {len(activations)} given, expected {layers}, one for each "
            f"layer of {shape} after the inputs"
        )
    if SOFTMAX in activations[:-1]:
        raise InputError("activations: softmax given for a hidden layer; it is for the output")
    for name in activations:
        check_known("activation", name, (*ACTIVATIONS, SOFTMAX))
    check_known("biases", biases, BIASES)
    check_known("loss", loss, LOSSES)
    wanted = LOSSES[loss].activation
    if wanted is not None and activations[-1] != wanted:
        raise InputError(
            f"loss: {loss} needs {wanted} at the output, which is {activations[-1]} here; change "
            "one of the two"
        )


def check_targets(name: str, targets: tuple[float, ...], loss: str) -> None:
    """Raises InputError for targets that are no probabilities where the loss needs them to be."""
    wanted = LOSSES[loss].activation
    if wanted == SOFTMAX and abs(sum(targets) - 1) > PROBABILITY_ROUNDING:
        raise InputError(
            f"{name}: sum to {sum(targets):g}; for {loss} they are probabilities, which sum to 1"
        )
    for target in targets if wanted is not None else ():
        if not 0 <= target <= 1:
            raise InputError(f"{name}: {target:g} given, expected numbers from 0 to 1 for {loss}")


def check_number_of_samples(count: int) -> None:
    """Raises InputError for no samples, or too many."""
    if not 1 <= count <= LARGEST_NUMBER_OF_SAMPLES:
        raise InputError(
            f"samples: {count:,} given, expected 1 to {LARGEST_NUMBER_OF_SAMPLES:,} (each has a "
            "column of a worksheet)"
        )


def check_class_names(names: tuple[str, ...], outputs: int) -> None:
    """Raises InputError for names of classes that are not as many as outputs can tell apart."""
    if names and len(names) != max(outputs, 2):
        raise InputError(f"class names: {len(names)} given, expected {max(outputs, 2)}")
    for name in names:
        check_text("class names", name, LONGEST_CLASS_NAME)


def check_number_of_runs(count: int, name: str = "learning rates") -> None:
    """Raises InputError for no runs, or too many."""
    if not 1 <= count <= LARGEST_NUMBER_OF_RUNS:
        raise InputError(
            f"{name}: {count} given, expected 1 to {LARGEST_NUMBER_OF_RUNS}, counted with each "
            "optimiser"
        )


def optimiser_constant(name: str, value: Any) -> float:
    """A learning rate or another constant of an optimiser, by the name of its field.

    Raises InputError for a learning rate or an epsilon that is not above 0, a negative constant,
    or a factor of the past that is not below 1.
    """
    words = "learning rates" if name == "learning_rate" else name.replace("_", " ")
    constant = number(words, value)
    if name in _ABOVE_ZERO and constant <= 0:
        raise InputError(f"{words}: {constant:g} given, expected a number above 0")
    limit = _BELOW.get(name, math.inf)
    if not 0 <= constant < limit:
        to = f" and below {limit:g}" if limit < math.inf else ""
        raise InputError(f"{words}: {constant:g} given, expected a number from 0{to}")
    return constant


def check_seed(seed: Any) -> None:
    """Raises InputError for a seed that is not a whole number from 0 to 2³² − 1."""
    if not is_whole(seed) or not 0 <= seed <= LARGEST_SEED:
        raise InputError(
            f"seed: {shown(seed)} given, expected a whole number from 0 to {LARGEST_SEED}"
        )


def check_steps(steps: Any) -> None:
    """Raises InputError for steps that are not a whole number, or more than a sheet has rows."""
    if not is_whole(steps):
        raise InputError(f"steps: {shown(steps)} is not a whole number")
    if not 1 <= steps <= LARGEST_NUMBER_OF_STEPS:
        raise InputError(
            f"steps: {shown(steps)} given, expected 1 to {LARGEST_NUMBER_OF_STEPS} "
            f"(a worksheet has {MAXIMUM_ROW:,} rows)"
        )


def check_text(name: str, text: Any, longest: int) -> None:
    """Raises InputError for what is no text, is longer, or what no sheet can show."""
    if not isinstance(text, str):
        raise InputError(f"{name}: {shown(text)} given, expected a text")
    if len(text) > longest:
        raise InputError(f"{name}: {len(text):,} characters given, expected at most {longest:,}")
    if _UNWRITABLE.search(text):
        raise InputError(f"{name}: {shown(text)} has characters that no sheet can show")


def _unknown(name: str, value: Any, known: Iterable[str]) -> InputError:
    return InputError(f"{name}: {shown(value)} is unknown, expected one of: {', '.join(known)}")


def _plain(word: str) -> str:
    return re.sub("[-_ ]+", " ", word.strip().lower())


def _is_width(width: Any) -> bool:
    if isinstance(width, str):
        return re.fullmatch("[0-9]{1,9}", width) is not None
    return is_whole(width)


def _check_widths(widths: tuple[int, ...]) -> None:
    shape = cut_short("-".join(map(shown, widths)))
    if not all(map(is_whole, widths)) or len(widths) < 2 or min(widths) < 1:
        raise InputError(
            f"layers: {shape or 'none'} given, expected at least two whole numbers above 0, "
            "as 2-3-1"
        )
    if len(widths) > LARGEST_NUMBER_OF_LAYERS:
        raise InputError(
            f"layers: {len(widths):,} of them given, expected at most {LARGEST_NUMBER_OF_LAYERS}"
        )
    if max(widths) > MAXIMUM_COLUMN or number_of_weights(widths) > LARGEST_NUMBER_OF_WEIGHTS:
        raise InputError(
            f"layers: {shape} need more than {LARGEST_NUMBER_OF_WEIGHTS:,} weights or more than "
            f"{MAXIMUM_COLUMN:,} neurons in a layer, and a worksheet has {MAXIMUM_COLUMN:,} "
            "columns for them all; make the layers narrower"
        )
