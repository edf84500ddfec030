"""Arithmetic on whole columns at once, for a SUMPRODUCT, in what every engine computes alike.

Of functions on ranges six engines fail; + - * / ^ and comparisons are right in all of them.
Every function here takes and gives the text of an array, and writes its own parentheses.
"""

from __future__ import annotations

# Some engines take numbers nearer than 2e-16 for equal: what is compared with 0 is first enlarged,
# so that only below 2e-266 a sign is not seen; nothing beyond 1e50 is looked at.
ENLARGED = "1E+250"
# e to the power of more is beyond a double, and LibreOffice makes an error of what underflows.
LARGEST_EXPONENT = 700
# Where a series is as good as the function, to 16 digits.
SMALL_FOR_TANH, SMALL_FOR_LOGARITHM = 0.01, 1e-5


def positive(x: str) -> str:
    """1 above 0, else 0."""
    return f"({x}*{ENLARGED}>0)"


def direction(x: str) -> str:
    """1 above 0, else −1."""
    return f"(2*{positive(x)}-1)"


def square(*factors: str) -> str:
    """The square of a product.

    LibreOffice makes an error of the square of a tiny number, which 1e-100 is no more.
    """
    return f"({'*'.join(factors)}+1E-100)^2"


def root(x: str) -> str:
    """The square root."""
    return f"(({x})^0.5)"


def within(x: str, limit: float) -> str:
    """x, but no more than a limit and no less than its negative."""
    return f"({x}*(({x}<{limit})*({x}>-{limit}))+{limit}*(({x}>={limit})-({x}<=-{limit})))"


def exponential(x: str) -> str:
    """e to the power of x, which is taken as ±700 beyond that."""
    return f"(EXP(1)^{within(x, LARGEST_EXPONENT)})"


def exponential_of_size(x: str) -> str:
    """e to the power of |x|, which is taken as 700 beyond that."""
    return f"(EXP(1)^({within(x, LARGEST_EXPONENT)}*(({x}>0)-({x}<0))))"


def larger_than_zero(x: str) -> str:
    """max(x, 0)."""
    return f"({x}*{positive(x)})"


def tanh(x: str) -> str:
    """The hyperbolic tangent: by its series near 0, else from e^(−2x)."""
    small = f"(({x}<{SMALL_FOR_TANH})*({x}>-{SMALL_FOR_TANH}))"
    near = f"({x}*{small})"
    square = f"({near}*{near})"
    series = f"{near}*(1-{square}*(1/3-{square}*(2/15-{square}*17/315)))"
    decay = f"(EXP(1)^(-2*{within(x, 20)}))"
    return f"({series}+(1-{small})*(1-{decay})/(1+{decay}))"


def logarithm_series(x: str) -> str:
    """ln(1 + x) for a small x, from 0 on."""
    return f"({x}*(1-{x}*(1/2-{x}/3)))"
