"""A number among others in an equation, as a person writes it: 0.01288, −0.3, 4.386·10⁻⁷.

Four significant digits, or as many as tell it from the numbers that it is subtracted from; zeros
at the end are left out. Formulas and values say the same in every engine, and with the decimal
sign of the reader's language: FIXED writes it, where a format inside TEXT names it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.powers import (
    LARGE,
    SMALL,
    SUPERSCRIPTS,
    UNUSABLE,
    UPWARD,
    power_of_ten,
    power_of_ten_formula,
)

DIGITS = 4
# A difference is seen with so many digits, if so many in all are enough.
DIGITS_OF_DIFFERENCE, MOST_DIGITS = 2, 10
SMALLEST = -300  # the power at which what is smaller is written
# 9.9995 and more is rounded to 10.
LOGARITHM = 2.1715e-5

_NEVER = -400  # so many decimals: less than any number asks for
_PLAIN = str.maketrans("⁻−" + SUPERSCRIPTS, "--0123456789")
_DIGITS = rf"−?(?<![\w.])\d+(?:[.,]\d+)?(?:·10⁻?[{SUPERSCRIPTS}]+)?(?![\w.])"
_NUMBER = re.compile(rf"\({_DIGITS}\)|{_DIGITS}")


@dataclass(frozen=True)
class Figures:
    """How a number is written: its power of ten, the decimals before that, and all its digits.

    ``exponent`` is that of the rounded number; ``power`` the one that is written, 0 for none.
    """

    exponent: int
    power: int
    decimals: int
    digits: int


def figures(number: float, others: Sequence[float] = ()) -> Figures:
    """How a number is written, so that it can be told from others."""
    exponent = _exponent(number) if number else 0
    power = 0 if SMALL <= exponent < LARGE else exponent
    decimals = DIGITS - 1 - exponent
    for other in others:
        difference = number - other
        needed = DIGITS_OF_DIFFERENCE - 1 - _exponent(difference) if difference else _NEVER
        if needed <= MOST_DIGITS - 1 - exponent:
            decimals = max(decimals, needed)
    decimals = max(0, power + decimals)
    digits = math.floor(abs(number) / 10.0**power * 10.0**decimals * (1 + UPWARD) + 0.5)
    return Figures(exponent, power, decimals, digits)


def written(number: float, others: Sequence[float] = ()) -> str:
    """A number as text, written so that it can be told from others."""
    found = figures(number, others)
    digits = f"{found.digits:0{found.decimals + 1}d}"
    whole = digits[: len(digits) - found.decimals]
    part = digits[len(whole) :].rstrip("0")
    sign = "−" if number < 0 else ""
    return sign + whole + (f".{part}" if part else "") + power_of_ten(found.power)


def in_term(text: str) -> str:
    """A number's text behind a sign: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


def as_base(text: str) -> str:
    """A number's text where it is raised or divides: only digits go without brackets."""
    return f"({text})" if text.startswith("−") or "·" in text else text


def alike(one: str, other: str, allowed: float) -> bool:
    """Whether two texts are the same but for numbers that are, within ``allowed`` or rounding.

    Rounding is one unit in the last place of either, where that is less than a thousandth.
    """
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.finditer(one), _NUMBER.finditer(other), strict=True)
    return all(_close(left[0].strip("()"), right[0].strip("()"), allowed) for left, right in pairs)


@dataclass(frozen=True)
class FigureCells:
    """The cells that make the text of a number: its own, and one for each of :class:`Figures`."""

    number: str
    exponent: str
    power: str
    decimals: str
    digits: str

    def exponent_formula(self) -> str:
        """The formula, as all of these without "=", of the number's power of ten."""
        return f"IF(ISNUMBER({self.number}),{_exponent_formula(self.number)},0)"

    def power_formula(self) -> str:
        """The formula of the power that is written."""
        return f"IF(AND({self.exponent}>={SMALL},{self.exponent}<{LARGE}),0,{self.exponent})"

    def decimals_formula(self, others: Sequence[str]) -> str:
        """The formula of the number of decimals; ``others`` are the cells to be told from."""
        needed = [f"{DIGITS - 1}-{self.exponent}"]
        for other in others:
            difference = f"{self.number}-{other}"
            wanted = f"{DIGITS_OF_DIFFERENCE - 1}-{_exponent_formula(difference)}"
            needed.append(f"IF({wanted}>{MOST_DIGITS - 1}-{self.exponent},{_NEVER},{wanted})")
        most = needed[0] if len(needed) == 1 else f"MAX({','.join(needed)})"
        found = f"MAX(0,{self.power}+{most})"
        return f"IFERROR({found},0)" if others else found

    def digits_formula(self) -> str:
        """The formula of all digits, as a whole number."""
        scaled = f"ABS({self.number})/10^{self.power}*10^{self.decimals}*(1+{UPWARD:.0E})"
        return f"IF(ISNUMBER({self.number}),ROUND({scaled},0),0)"

    def text_formula(self) -> str:
        """The formula of the text; a text stays as it is, and an error is a question mark."""
        n, d = self.digits, self.decimals
        tens = [f"1{'0' * zeros}" for zeros in range(1, MOST_DIGITS)]
        zeros = "+".join(f"IF(INT({n}/{ten})*{ten}={n},1,0)" for ten in tens)
        plain = f"FIXED({n}/10^{d},MAX(0,{d}-({zeros})),TRUE)"
        power = power_of_ten_formula(self.power)
        number = f'IF(SIGN({self.number})<0,"−","")&{plain}&{power}'
        other = f'IF(ISTEXT({self.number}),{self.number},"{UNUSABLE}")'
        return f"IF(ISNUMBER({self.number}),{number},{other})"


def in_term_formula(text: str) -> str:
    """:func:`in_term` of the text in a cell."""
    return f'IF(LEFT({text},1)="−","("&{text}&")",{text})'


def as_base_formula(text: str, power: str) -> str:
    """:func:`as_base` of the text in a cell; ``power`` is the cell of the power of ten."""
    return f'IF(OR(LEFT({text},1)="−",{power}<>0),"("&{text}&")",{text})'


def _close(one: str, other: str, allowed: float) -> bool:
    (left, left_unit), (right, right_unit) = _read(one), _read(other)
    rounding = min(left_unit, right_unit, abs(left) / 10 ** (DIGITS - 1))
    # Both come from decimals: their difference has a rounding of its own.
    return abs(left - right) <= max(allowed, rounding * (1 + UPWARD * 1e4))


def _read(text: str) -> tuple[float, float]:
    """What a number's text says, and one unit in its last place."""
    mantissa, _, exponent = text.translate(_PLAIN).partition("·10")
    decimals = len(mantissa.replace(",", ".").partition(".")[2])
    power = int(exponent) if exponent else 0
    number = float(mantissa.replace(",", "."))
    return float(f"{number}e{power}"), 10.0 ** max(power - decimals, SMALLEST)


def _exponent(number: float) -> int:
    return max(math.floor(math.log10(abs(number)) + LOGARITHM), SMALLEST)


def _exponent_formula(number: str) -> str:
    """Of 0, more than any decimals are asked for."""
    logarithm = f"INT(LOG10(ABS({number}))+{LOGARITHM:.4E})"
    zero = "0" if "-" not in number else str(1 - _NEVER)
    return f"IF(SIGN({number})=0,{zero},MAX({logarithm},{SMALLEST}))"
