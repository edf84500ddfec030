"""Whether the numbers in a text, put through the arithmetic as shown, give the result shown."""

from __future__ import annotations

import math
import re

from tests.oracles.written_text import computed, number

_NUMBER = re.compile(r"(?<![\w.·⁻⁰-⁹])\d+(?:\.\d+)?(?:·10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?![\d.])")
# Rounding is followed to the first order; a difference shown with two digits has 5 % of the next.
SLACK = 1.15
_NAMES = {"e": math.e}


def half_unit(text: str) -> float:
    """Half a unit in the last place of a number as it is written, or of its fourth digit.

    Zeros at the end are left out, so that 0.5 may stand for 0.50004.
    """
    mantissa, _, power = text.partition("·")
    scale = number(f"1·{power}") if power else 1.0
    decimals = len(mantissa.partition(".")[2])
    value = abs(number(mantissa))
    places = 3 - math.floor(math.log10(value)) if value else decimals
    return 0.5 * scale * 10.0 ** -max(decimals, places, 0)


def agrees(text: str) -> bool:
    """Whether ``0.6065 − 0.5 = 0.1065`` holds within the rounding of what is shown."""
    left, _, right = text.rpartition(" = ")
    if not left:
        return True
    value = computed(left, _NAMES.__getitem__)
    allowed = half_unit(right.lstrip("−"))
    for match in _NUMBER.finditer(left):
        changed = number(match[0]) + half_unit(match[0])
        nudged = f"{left[: match.start()]}{changed:.17f}{left[match.end() :]}"
        allowed += abs(computed(nudged, _NAMES.__getitem__) - value)
    return abs(value - computed(right, _NAMES.__getitem__)) <= SLACK * allowed + 1e-15
