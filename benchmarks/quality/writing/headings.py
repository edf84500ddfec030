"""What people write above their columns and beside their cells: in words, symbols, or anything."""

from __future__ import annotations

import random
from collections.abc import Callable

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# weight, input, target, net (of a neuron), out, error, total, gradient, learning rate, step, bias
WORDS: dict[str, tuple[str, ...]] = {
    "english words": (
        "weight %s",
        "input %s",
        "target %s",
        "net %s",
        "out %s",
        "error %s",
        "total error",
        "gradient %s",
        "learning rate",
        "step",
        "bias %s",
    ),
    "german": (
        "Gewicht %s",
        "Eingabe %s",
        "Zielwert %s",
        "Netzeingabe %s",
        "Ausgabe %s",
        "Fehler %s",
        "Gesamtfehler",
        "Ableitung nach %s",
        "Lernrate",
        "Schritt",
        "Schwelle %s",
    ),
    "french": (
        "poids %s",
        "entrée %s",
        "cible %s",
        "somme %s",
        "sortie %s",
        "erreur %s",
        "erreur totale",
        "dérivée %s",
        "taux d'apprentissage",
        "étape",
        "biais %s",
    ),
    "spanish": (
        "peso %s",
        "entrada %s",
        "objetivo %s",
        "neta %s",
        "salida %s",
        "error %s",
        "error total",
        "derivada %s",
        "tasa de aprendizaje",
        "paso",
        "sesgo %s",
    ),
    "hindi": (
        "भार %s",
        "इनपुट %s",
        "लक्ष्य %s",
        "योग %s",
        "आउटपुट %s",
        "त्रुटि %s",
        "कुल त्रुटि",
        "प्रवणता %s",
        "सीखने की दर",
        "चरण",
        "पूर्वाग्रह %s",
    ),
    "chinese": (
        "权重%s",
        "输入%s",
        "目标%s",
        "净输入%s",
        "输出%s",
        "误差%s",
        "总误差",
        "梯度%s",
        "学习率",
        "步",
        "偏置%s",
    ),
    "italian": (
        "peso %s",
        "ingresso %s",
        "obiettivo %s",
        "rete %s",
        "uscita %s",
        "errore %s",
        "errore totale",
        "derivata %s",
        "tasso",
        "passo",
        "soglia %s",
    ),
    "russian": (
        "вес %s",
        "вход %s",
        "цель %s",
        "сумма %s",
        "выход %s",
        "ошибка %s",
        "общая ошибка",
        "градиент %s",
        "скорость обучения",
        "шаг",
        "смещение %s",
    ),
}
STYLES = (
    "class",
    "class",
    "plain",
    "net and out",
    "capitals",
    "subscripts",
    "delta",
    "quotient",
    "short",
    "english words",
    "german",
    "french",
    "spanish",
    "hindi",
    "chinese",
    "symbols",
    "unknown",
    "none",
    "two lines",
    "equations",
)
HELD_OUT_STYLES = ("italian", "russian", "latex", "z and y", "letters", "numbers")


def kind_of(quantity: str) -> tuple[str, str]:
    """The kind of a quantity and its number: ("a_h", "1") of a_h1, ("dE/dw", "3") of dE/dw3."""
    kind = quantity.rstrip("0123456789")
    return kind, quantity[len(kind) :]


def heading(style: str, quantity: str, rng: random.Random) -> str | None:
    """The heading of a quantity, "step" for the column of steps; None for none at all."""
    if style == "none":
        return None
    if style in WORDS:
        return _in_words(WORDS[style], quantity)
    if style == "unknown":
        return f"col {chr(65 + rng.randrange(26))}{chr(65 + rng.randrange(26))}"
    if style == "letters":
        return rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if style == "numbers":
        return f"({rng.randrange(1, 99)})"
    if quantity == "step":
        return rng.choice(("step", "n", "#", "iteration", "epoch"))
    if quantity in ("rate", "momentum"):
        return {
            "rate": rng.choice(("η", "η =", "LR", "learning rate", "eta")),
            "momentum": rng.choice(("μ", "momentum")),
        }[quantity]
    return _SPELLED[style](quantity)


def _in_words(words: tuple[str, ...], quantity: str) -> str:
    kind, number = kind_of(quantity)
    weight, given, target, net, out, error, total, gradient, rate, step, bias = words
    if quantity in ("rate", "step", "momentum", "E_total"):
        return {"rate": rate, "step": step, "momentum": "μ", "E_total": total}[quantity]
    if kind in ("h", "o"):
        return net % (kind + number)
    if kind in ("a_h", "a_o"):
        return out % (kind[2:] + number)
    simple = {"w": weight, "i": given, "t": target, "E": error, "b": bias, "dE/dw": gradient}
    if kind in simple:
        return simple[kind] % number
    if kind == "dE/db":
        return gradient % f"b{number}"
    return _mathematical(quantity, "d")


def _mathematical(quantity: str, sign: str, between: str = "/") -> str:
    """∂E/∂w1 and the like with another sign of derivatives."""
    if quantity.startswith("v "):
        return f"v_{quantity[2:]}"
    if quantity.startswith("step "):
        return f"Δ{quantity[5:]}"
    if quantity.startswith("err"):
        return f"t{quantity[3:]} - out{quantity[3:]}"
    if quantity.startswith("delta_"):
        return f"δ_{quantity[6:]}"
    if "/d" in quantity:
        upper, lower = quantity.split("/d", 1)
        upper = upper.removeprefix("d")
        return f"{sign}{upper}{between}{sign}{lower}"
    return quantity


def _net_and_out(quantity: str) -> str:
    kind, number = kind_of(quantity)
    if kind in ("a_h", "a_o"):
        return f"out_{kind[2:]}{number}"
    return f"net_{quantity}" if kind in ("h", "o") else _mathematical(quantity, "∂")


def _z_and_y(quantity: str) -> str:
    kind, number = kind_of(quantity)
    renamed = {"h": "z_h", "o": "z_o", "a_h": "y_h", "a_o": "y_o", "i": "x", "t": "y*", "E": "L"}
    if kind in renamed:
        return renamed[kind] + number
    return "L" if quantity == "E_total" else _mathematical(quantity, "∂").replace("E", "L")


def _equation(quantity: str) -> str:
    kind, number = kind_of(quantity)
    if kind == "h":
        return f"{quantity} = Σ w·i"
    if kind in ("a_h", "a_o"):
        return f"{quantity} = σ({kind[2:]}{number})"
    if kind == "E":
        return f"E{number} = ½(t{number} − a_o{number})²"
    return "E_total = E1 + E2" if quantity == "E_total" else _mathematical(quantity, "∂")


def _symbol(quantity: str) -> str:
    kind, number = kind_of(quantity)
    signs = {
        "w": "ω",
        "i": "x",
        "t": "τ",
        "h": "Σ",
        "a_h": "σ",
        "o": "Σ'",
        "a_o": "σ'",
        "E": "ε",
        "b": "β",
        "dE/dw": "∇",
    }
    return f"{signs[kind]}{number}" if kind in signs else _mathematical(quantity, "∂")


_SPELLED: dict[str, Callable[[str], str]] = {
    "class": lambda q: _mathematical(q, "∂"),
    "plain": lambda q: _mathematical(q, "d"),
    "two lines": lambda q: _mathematical(q, "∂"),
    "net and out": _net_and_out,
    "capitals": lambda q: _mathematical(q, "d").upper(),
    "subscripts": lambda q: _mathematical(q, "∂").translate(SUBSCRIPTS),
    "delta": lambda q: _mathematical(q, "Δ"),
    "quotient": lambda q: _mathematical(q, "d", "_"),
    "short": lambda q: f"g{q[4:]}" if q.startswith("dE/dw") else _mathematical(q, "d"),
    "symbols": _symbol,
    "equations": _equation,
    "latex": lambda q: _mathematical(q, r"\partial "),
    "z and y": _z_and_y,
}


def over_two_lines(text: str) -> tuple[str, str]:
    """A heading in two cells, one above the other."""
    upper, slash, lower = text.partition("/")
    return (upper, lower) if slash else ("", text)


def over_lines(text: str | None, lines: int) -> list[str | None]:
    """A heading in as many cells as it takes."""
    if lines == 2 and text is not None:
        return list(over_two_lines(text))
    return [text]
