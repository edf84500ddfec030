"""Which numbers a text writes with a power of ten, and how: 4.386·10⁻⁷."""

from __future__ import annotations

# Powers of ten are written below 10 to the first of these, and from 10 to the second on.
SMALL, LARGE = -4, 6
# Numbers that end in a 5 are rounded away from 0 in every engine, whatever their last bit is.
UPWARD = 1e-12
# What a text says instead of a number that there is none.
UNUSABLE = "?"

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def power_of_ten(power: int) -> str:
    """What stands behind the digits; nothing for a power of 0."""
    if not power:
        return ""
    digits = "".join(SUPERSCRIPTS[int(digit)] for digit in str(abs(power)))
    return "·10" + ("⁻" if power < 0 else "") + digits


def power_of_ten_formula(power: str) -> str:
    """The same as a formula, without "=", of a power of up to three digits."""
    size = f"ABS({power})"
    places = (f"INT({size}/100)", f"MOD(INT({size}/10),10)", f"MOD({size},10)")
    hundreds, tenths, ones = (f'MID("{SUPERSCRIPTS}",{place}+1,1)' for place in places)
    raised = f'IF({size}>99,{hundreds},"")&IF({size}>9,{tenths},"")&{ones}'
    return f'IF({power}=0,"","·10"&IF({power}<0,"⁻","")&{raised})'
