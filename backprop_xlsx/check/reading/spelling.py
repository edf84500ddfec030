"""Recognise the quantity that a header, or the label of a cell, names: however it is spelled."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from backprop_xlsx.formula.names import LEARNING_RATE, TOTAL_LOSS

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
_NUMBER = r"0*([1-9][0-9]?)"
_SOME_SIGN = re.compile(r"([^\w/])(.*)\1([wb]0*[1-9][0-9]?)")
# By how much a weight changes: no gradient, though a Δ may be written for ∂ before and after a /.
_STEP = re.compile(r"[Δ∆]\s*_?[wbWB]_?[0-9]{1,2}")
_LOSS = r"(?:e|err|error|loss|l|j|c|cost)"
_TOTAL = rf"(?:{_LOSS}(?:total|tot|t|sum)?|(?:total|tot|sum){_LOSS})"
_PARAMETER = rf"([wb]){_NUMBER}"
_ACTIVATED = r"(?:a|out|output|act|σ|sig|s|y)"
# In German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Russian, Chinese as
# written on either side, Japanese, Korean and Hindi.
_RATE_ELSEWHERE = (
    "lernrate",
    "tauxdapprentissage",
    "tasadeaprendizaje",
    "taxade(?:aprendizado|aprendizagem)",
    "tassodiapprendimento",
    "leersnelheid",
    "współczynnikuczenia",
    "öğrenmeoranı",
    "скоростьобучения",
    "学习率|學習率|学習率",
    "학습률",
    "सीखनेकीदर",
)
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), quantity)
    for pattern, quantity in (
        (rf"(?:i|x|in|inp|input){_NUMBER}", "i{0}"),
        (rf"(?:t|tar|target){_NUMBER}", "t{0}"),
        (rf"(?:w|weight){_NUMBER}", "w{0}"),
        (rf"(?:b|bias){_NUMBER}", "b{0}"),
        (rf"(?:net|z|in|sum|hidden)?h{_NUMBER}(?:net|in|sum)?", "h{0}"),
        (rf"{_ACTIVATED}h{_NUMBER}|h{_NUMBER}(?:{_ACTIVATED})", "a_h{0}"),
        (rf"(?:net|z|in|sum)?o{_NUMBER}(?:net|in|sum)?", "o{0}"),
        (rf"{_ACTIVATED}[o0]([1-9][0-9]?)|o{_NUMBER}(?:{_ACTIVATED})", "a_o{0}"),
        (rf"{_LOSS}o?{_NUMBER}", "E{0}"),
        (_TOTAL, TOTAL_LOSS),
        (rf"(?:[∂d]?{_TOTAL}o?[1-9]?)?/?[∂d]{_PARAMETER}", "dE/d{0}{1}"),
        (rf"[∂d]{_TOTAL}o?[1-9]?/?{_PARAMETER}|{_PARAMETER}∂", "dE/d{0}{1}"),
        (rf"(?:v|vel|velocity|mom|momentum)([wb]){_NUMBER}", "v_{0}{1}"),
        (r"μ|mu|momentum", "μ"),
        (r"(?:η|eta|lr|α|alpha|n(?=lr|η))+", LEARNING_RATE),
        ("|".join(_RATE_ELSEWHERE), LEARNING_RATE),
    )
)


@lru_cache(maxsize=4096)
def quantity_of(text: str) -> str | None:
    """The quantity that a text names: ``w1``, ``a_h1``, ``E_total``, ``dE/dw1``, ``η`` …; or None.

    "h1 = w1*i1 + w2*i2" and "LR =" name what stands before the sign of equality.
    """
    if len(text) > _LONGEST or _STEP.fullmatch(text.strip()):
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
