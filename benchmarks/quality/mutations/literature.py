"""Mutation operators for spreadsheets, after Abraham and Erwig (2009).

LCR, the replacement of logical connectors, has nothing to work on in these formulas.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from ..mathematics.formula import Token, operands, tokens_of, written
from ..writing.book import Book
from ..writing.cells import Content, Owner
from .mutation import BookOperator, FormulaOperator, Target, Variant, said

SIGNS = ("+", "-", "*", "/")
COMPARISONS = (">", "<", ">=", "<=", "=", "<>")
FUNCTIONS = {
    "EXP": ("LN", "ABS", "SQRT"),
    "SUM": ("AVERAGE", "MAX", "PRODUCT", "MIN"),
    "SUMPRODUCT": ("SUMXMY2", "SUM"),
    "POWER": ("PRODUCT", "SUM"),
    "TANH": ("EXP", "ABS"),
    "PRODUCT": ("SUM", "AVERAGE"),
    "SUMSQ": ("SUM", "ABS"),
    "AVERAGE": ("SUM", "MAX"),
    "MAX": ("MIN",),
    "LN": ("EXP",),
    "SQRT": ("ABS",),
    "SUMXMY2": ("SUMPRODUCT",),
}


def _with(tokens: list[Token], at: int, *new: Token, drop: int = 1) -> str:
    return written([*tokens[:at], *new, *tokens[at + drop :]])


def _sign(text: str) -> Token:
    return Token("sign", text)


def _is_operand(token: Token) -> bool:
    return token.kind == "operand" and ":" not in token.text


def _binary_at(tokens: list[Token]) -> Iterator[int]:
    for at in range(1, len(tokens)):
        before, token = tokens[at - 1], tokens[at]
        ends = before.kind in ("operand", "number") or before.text in (")", "%")
        if token.kind == "sign" and token.text in (*SIGNS, "^") and ends:
            yield at


def arithmetic_operator(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at in _binary_at(tokens):
        old = tokens[at].text
        for new in SIGNS:
            if new != old and old != "^":
                words = (
                    r"[-−+*/] where [-−+*/] belongs",
                    "sign",
                    "divides|multiplies|factor|term",
                    "parenthes",
                    "swapped|squares|uses",
                )
                yield _with(tokens, at, _sign(new)), words


def absolute_value(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    words = ("ABS|absolute",)
    for at, token in enumerate(tokens):
        if _is_operand(token):
            yield _with(tokens, at, Token("function", "ABS"), token, _sign(")")), words
    yield f"ABS({target.template})", words


def unary_operator(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, token in enumerate(tokens):
        if _is_operand(token):
            words = ("sign|minus|−|negat", r"\+|-")
            yield _with(tokens, at, _sign("("), _sign("-"), token, _sign(")")), words


def constant(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, token in enumerate(tokens):
        if token.kind == "number":
            for new in ("0.05", "0.1", "2", "1", "0", "10", "1.5"):
                if new != token.text:
                    words = (
                        rf"\b{new}\b",
                        rf"\b{token.text}\b",
                        "factor|square|half|½|sign|derivative",
                    )
                    yield _with(tokens, at, Token("number", new)), words


def _typed_value(target: Target, name: str) -> float | None:
    where, _, quantity = name.rpartition(" ")
    if where not in ("", "above") or quantity in ("blank",):
        return None
    row = target.book.truth[target.run][0]
    return row.get(quantity)


def constant_for_reference(target: Target) -> Iterator[Variant]:
    style = target.book.style
    for at, token in enumerate(tokens := tokens_of(target.template)):
        if not _is_operand(token):
            continue
        name = token.text[1:-1]
        quantity = name.rpartition(" ")[2]
        if quantity in ("rate", "momentum") or quantity in target.book.convention.constants:
            kind = "rate" if quantity == "rate" else "constants"
            if style[kind] == "typed":
                continue
        value = _typed_value(target, name)
        if value is not None and value >= 0:
            text = f"{round(value, 4):.15g}"
            if "e" not in text:
                yield _with(tokens, at, Token("number", text)), ("typed", "stands where")


def reference_for_constant(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    names = [name for name in operands(target.template) if ":" not in name]
    for at, token in enumerate(tokens):
        if token.kind == "number" and names:
            name = target.rng.choice([*names, "blank"])
            words = (rf"{said(name)}", rf"\b{token.text}\b", "blank|empty")
            yield _with(tokens, at, Token("operand", f"{{{name}}}")), words


def reference(target: Target) -> Iterator[Variant]:
    """The cell beside, or two further, or that of the row above or below."""
    layout, convention = target.book.layouts[target.run], target.book.convention
    beside = {slot: name for name, slot in layout.slots.items()}
    for at, token in enumerate(tokens := tokens_of(target.template)):
        if not _is_operand(token):
            continue
        name = token.text[1:-1]
        where, _, quantity = name.rpartition(" ")
        if where in ("v", "step", "above v", "above step") or quantity not in layout.slots:
            continue
        for further in (-2, -1, 1, 2):
            other = beside.get(layout.slots[quantity] + further)
            if other is None or " " in other or layout.sheet_of(other) != layout.sheet_of(quantity):
                continue
            if not where and depends(target.book, other, target.quantity, target.run):
                continue
            new = f"{where} {other}".strip()
            yield (
                _with(tokens, at, Token("operand", f"{{{new}}}")),
                (said(other), said(quantity), "row"),
            )
        if not where and quantity not in convention.constants and quantity != "rate":
            yield _with(tokens, at, Token("operand", f"{{above {quantity}}}")), ("row|above",)


def depends(book: Book, quantity: str, on: str, run: int) -> bool:
    """Whether a quantity is computed from another one of the same step: no circles."""
    seen, to_do = set(), [quantity]
    while to_do:
        name = to_do.pop()
        if name == on:
            return True
        if name in seen or name not in book.templates[run]:
            continue
        seen.add(name)
        for operand in operands(book.templates[run][name]):
            to_do += [part for part in operand.split(":") if not part.startswith("above ")]
    return False


def function(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, token in enumerate(tokens):
        if token.kind == "function":
            for new in FUNCTIONS.get(token.text, ()):
                words = (
                    new.lower(),
                    new,
                    token.text,
                    token.text.lower(),
                    "instead|belongs|missing|average|divides|half|mean",
                )
                yield _with(tokens, at, Token("function", new)), words


def comparison(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, token in enumerate(tokens):
        if token.kind == "sign" and token.text in COMPARISONS:
            for new in COMPARISONS:
                if new != token.text:
                    yield _with(tokens, at, _sign(new)), ("<|>|=|compar|slope|derivative",)


def _spans(tokens: list[Token]) -> Iterator[tuple[int, list[str]]]:
    for at, token in enumerate(tokens):
        if token.kind == "operand" and ":" in token.text:
            yield at, token.text[1:-1].split(":")


def _beside(target: Target, name: str, further: int) -> str | None:
    layout = target.book.layouts[target.run]
    beside = {slot: other for other, slot in layout.slots.items()}
    other = beside.get(layout.slots[name] + further)
    if other is None or " " in other or layout.sheet_of(other) != layout.sheet_of(name):
        return None
    return None if depends(target.book, other, target.quantity, target.run) else other


RANGE = ("range|copies|SUM|AVERAGE|counts|includes|leaves out|missing|does not belong|term|uses",)


def range_expanded(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, names in _spans(tokens):
        for new in (
            [_beside(target, names[0], -1), *names],
            [*names, _beside(target, names[-1], 1)],
        ):
            if None not in new:
                text = ":".join(str(name) for name in new)
                yield _with(tokens, at, Token("operand", f"{{{text}}}")), RANGE


def range_shrunk(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, names in _spans(tokens):
        for new in (names[1:], names[:-1]):
            text = ":".join([*new, *new] if len(new) == 1 else new)
            if len(new) == 1 and tokens[at - 1].text != "SUMPRODUCT":
                text = new[0]
            elif len(new) == 1:
                continue
            yield _with(tokens, at, Token("operand", f"{{{text}}}")), RANGE


def range_moved(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for at, names in _spans(tokens):
        for further in (-1, 1):
            new = [_beside(target, name, further) for name in names]
            if None not in new:
                text = ":".join(str(name) for name in new)
                yield _with(tokens, at, Token("operand", f"{{{text}}}")), RANGE


def _listed(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Where an argument of SUM or AVERAGE stands: its first token and the one after it."""
    for at, token in enumerate(tokens):
        if token.kind == "function" and token.text in ("SUM", "AVERAGE", "PRODUCT"):
            depth, first = 0, at + 1
            for end in range(at + 1, len(tokens)):
                text = tokens[end].text
                if depth == 0 and text in (",", ")"):
                    yield first, end
                    first = end + 1
                depth += (text == "(" or tokens[end].kind == "function") - (text == ")")
                if depth < 0:
                    break


def list_shrunk(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for first, end in _listed(tokens):
        if tokens[end].text == ",":
            yield written([*tokens[:first], *tokens[end + 1 :]]), ("missing|leaves out|copies",)
        elif tokens[first - 1].text == ",":
            yield written([*tokens[: first - 1], *tokens[end:]]), ("missing|leaves out|copies",)


def list_expanded(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for first, end in _listed(tokens):
        added = tokens[first:end]
        yield (
            written([*tokens[:end], _sign(","), *added, *tokens[end:]]),
            ("twice|term|does not belong|factor|squares",),
        )


def deletion(book: Book, rng: random.Random) -> tuple[dict[Owner, Content], tuple[str, ...]] | None:
    """Some cells of a column, never all, are emptied."""
    run = rng.randrange(len(book.runs))
    quantity = rng.choice(list(book.templates[run]))
    steps = list(range(book.computed_from(quantity), book.steps + 1))
    if len(steps) < 2:
        return None
    steps = [rng.choice(steps)] if rng.random() < 0.7 else steps[rng.randrange(1, len(steps)) :]
    return {(run, quantity, step): None for step in steps}, ("empty|blank|missing|no formula",)


def typed(book: Book, rng: random.Random) -> tuple[dict[Owner, Content], tuple[str, ...]] | None:
    """A number over the formula of some cells."""
    run = rng.randrange(len(book.runs))
    quantity = rng.choice(list(book.templates[run]))
    steps = list(range(book.computed_from(quantity), book.steps + 1))
    if len(steps) < 2:
        return None
    steps = rng.sample(steps, rng.choice((1, 1, 2)))
    digits, off = rng.choice((3, 6, 15)), rng.choice((0.0, 0.0, 0.01))
    overrides: dict[Owner, Content] = {
        (run, quantity, step): round(book.truth[run][step][quantity] + off, digits)
        for step in steps
    }
    return overrides, ("typed",)


RECTIFIED = (("convention", ("relu, sigmoid", "relu, linear")),)

LITERATURE = (
    FormulaOperator("AOR arithmetic operator", "literature", arithmetic_operator),
    FormulaOperator("ABS absolute value", "literature", absolute_value),
    FormulaOperator("UOI unary operator", "literature", unary_operator),
    FormulaOperator("CRP constant", "literature", constant),
    FormulaOperator("CRR constant for reference", "literature", constant_for_reference),
    FormulaOperator("RCR reference for constant", "literature", reference_for_constant),
    FormulaOperator("RFR reference", "literature", reference),
    FormulaOperator("FFR function", "literature", function),
    FormulaOperator("ROR comparison", "literature", comparison, needs=RECTIFIED),
    FormulaOperator("CRE range expanded", "literature", range_expanded),
    FormulaOperator("CRS range shrunk", "literature", range_shrunk),
    FormulaOperator("RRR range moved", "literature", range_moved, held_out=True),
    FormulaOperator("NRS list shrunk", "literature", list_shrunk),
    FormulaOperator("NRE list expanded", "literature", list_expanded, held_out=True),
    BookOperator("FDL formula deleted", "literature", deletion),
    BookOperator("FRC number for formula", "literature", typed),
)
