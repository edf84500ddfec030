"""Say which parentheses of a formula are missing, needless or misplaced."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.check.reading.meanings import meant
from backprop_xlsx.check.repair.changes import Rearrangement, Repair, Slip
from backprop_xlsx.check.repair.diagnosis import Diagnosis
from backprop_xlsx.check.repair.edits import factors
from backprop_xlsx.formula.expression import Expression, Operation
from backprop_xlsx.formula.parse import Part, parse
from backprop_xlsx.formula.tokens import Token

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def of_parentheses(change: Rearrangement, diagnosis: Diagnosis, tokens: Sequence[Token]) -> str:
    """What is wrong with the parentheses, in a sentence."""
    slip = change.slip
    if slip is Slip.PARENTHESES_MISSING:
        return _of_missing_parentheses(change, diagnosis, tokens)
    if slip is Slip.PARENTHESES_NEEDLESS:
        start = int(change.words[0])
        part = next(p for p in _all_parts(parse(tokens)) if p.start == start)
        inner = meant(part.expression, diagnosis.meanings)
        return f"the parentheses around {inner.text()} do not belong"
    number = int(change.words[0])
    which = _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"
    done = {
        Slip.CLOSES_EARLY: "closes too early",
        Slip.CLOSES_LATE: "closes too late",
        Slip.OPENS_EARLY: "opens too early",
        Slip.OPENS_LATE: "opens too late",
    }
    return f"the {which} parenthesis {done[slip]}"


def _of_missing_parentheses(
    change: Rearrangement, diagnosis: Diagnosis, tokens: Sequence[Token]
) -> str:
    repair = diagnosis.repair
    assert repair is not None
    repaired = [tokens[item] if isinstance(item, int) else item for item in change.items]
    meanings = Repair(change.items, repair.replacements).meanings(diagnosis.meanings)
    start = int(change.words[0])
    tree = parse(repaired)
    inner = max(
        (
            part
            for part in _all_parts(tree)
            if part.start == start and repaired[part.start].kind == "("
        ),
        key=lambda part: -part.end,
    )
    enclosed = meant(inner.expression, meanings)
    others = _factors_after(tree, inner, repaired)
    terms = _terms(enclosed)
    if others and len(terms) > 1 and len(factors(terms[-1])) > 1:
        product = "·".join(
            bracketed(factor) for other in others for factor in factors(meant(other, meanings))
        )
        which = _ORDINALS[min(len(terms), len(_ORDINALS)) - 1]
        return (
            f"the outer parentheses are missing: only the {which} term is multiplied by {product}"
        )
    return f"the parentheses around {enclosed.text()} are missing"


def _factors_after(tree: Part, inner: Part, tokens: Sequence[Token]) -> list[Expression]:
    """The factors that follow a part in its product."""
    found: list[Expression] = []
    for part in _all_parts(tree):
        if part.operator is not None and tokens[part.operator].kind == "*":
            left, right = part.operands
            if left.start <= inner.start and left.end >= inner.end and right.start >= inner.end:
                found.append(right.expression)
    return found[::-1]


def _terms(expression: Expression) -> list[Expression]:
    if isinstance(expression, Operation) and expression.operator in "+-":
        return [*_terms(expression.left), expression.right]
    return [expression]


def _all_parts(part: Part) -> list[Part]:
    return [part, *(inner for operand in part.operands for inner in _all_parts(operand))]


def bracketed(expression: Expression) -> str:
    """An expression's text, in parentheses if it is a sum."""
    text = expression.text()
    is_sum = isinstance(expression, Operation) and expression.operator in "+-"
    return f"({text})" if is_sum else text
