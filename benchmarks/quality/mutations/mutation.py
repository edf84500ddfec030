"""What a mutation is: an operator changes the formula of some cells, and the book turns wrong."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..mathematics.conventions import Convention
from ..mathematics.formula import TemplateError, parsed, value_of
from ..mathematics.truth import Row, states
from ..writing.book import Book
from ..writing.cells import Content, Owner, Template
from ..writing.layout import Place
from ..writing.making import right_book

Variant = tuple[str, tuple[str, ...]]
"""Another template, and regular expressions of which the explanation must match one."""


Needs = tuple[tuple[str, tuple[str, ...]], ...]
"""Features of a style with the options of which an operator needs one."""

ATTEMPTS = 8
"""Books that an operator is tried on before another one is drawn."""
MOST_ATTEMPTS = 400


@dataclass(frozen=True)
class Target:
    """The formula that is to be changed."""

    book: Book
    run: int
    quantity: str
    template: str
    rng: random.Random


@dataclass(frozen=True)
class Change:
    """What one operator did: the new contents, and what an explanation may call it."""

    operator: str
    overrides: dict[Owner, Content]
    words: tuple[str, ...]


@dataclass(frozen=True)
class FormulaOperator:
    """Gives other formulas for a target, in books that have what it ``needs``."""

    name: str
    family: str
    variants: Callable[[Target], Iterator[Variant]]
    held_out: bool = False
    needs: Needs = ()

    def apply(self, book: Book, rng: random.Random) -> Change | None:
        """A change of some cells of a column; None if nothing in the book suits."""
        run = rng.randrange(len(book.runs))
        names = list(book.templates[run])
        rng.shuffle(names)
        for quantity in names:
            if book.computed_from(quantity) > book.steps:
                continue
            target = Target(book, run, quantity, book.templates[run][quantity], rng)
            variants = list(self.variants(target))
            rng.shuffle(variants)
            for text, words in variants[:6]:
                right = is_right(book.convention, quantity, text)
                if not right and not _is_right_by_its_numbers(book, run, quantity, text):
                    return self._change(book, rng, run, quantity, text, words)
        return None

    def _change(
        self,
        book: Book,
        rng: random.Random,
        run: int,
        quantity: str,
        text: str,
        words: tuple[str, ...],
    ) -> Change | None:
        steps = _scope(book, quantity, rng)
        runs = [run]
        if rng.random() < 0.5 and "other" not in text:
            runs = [
                other
                for other in range(len(book.runs))
                if book.templates[other][quantity] == book.templates[run][quantity]
                and not _is_right_by_its_numbers(book, other, quantity, text)
            ]
        overrides: dict[Owner, Content] = {
            (at, quantity, step): Template(text)
            for at in runs
            for step in steps
            if _differs(book, (at, quantity, step), text)
        }
        return Change(self.name, overrides, words) if overrides else None


@dataclass(frozen=True)
class BookOperator:
    """Changes anything in a book."""

    name: str
    family: str
    change: Callable[[Book, random.Random], tuple[dict[Owner, Content], tuple[str, ...]] | None]
    held_out: bool = False
    needs: Needs = ()

    def apply(self, book: Book, rng: random.Random) -> Change | None:
        """The change; None if nothing in the book suits."""
        found = self.change(book, rng)
        if found is None:
            return None
        contents, words = found
        overrides = {
            owner: content
            for owner, content in contents.items()
            if not isinstance(content, Template) or _differs(book, owner, content.text)
        }
        return Change(self.name, overrides, words) if overrides else None


Operator = FormulaOperator | BookOperator


def _scope(book: Book, quantity: str, rng: random.Random) -> list[int]:
    steps = list(range(book.computed_from(quantity), book.steps + 1))
    draw = rng.random()
    if draw < 0.7 or len(steps) < 3:
        return steps
    if draw < 0.85:
        return steps[rng.randrange(1, len(steps)) :]
    return [rng.choice(steps)]


def _is_right_by_its_numbers(book: Book, run: int, quantity: str, text: str) -> bool:
    """Whether a formula is right by the numbers that are typed into a run: a rate of 1, say."""
    typed = book.typed(run)
    return bool(typed) and is_right(book.convention, quantity, text, typed)


def _differs(book: Book, owner: Owner, text: str) -> bool:
    """Whether a cell's formula changes: the first row may be that to which all others refer."""
    right = book.content(owner)
    if not isinstance(right, Template):
        return True
    run, _, step = owner
    if step == 0 and book.layouts[run].start_line is not None:
        # Above the first row stand the same start values.
        for name in book.convention.weights:
            text = text.replace(f"{{above {name}}}", f"{{{name}}}")
    old, new = (book.written(owner, template).replace("$", "") for template in (right.text, text))
    return old != new


def is_right(
    convention: Convention,
    quantity: str,
    template: str,
    typed: tuple[tuple[str, float], ...] = (),
) -> bool:
    """Whether a formula gives a quantity at all states; a drifting one never does.

    Constants that are ``typed`` into a book's formulas have their values at all of them.

    A formula that cannot be read counts as right: nobody could type it.
    """
    try:
        parsed(template)
    except TemplateError:
        return True
    if "{drift" in template:
        return False
    return all(
        math.isclose(
            value_of(template, _looking(rows, other)),
            rows[2][quantity],
            rel_tol=1e-7,
            abs_tol=1e-11,
        )
        for rows, other in states(convention, typed)
    )


def _looking(rows: list[Row], other: Row) -> Callable[[str], float]:
    def look(name: str) -> float:
        if name == "blank":
            return 0.0
        for where, row in (
            ("above ", rows[1]),
            ("below ", rows[3]),
            ("first ", rows[0]),
            ("other ", other),
        ):
            if name.startswith(where):
                return row[name[len(where) :]]
        return rows[2][name]

    return look


def said(quantity: str) -> str:
    """How an explanation may call a quantity, as a regular expression."""
    if quantity.startswith("dE/d"):
        return rf"(?:∂E/∂{quantity[4:]}|gradient of {quantity[4:]})"
    if quantity.startswith("delta_"):
        return rf"(?:δ|delta|∂E/∂{quantity.removeprefix('delta_')})"
    if quantity == "rate":
        return "(?:learning rate|η)"
    bare = re.escape(quantity.rpartition(" ")[2])
    return re.sub(r"^d(E\d+|a_\w+)/d", r"∂\1/∂", bare)


@dataclass(frozen=True)
class WrongBook:
    """A book with its changes; ``right`` is what it was made from."""

    right: Book
    book: Book
    changes: tuple[Change, ...]

    @property
    def changed(self) -> set[Place]:
        """The cells that are wrong."""
        return {self.book.place(owner) for owner in self.book.overrides}

    @property
    def operator(self) -> str:
        """The operator, or that there were several."""
        return self.changes[0].operator if len(self.changes) == 1 else "two or three"


def wrong_book(
    seed: str,
    operators: list[Operator],
    held_out: bool = False,
    wanted: dict[str, str] | None = None,
) -> WrongBook:
    """The wrong book of a seed: mostly one change, sometimes two or three."""
    rng = random.Random(seed)
    count = rng.choices((1, 2, 3), (85, 10, 5))[0]
    for attempt in range(MOST_ATTEMPTS):
        if attempt % ATTEMPTS == 0:
            operator = rng.choice(operators)
            needed = {feature: rng.choice(options) for feature, options in operator.needs}
        right = right_book(f"{seed}/{attempt}", held_out, needed | (wanted or {}))
        change = operator.apply(right, rng)
        if change is None:
            continue
        changes = [change]
        for _ in range(20):
            if len(changes) >= count:
                break
            more = rng.choice(operators).apply(right, rng)
            if more is not None and not _columns(more) & set().union(*map(_columns, changes)):
                changes.append(more)
        overrides: dict[Owner, Content] = {}
        for each in changes:
            overrides |= each.overrides
        return WrongBook(right, right.mutated(overrides), tuple(changes))
    raise ValueError(f"{seed}: no operator suits {wanted}")


def _columns(change: Change) -> set[tuple[int, str]]:
    return {(run, quantity) for run, quantity, _ in change.overrides}
