"""Small slips in a formula's structure, each undone: another arrangement of the same tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from backprop_xlsx.check.reading.meanings import Meaning, meant
from backprop_xlsx.check.repair.changes import Item, Rearrangement, Slip
from backprop_xlsx.formula.expression import Call, Expression, Negation, Operation
from backprop_xlsx.formula.parse import Part
from backprop_xlsx.formula.tokens import OPERAND_KINDS, Token

OPERATORS = ("-", "+", "*", "/", "^")

Filled = Callable[[Expression], Expression]
_OPEN, _CLOSE, _MINUS = Token("(", "("), Token(")", ")"), Token("-", "-")
_SQUARE = (Token("^", "^"), Token("number", "2"))


def rearrangements(
    tokens: Sequence[Token], part: Part, meanings: Sequence[Meaning | None]
) -> Iterator[Rearrangement]:
    """Every small change of a formula's structure, the likelier ones first."""

    def meaning_of(expression: Expression) -> Expression:
        return meant(expression, meanings)

    parts = list(_parts(part, part.expression))
    yield from _removals(tokens, parts, meaning_of)
    yield from _without_calls(tokens, parts, meaning_of)
    yield from _moved_parentheses(tokens)
    yield from _new_parentheses(tokens)
    yield from _needless_parentheses(tokens)
    yield from _other_operators(tokens, parts, meaning_of)
    yield from _signs(tokens, parts, meaning_of)


def factors(expression: Expression) -> list[Expression]:
    """The factors of a product, from left to right, those of products within it included."""
    if isinstance(expression, Operation) and expression.operator == "*":
        return [*factors(expression.left), *factors(expression.right)]
    return [expression]


def _parts(part: Part, product: Expression) -> Iterator[tuple[Part, Expression]]:
    """Each part of a formula, with the largest product that it is a factor of."""
    yield part, product
    multiplies = isinstance(part.expression, Operation) and part.expression.operator == "*"
    for operand in part.operands:
        yield from _parts(operand, product if multiplies else operand.expression)


def _without(tokens: Sequence[Token], start: int, end: int) -> tuple[Item, ...]:
    return (*range(start), *range(end, len(tokens)))


def _removals(
    tokens: Sequence[Token], parts: Sequence[tuple[Part, Expression]], meaning_of: Filled
) -> Iterator[Rearrangement]:
    for part, product in parts:
        if part.operator is None:
            continue
        left, right = part.operands
        sign = tokens[part.operator].kind
        choices = [(right, left.end, right.end)]
        if sign in "+*":
            choices.append((left, left.start, right.start))
        for removed, start, end in choices:
            gone = meaning_of(removed.expression)
            if sign == "^":
                slip, subject = Slip.SQUARE, meaning_of(left.expression)
            elif sign in "*/":
                twice = sign == "*" and factors(meaning_of(product)).count(gone) > 1
                slip, subject = Slip.FACTOR_TWICE if twice else Slip.FACTOR, gone
            elif sign in "+-":
                slip, subject = Slip.TERM, gone
            else:
                continue
            yield Rearrangement(slip, _without(tokens, start, end), (subject,), (sign,))


def _without_calls(
    tokens: Sequence[Token], parts: Sequence[tuple[Part, Expression]], meaning_of: Filled
) -> Iterator[Rearrangement]:
    """A call's first argument without the call, as if it were not rounded, say."""
    for part, _ in parts:
        if isinstance(part.expression, Call) and part.operands and part.operator is None:
            argument = part.operands[0]
            items = (
                *range(part.start),
                _OPEN,
                *range(argument.start, argument.end),
                _CLOSE,
                *range(part.end, len(tokens)),
            )
            subject = meaning_of(argument.expression)
            yield Rearrangement(Slip.CALL, items, (subject,), (part.expression.name,))


def _other_operators(
    tokens: Sequence[Token], parts: Sequence[tuple[Part, Expression]], meaning_of: Filled
) -> Iterator[Rearrangement]:
    for part, _ in parts:
        if part.operator is None or tokens[part.operator].kind not in OPERATORS:
            continue
        old = tokens[part.operator]
        subjects = tuple(meaning_of(operand.expression) for operand in part.operands)
        for sign in OPERATORS:
            if sign != old.kind:
                items: list[Item] = list(range(len(tokens)))
                items[part.operator] = Token(sign, sign, old.space)
                yield Rearrangement(Slip.OPERATOR, tuple(items), subjects, (old.kind, sign))


def _signs(
    tokens: Sequence[Token], parts: Sequence[tuple[Part, Expression]], meaning_of: Filled
) -> Iterator[Rearrangement]:
    for part, _ in parts:
        if part.operator is not None and tokens[part.operator].kind in "-/":
            sign = tokens[part.operator].kind
            subject = meaning_of(part.expression)
            yield Rearrangement(Slip.SWAPPED, _swapped(tokens, part), (subject,), (sign,))
    for part, _ in parts:
        if isinstance(part.expression, Negation):
            sign_at = part.operands[0].start - 1
            items = _without(tokens, sign_at, sign_at + 1)
            yield Rearrangement(Slip.SIGN_TOO_MANY, items, (meaning_of(part.expression),))
    for part, _ in parts:
        subject = meaning_of(part.expression)
        single = part.operator is None or _is_enclosed(tokens, part)
        before, after = ((), ()) if single else ((_OPEN,), (_CLOSE,))
        around = (*range(part.start, part.end), *after)
        rest = range(part.end, len(tokens))
        if single or part.start == 0:
            items = (*range(part.start), _MINUS, *before, *around, *rest)
            yield Rearrangement(Slip.SIGN, items, (subject,))
        if single and not isinstance(subject, Call):
            items = (*range(part.start), *around, *_SQUARE, *rest)
            yield Rearrangement(Slip.NO_SQUARE, items, (subject,))


def _is_enclosed(tokens: Sequence[Token], part: Part) -> bool:
    """Whether one pair of parentheses stands around a part as a whole."""
    return any((start, end) == (part.start, part.end - 1) for start, end, _ in _pairs(tokens))


def _swapped(tokens: Sequence[Token], part: Part) -> tuple[Item, ...]:
    """The two operands of a difference, or of a quotient, the other way round."""
    assert part.operator is not None
    left, right = part.operands
    loose = left.operator is not None and tokens[left.start].kind != "("
    before, after = ((_OPEN,), (_CLOSE,)) if loose else ((), ())
    return (
        *range(left.start),
        *range(right.start, right.end),
        part.operator,
        *before,
        *range(left.start, left.end),
        *after,
        *range(right.end, len(tokens)),
    )


def _new_parentheses(tokens: Sequence[Token]) -> Iterator[Rearrangement]:
    order = list(range(len(tokens)))
    for start, end in _spans(tokens, order):
        yield Rearrangement(
            Slip.PARENTHESES_MISSING, _enclosed(order, start, end), (), (str(start),)
        )


def _needless_parentheses(tokens: Sequence[Token]) -> Iterator[Rearrangement]:
    for start, end, called in _pairs(tokens):
        if not called:
            items = tuple(i for i in range(len(tokens)) if i not in (start, end))
            yield Rearrangement(Slip.PARENTHESES_NEEDLESS, items, (), (str(start),))


def _moved_parentheses(tokens: Sequence[Token]) -> Iterator[Rearrangement]:
    """One of a pair moved to where another operand begins or ends."""
    for number, (start, end, called) in enumerate(_pairs(tokens)):
        others = [i for i in range(len(tokens)) if i != end]
        for first, last in _spans(tokens, others, start + 1):
            if first == start + 1 and last != end - 1:
                slip = Slip.CLOSES_EARLY if last > end else Slip.CLOSES_LATE
                position = others.index(last) + 1
                items = (*others[:position], end, *others[position:])
                yield Rearrangement(slip, items, (), (str(number), str(start)))
        if called:
            continue
        others = [i for i in range(len(tokens)) if i != start]
        for first, last in _spans(tokens, others):
            if last == end - 1 and first != start + 1:
                slip = Slip.OPENS_EARLY if first > start else Slip.OPENS_LATE
                position = others.index(first)
                items = (*others[:position], start, *others[position:])
                yield Rearrangement(slip, items, (), (str(number), str(first)))


def _pairs(tokens: Sequence[Token]) -> list[tuple[int, int, bool]]:
    """Each pair of parentheses in order of opening, and whether it belongs to a call."""
    open_ones: list[int] = []
    pairs = []
    for index, token in enumerate(tokens):
        if token.kind == "(":
            open_ones.append(index)
        elif token.kind == ")":
            start = open_ones.pop()
            called = start > 0 and tokens[start - 1].kind == "function"
            pairs.append((start, index, called))
    return sorted(pairs)


def _spans(
    tokens: Sequence[Token], order: Sequence[int], only: int | None = None
) -> Iterator[tuple[int, int]]:
    """First and last token of each stretch that parentheses could enclose; not single operands."""
    for position, first in enumerate(order):
        before = tokens[order[position - 1]].kind if position else "("
        if (only is not None and first != only) or not _opens(tokens[first], before):
            continue
        depth, joined = 0, False
        for following in range(position, len(order)):
            kind = tokens[order[following]].kind
            if kind == "(":
                depth += 1
            elif kind == ")":
                depth -= 1
            if depth < 0 or kind == "end" or (kind == "," and depth == 0):
                break
            if depth == 0 and kind in OPERATORS and following > position:
                joined = True
            elif depth == 0 and (kind in OPERAND_KINDS or kind in ")%") and (joined or only):
                yield first, order[following]


def _opens(token: Token, before: str) -> bool:
    """Whether an operand may begin with a token; ``before`` is the kind of the one before it."""
    if token.kind in OPERAND_KINDS or token.kind == "function":
        return True
    if token.kind == "(":
        return before != "function"
    return token.kind == "-" and before in ("(", ",", *OPERATORS)


def _enclosed(order: Sequence[int], start: int, end: int) -> tuple[Item, ...]:
    return (*order[:start], _OPEN, *order[start : end + 1], _CLOSE, *order[end + 1 :])
