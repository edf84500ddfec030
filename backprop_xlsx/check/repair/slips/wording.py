"""How the words of slips write operands, signs and places."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_xlsx.check.repair.pool import EULER
from backprop_xlsx.formula.expression import Expression, Number, Operation, Symbol
from backprop_xlsx.model.words import listed

SIGNS = {"-": "−", "*": "*", "+": "+", "/": "/", "^": "^"}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def named(expression: Expression) -> str:
    """An operand as it is written in a sentence."""
    if isinstance(expression, Number) and expression.constant == EULER:
        return "e = exp(1)"
    return expression.text()


def joined(expressions: Iterable[Expression]) -> str:
    """Several operands in one phrase."""
    return listed([named(expression) for expression in expressions])


def bracketed(expression: Expression) -> str:
    """An expression's text, in parentheses if it is a sum."""
    text = expression.text()
    is_sum = isinstance(expression, Operation) and expression.operator in "+-"
    return f"({text})" if is_sum else text


def ordinal(position: int) -> str:
    """Which one it is, counted from 0: ``first``, ``second`` …"""
    return _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"


def of_row(symbol: Symbol) -> str:
    """In which row a quantity stands, as seen from the formula's."""
    rows = {1: " of the row above", 0: " of the same row", -1: " of the row below"}
    return rows.get(symbol.steps_back, " of another row")
