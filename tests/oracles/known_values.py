"""Published values of the exercise: E_total after 0, 1 and 100 updates, as printed."""

from __future__ import annotations

# preset -> learning rate -> (E_total after 1 update, after 100), with all printed digits.
LOSSES = {
    "classroom": {
        0.1: ("0.0141001031211321", "0.0078473967372"),
        0.2: ("0.0140190338160276", "0.00422894204961"),
        0.5: ("0.0137770621262433", "0.000614261810974"),
        0.8: ("0.0135369513744968", "8.52818732594e-05"),
        1.0: ("0.0133779155653271", "2.25625651417e-05"),
        2.0: ("0.0125952857792616", "2.54679992846e-08"),
    },
    "eva": {
        0.1: ("0.241109038768129", "0.133510607335"),
        0.2: ("0.239701143428983", "0.0791664231221"),
        0.5: ("0.23549537787349", "0.0291666802359"),
        0.8: ("0.231317286429774", "0.016386628477"),
        1.0: ("0.228547765278785", "0.0123951241754"),
        2.0: ("0.214901598842566", "0.00516010860235"),
    },
    "eva6": {1.0: ("0.235444735009052", "0.0122059019627")},
}
START_LOSSES = {
    "classroom": "0.0141813779378917",
    "eva": "0.242519857348377",
    "eva6": "0.25123100378328",
}


def digits(printed: str) -> int:
    """How many significant digits a printed number shows."""
    mantissa = printed.lower().split("e")[0].replace(".", "").lstrip("0")
    return len(mantissa)


def shows(value: float, printed: str) -> bool:
    """Whether a value, rounded to as many digits as are printed, is the printed one."""
    return f"{value:.{digits(printed)}g}" == f"{float(printed):.{digits(printed)}g}"
