"""The weights of the parts, as the option --weights gives them."""

from __future__ import annotations

import argparse

from backprop_xlsx.check.marking.mark import PARTS
from backprop_xlsx.spreadsheet.command_line import positive


def weights(text: str) -> dict[str, float]:
    """What an option gives: ``forward=2,loss=1,gradients=4,updates=1``, each part once."""
    found: dict[str, float] = {}
    for entry in text.split(","):
        name, _, number = (part.strip() for part in entry.partition("="))
        if name not in PARTS or name in found:
            raise argparse.ArgumentTypeError(
                f"{entry.strip()!r} given, expected a weight for each of {', '.join(PARTS)} once, "
                "as gradients=4"
            )
        found[name] = positive(number, zero=True)
    missing = [name for name in PARTS if name not in found]
    if missing or not any(found.values()):
        raise argparse.ArgumentTypeError(
            f"{text!r} has no weight for {', '.join(missing) or 'any part'}; 0 leaves a part out"
        )
    return found
