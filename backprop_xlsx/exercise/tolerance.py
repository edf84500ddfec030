"""How far a right number may be off by rounding alone, whichever way its formula is written."""

from __future__ import annotations

from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Negation,
    Number,
    Operation,
    OverSamples,
    Symbol,
    product,
    total,
)

RELATIVE = 1e-9
"""Of the number itself; the smallest mistake seen, 2.71828 for e, is off by 1e-7."""
ROUNDING = 1e-14
"""Of the size of what is added up, which may all but cancel."""
LEAST = 1e-200
"""So that 0 can be divided by: engines take numbers of 1e-16 for equal, but not ratios."""


def magnitude(expression: Expression) -> Expression:
    """The size of an expression if nothing in it cancelled: |a| + |b| for a − b."""
    if isinstance(expression, Number):
        return Number(abs(expression.constant))
    if isinstance(expression, Symbol):
        return _absolute(expression)
    if isinstance(expression, Negation):
        return magnitude(expression.operand)
    if isinstance(expression, Operation):
        left, right = expression.left, expression.right
        if expression.operator in "+-":
            return magnitude(left) + magnitude(right)
        if expression.operator == "*":
            return magnitude(left) * magnitude(right)
        if expression.operator == "/":
            return magnitude(left) / _absolute(right)
        return magnitude(left) ** right
    if isinstance(expression, Call) and expression.name == "SUM_OVER_SAMPLES":
        factors = [each.each for each in expression.arguments if isinstance(each, OverSamples)]
        columns = zip(*factors, strict=True)
        return total([product([_absolute(cell) for cell in cells]) for cells in columns])
    return _absolute(expression)


def _absolute(expression: Expression) -> Expression:
    if isinstance(expression, Number):
        return Number(abs(expression.constant))
    return Call("ABS", (expression,))
