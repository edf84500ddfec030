"""The keys that settings may have, and which of them no longer fit when others change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from backprop_xlsx.model.optimisers import OPTIMISERS
from backprop_xlsx.model.valid import layer_widths
from backprop_xlsx.spreadsheet.errors import InputError

DEFAULT_LAYERS = "2-2-2"

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
    *("inputs", "targets", "samples", "standardise", "batch", "weights", "bias_values"),
    *("draw", "seed", "steps"),
    *("learning_rates", "optimiser", "runs", *CONSTANTS),
)
AMERICAN = {"optimizer": "optimiser", "standardize": "standardise"}

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


def in_british(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with ``optimiser`` and ``standardise`` where they are spelt with a z.

    Raises InputError if one is there in both spellings.
    """
    for american, british in AMERICAN.items():
        if american in settings and british in settings:
            raise InputError(f"{american}: {british} is given too; leave out one of the two")
    return {AMERICAN.get(key, key): value for key, value in settings.items()}


def changed(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some of them changed, and without those that no longer fit.

    Other layers, for instance, have other weights; the samples stay if the inputs and outputs do.
    Raises InputError for layers that are no whole numbers.
    """
    settings, changes = in_british(settings), in_british(changes)
    before, after = asked_widths(settings), asked_widths({**settings, **changes})
    dropped = {name for change in changes for name in REPLACED_BY.get(change, ())}
    if (before[:1], before[-1:]) != (after[:1], after[-1:]):
        dropped |= {"inputs", "targets", "samples"}
    if "runs" in settings and "runs" in dropped:
        dropped |= {"note"}
    if changes.get("biases") == "none":
        dropped |= {"bias_values"}
    return {name: value for name, value in settings.items() if name not in dropped} | {**changes}


def asked_widths(settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The number of inputs, and of neurons in each layer, that settings ask for.

    Raises InputError if they are not whole numbers.
    """
    return layer_widths(settings.get("layers", DEFAULT_LAYERS))
