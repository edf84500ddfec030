"""Recognise the quantity that a header, or the label of a cell, names: however it is spelled."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from backprop_xlsx.model.names import LEARNING_RATE, TOTAL_LOSS

_LONGEST = 60
"""Characters. Anything longer is a sentence or a derivation."""

# After normalising: no spaces, case, underscores, brackets; every derivative sign is "∂".
_DROPPED = re.compile(r"[\s_{}()\[\].'’‘′`\"“”$\\,:;*^]+|[‐‑‒–—-]")
_SIGNS = (
    ("partial", "∂"),
    ("delta", "∂"),
    ("gradient", "∂"),
    ("grad", "∂"),
    ("sigmoid", "σ"),
    ("sigma", "σ"),
    ("learningrate", "η"),
    ("activation", "out"),
    ("activated", "out"),
    ("δ", "∂"),
    ("ẟ", "∂"),
    ("ð", "∂"),
    ("∆", "∂"),
    ("∇", "∂"),
    ("∕", "/"),
    ("⁄", "/"),
    ("÷", "/"),
)
# A text that was copied from elsewhere may have lost its ∂ to another sign, twice the same.
_SOME_SIGN = re.compile(r"([^\w/])(.*)\1(w0?[1-8]|b0?[1-4])")
_LOSS = r"(?:e|err|error|loss|l|j|c|cost)"
_TOTAL = rf"(?:{_LOSS}(?:total|tot|t|sum)?|(?:total|tot|sum){_LOSS})"
_PARAMETER = r"(w(?=0?[1-8])|b(?=0?[1-4]))0?([1-8])"
_ACTIVATED = r"(?:a|out|output|act|σ|sig|s|y)"
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), quantity)
    for pattern, quantity in (
        (r"(?:i|x|in|inp|input)0?([12])", "i{0}"),
        (r"(?:t|tar|target)0?([12])", "t{0}"),
        (r"(?:w|weight)0?([1-8])", "w{0}"),
        (r"(?:b|bias)0?([1-4])", "b{0}"),
        (r"(?:net|z|in|sum|hidden)?h0?([12])(?:net|in|sum)?", "h{0}"),
        (rf"{_ACTIVATED}h0?([12])|h0?([12])(?:{_ACTIVATED})", "a_h{0}"),
        (r"(?:net|z|in|sum)?o0?([12])(?:net|in|sum)?", "o{0}"),
        (rf"{_ACTIVATED}[o0]([12])|o0?([12])(?:{_ACTIVATED})", "a_o{0}"),
        (rf"{_LOSS}o?0?([12])", "E{0}"),
        (_TOTAL, TOTAL_LOSS),
        (rf"(?:[∂d]?{_TOTAL}o?[12]?)?/?[∂d]{_PARAMETER}", "dE/d{0}{1}"),
        (rf"[∂d]{_TOTAL}o?[12]?/?{_PARAMETER}|{_PARAMETER}∂", "dE/d{0}{1}"),
        (r"(?:η|eta|lr|α|alpha|n(?=lr|η))+", LEARNING_RATE),
    )
)


@lru_cache(maxsize=4096)
def quantity_of(text: str) -> str | None:
    """The quantity that a text names: ``w1``, ``a_h1``, ``E_total``, ``dE/dw1``, ``η`` …; or None.

    "h1 = w1*i1 + w2*i2" and "LR =" name what stands before the sign of equality.
    """
    if len(text) > _LONGEST:
        return None
    normal = _normalised(text.split("=")[0])
    for spelling, quantity in _SPELLINGS:
        match = spelling.fullmatch(normal)
        if match is not None:
            return quantity.format(*(group for group in match.groups() if group))
    return None


def _normalised(text: str) -> str:
    # NFKC makes 𝜕, 𝟃 the ∂ of plain text, and ₁ a 1; π and Σ stay letters.
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _DROPPED.sub("", text)
    for spelled, sign in _SIGNS:
        text = text.replace(spelled, sign)
    return _SOME_SIGN.sub(r"∂\2∂\3", text)
