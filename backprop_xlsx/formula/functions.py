"""The functions that an expression may call: each one's formula, text and value together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np

from backprop_xlsx.formula.block import Block


@dataclass(frozen=True)
class Function:
    """How one function is written in a cell and in text, and what it computes.

    ``formula`` and ``text`` take the arguments, already rendered, in place of ``{}``;
    ``formula_binding`` says how tightly the formula's outermost operator binds
    (5: not at all in need of parentheses; 2: a quotient). ``separator`` stands between the
    arguments in text. ``value`` takes floats, arrays, and blocks where a range may stand.
    ``worked`` is how a person computes it, with the negative of the argument in place of ``{}``.
    """

    formula: str
    text: str
    value: Callable[..., Any]
    formula_binding: int = 5
    separator: str = ", "
    worked: str = ""


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.maximum(x, -700.0)))


def _numbers(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, Block):
            yield from value.numbers()
        else:
            yield value


def _over_all(combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def value(*values: Any) -> Any:
        numbers = list(_numbers(values))
        return reduce(combine, numbers) if numbers else 0.0

    return value


_sum = _over_all(add)


def _sum_of_products(*values: Any) -> Any:
    return _sum(reduce(mul, values))


def _average(*values: Any) -> Any:
    return _sum(*values) / len(list(_numbers(values)))


def _matrix_product(left: Any, right: Any) -> Any:
    if not isinstance(left, Block) or not isinstance(right, Block):
        return _matrix_product(_as_block(left), _as_block(right))
    (rows, inner), (inner_right, columns) = left.shape, right.shape
    if inner != inner_right:
        return np.nan
    product = Block(
        [
            [
                reduce(add, (left.at(row, k) * right.at(k, column) for k in range(inner)))
                for column in range(columns)
            ]
            for row in range(rows)
        ]
    )
    return product.at(0, 0) if product.shape == (1, 1) else product


def _as_block(value: Any) -> Block:
    return value if isinstance(value, Block) else Block([[value]])


def _round(x: Any, digits: Any = 0.0) -> Any:
    # Halves away from zero, as a spreadsheet rounds.
    scale = 10.0**digits
    return np.sign(x) * np.floor(np.abs(x) * scale + 0.5) / scale


def _logarithm(x: Any, base: Any = 10.0) -> Any:
    return np.log(x) / np.log(base)


def _choose(condition: Any, if_true: Any, if_false: Any = 0.0) -> Any:
    return np.where(np.asarray(condition) != 0, if_true, if_false)


def _unless_error(value: Any, alternative: Any = 0.0) -> Any:
    return np.where(np.isfinite(value), value, alternative)


# What strangers' formulas call, and what it computes.
_CALLED: dict[str, Callable[..., Any]] = {
    "ABS": np.abs,
    "ATAN": np.arctan,
    "AVERAGE": _average,
    "COSH": np.cosh,
    "EXP": np.exp,
    "IF": _choose,
    "IFERROR": _unless_error,
    "LN": np.log,
    "LOG": _logarithm,
    "LOG10": np.log10,
    "MAX": _over_all(np.maximum),
    "MIN": _over_all(np.minimum),
    "MMULT": _matrix_product,
    "PI": lambda: np.pi,
    "POWER": np.power,
    "PRODUCT": _over_all(mul),
    "ROUND": _round,
    "SIGN": np.sign,
    "SINH": np.sinh,
    "SQRT": np.sqrt,
    "SUM": _sum,
    "SUMPRODUCT": _sum_of_products,
    "SUMSQ": lambda *values: _sum(*(value * value for value in _numbers(values))),
    "SUMX2MY2": lambda x, y: _sum(x * x - y * y),
    "SUMXMY2": lambda x, y: _sum((x - y) ** 2),
    "TANH": np.tanh,
    "TRANSPOSE": lambda x: _as_block(x).transposed(),
}
_SIGNS = {"PI": "π", "SQRT": "√({})"}

FUNCTIONS: dict[str, Function] = {
    # EXP overflows above 709, an error in Excel; below -700 the sigmoid is zero to 304 decimals,
    # so the MAX changes no digit of it.
    "SIGMOID": Function(
        "1/(1+EXP(-MAX({},-700)))",
        "σ({})",
        _sigmoid,
        formula_binding=2,
        worked="1/(1 + e^({}))",
    ),
    # A factor below 1 to the power of a step: in the end 0, of which LibreOffice makes an error.
    "DECAY": Function("IFERROR(POWER({}),0)", "{}", np.power, separator="^"),
    # Over the samples of a step. LibreOffice 7.4 leaves stale numbers in a SUM or AVERAGE over
    # cells of its own row, filled down many rows, but not in a SUMPRODUCT.
    "SUM_OVER_SAMPLES": Function("SUMPRODUCT({})", "Σ({})", _sum_of_products, separator="·"),
    **{
        name: Function(f"{name}({{}})", _SIGNS.get(name, f"{name.lower()}({{}})"), value)
        for name, value in _CALLED.items()
    },
}
