"""A number inside a text as a person writes it: four decimals, more where they would all be 0.

The formula and its value say the same in every engine and in every language of a spreadsheet,
which a format inside TEXT does not: FIXED takes no separator and writes the reader's own.
"""

from __future__ import annotations

import math

from backprop_xlsx.spreadsheet.sheets.powers import (
    LARGE,
    SMALL,
    UNUSABLE,
    UPWARD,
    power_of_ten,
    power_of_ten_formula,
)

DECIMALS, SIGNIFICANT = 4, 3
ROUNDING = 1e-15  # what is less than that counts as 0
NEARLY = 1e-9
WHOLE = 1e-12  # so near a whole number no decimals are shown
LOGARITHM = 1e-9  # Gnumeric's of 0.001 is a little less than −3


def number_text(number: float) -> str:
    """The number as text: ``0.1500``, ``0.00123``, ``1``, ``2.50·10⁻⁹``."""
    size = abs(number)
    if size < ROUNDING:
        return "0"
    plain = 10.0**SMALL <= size < 10.0**LARGE
    if plain and abs(number - round(number)) < WHOLE:
        text = f"{round(number)}"
    else:
        power = math.floor(math.log10(size) + LOGARITHM)
        if plain:
            decimals = max(DECIMALS, SIGNIFICANT - 1 - power)
            text = f"{number * (1 + UPWARD):.{decimals}f}"
        else:
            leading = number / 10.0**power * (1 + UPWARD)
            text = f"{leading:.{SIGNIFICANT - 1}f}{power_of_ten(power)}"
    return text.replace("-", "−")


def number_formula(cell: str) -> str:
    """The same as a formula, without "=", of the number in a cell; "?" where there is none."""
    power = _power(cell)
    plain = f"FIXED({cell}*(1+{_constant(UPWARD)}),MAX({DECIMALS},{SIGNIFICANT - 1}-{power}),TRUE)"
    leading = f"{cell}/10^{power}*(1+{_constant(UPWARD)})"
    powers = f"FIXED({leading},{SIGNIFICANT - 1},TRUE)&{power_of_ten_formula(power)}"
    whole = f'IF(ABS({cell}-ROUND({cell},0))<{_constant(WHOLE)},ROUND({cell},0)&"",{plain})'
    return _sorted(cell, whole, powers)


def short_text(number: float) -> str:
    """A number that somebody has typed: four digits at most and no zeros at its end, ``0.3333``."""
    size = abs(number)
    if size < ROUNDING:
        return "0"
    power = math.floor(math.log10(size) + LOGARITHM)
    leading = number / 10.0**power
    decimals = sum(abs(leading - round(leading, place)) > NEARLY for place in range(SIGNIFICANT))
    if 10.0**SMALL <= size < 10.0**LARGE:
        text = f"{number * (1 + UPWARD):.{max(0, decimals - power)}f}"
    else:
        text = f"{leading * (1 + UPWARD):.{decimals}f}{power_of_ten(power)}"
    return text.replace("-", "−")


def short_formula(cell: str) -> str:
    """The same as a formula, without "=", of the number in a cell; "?" where there is none."""
    power = _power(cell)
    leading = f"{cell}/10^{power}"
    decimals = "+".join(
        f"IF(ABS({leading}-ROUND({leading},{place}))>{_constant(NEARLY)},1,0)"
        for place in range(SIGNIFICANT)
    )
    plain = f"FIXED({cell}*(1+{_constant(UPWARD)}),MAX(0,{decimals}-{power}),TRUE)"
    up = f"(1+{_constant(UPWARD)})"
    powers = f"FIXED({leading}*{up},{decimals},TRUE)&{power_of_ten_formula(power)}"
    return _sorted(cell, plain, powers)


def _sorted(cell: str, plain: str, powers: str) -> str:
    """One text for numbers of a usual size, another for the others, and "?" for no number."""
    between = f"AND(ABS({cell})>=1E{SMALL},ABS({cell})<1E+{LARGE})"
    # An engine may take numbers next to nothing for equal: their ratio it tells from 1.
    is_rounding = f"ABS({cell})/{_constant(ROUNDING)}<1"
    text = f'IF({is_rounding},"0",IF({between},{plain},{powers}))'
    return f'IF(ISNUMBER({cell}),SUBSTITUTE({text},"-","−"),"{UNUSABLE}")'


def _power(cell: str) -> str:
    """The power of ten of the first digit of the number in a cell."""
    return f"INT(LOG10(ABS({cell}))+{_constant(LOGARITHM)})"


def _constant(number: float) -> str:
    return f"{number:.0E}"
