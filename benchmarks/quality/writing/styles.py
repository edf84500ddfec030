"""What a book looks like: one named option for each of its features, drawn at random."""

from __future__ import annotations

import random
from dataclasses import dataclass

from . import headings

# The first options are the common ones; an option that stands twice is drawn twice as often.
FEATURES: dict[str, tuple[str, ...]] = {
    "headings": headings.STYLES,
    "order": ("class", "class", "parameters first", "gradients first", "forward", "shuffled"),
    "step column": ("step", "step", "none", "counted"),
    "direction": ("down",) * 7 + ("across",),
    "columns": ("together", "together", "groups", "gaps"),
    "runs": ("1", "1", "1", "2", "3", "6"),
    "arrangement": ("below", "beside", "sheets"),
    "constants": (
        "columns",
        "columns",
        "above",
        "referenced",
        "first row",
        "cells",
        "names",
        "typed",
    ),
    "rate": ("above", "above", "left", "column", "name", "typed"),
    "starts": ("numbers", "numbers", "referenced", "start row"),
    "legend": ("none", "none", "beside", "above", "below"),
    "below": ("nothing", "nothing", "min max", "averages"),
    "break": ("none",) * 6 + ("blank", "headings", "page"),
    "split": ("one sheet",) * 6 + ("two sheets",),
    "charts": ("none", "none", "losses", "total"),
    "auxiliary": ("none",) * 5
    + ("errors", "deltas", "factors", "partials", "steps", "deltas errors", "factors partials"),
    "digits": ("general", "general", "four", "eight"),
    "anchors": ("relative", "relative", "columns"),
    "steps": ("few", "few", "twenty", "one row"),
}
HELD_OUT_FEATURES: dict[str, tuple[str, ...]] = {
    "headings": headings.HELD_OUT_STYLES,
    "order": ("reversed", "updates last"),
    "step column": ("last", "dates"),
    "columns": ("merged title", "text column"),
    "constants": ("other sheet", "cells left"),
    "rate": ("other sheet", "column referenced"),
    "legend": ("both sides", "notes"),
    "below": ("differences", "sums"),
    "break": ("two blanks", "note"),
    "charts": ("weights",),
    "auxiliary": ("deltas steps", "errors factors", "errors steps"),
    "digits": ("percent", "scientific"),
}


@dataclass(frozen=True)
class Style:
    """The options of one book, by feature."""

    options: dict[str, str]
    held_out: bool = False

    def __getitem__(self, feature: str) -> str:
        return self.options[feature]

    @property
    def names(self) -> list[str]:
        """Every option as "feature: option"."""
        return [f"{feature}: {option}" for feature, option in self.options.items()]


def drawn(rng: random.Random, held_out: bool = False, freedom: float | None = None) -> Style:
    """A style; with ``freedom`` near 0 a common one, near 1 anything.

    A held-out style has options in a third of its features that no other style has.
    """
    freedom = rng.choice((0.15, 0.35, 0.7, 1.0)) if freedom is None else freedom
    options = {}
    for feature, common in FEATURES.items():
        options[feature] = rng.choice(common) if rng.random() < freedom else common[0]
        if held_out and feature in HELD_OUT_FEATURES and rng.random() < 0.35:
            options[feature] = rng.choice(HELD_OUT_FEATURES[feature])
    return Style(_possible(options), held_out)


def with_options(style: Style, wanted: dict[str, str]) -> Style:
    """A style with some of its options replaced."""
    return Style(_possible(style.options | wanted), style.held_out)


def _possible(options: dict[str, str]) -> dict[str, str]:
    """Options that can stand together."""
    options = dict(options)
    if options["runs"] == "1":
        options["arrangement"] = "one run"
    elif options["arrangement"] == "one run":
        options["arrangement"] = "below"
    if options["steps"] == "one row":
        options["break"] = "none"
    if options["headings"] == "none":
        options["legend"] = "none"
        if options["break"] in ("headings", "page"):
            options["break"] = "blank"
    if options["constants"] == "names" or options["rate"] == "name":
        options["runs"], options["arrangement"] = "1", "one run"
    return options
