"""What a repair changes in a formula's tokens, and the formula that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from backprop_xlsx.check.reading.meanings import Meaning
from backprop_xlsx.formula.expression import Expression, Number
from backprop_xlsx.formula.tokens import Token

Item = int | Token
"""A token of the formula as it stands, by its index, or a new one."""


class Slip(Enum):
    """What was wrong with a formula's structure."""

    CALL = auto()
    FACTOR = auto()
    FACTOR_TWICE = auto()
    FACTOR_MISSING = auto()
    TERM = auto()
    TERM_MISSING = auto()
    SQUARE = auto()
    NO_SQUARE = auto()
    OPERATOR = auto()
    SWAPPED = auto()
    SIGN = auto()
    SIGN_TOO_MANY = auto()
    PARENTHESES_MISSING = auto()
    PARENTHESES_NEEDLESS = auto()
    CLOSES_EARLY = auto()
    CLOSES_LATE = auto()
    OPENS_EARLY = auto()
    OPENS_LATE = auto()


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another operand in the place of the ones at ``indices``, which all mean ``old``."""

    indices: tuple[int, ...]
    old: Meaning
    new: Expression


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """The formula's tokens in another arrangement: some left out, some new ones put in.

    ``subjects`` are the parts of the formula that ``slip`` is about, ``words`` the operators, or
    the places of parentheses. ``insertions`` gives what each new operand stands for, by its place
    in ``items``.
    """

    slip: Slip
    items: tuple[Item, ...]
    subjects: tuple[Expression, ...] = ()
    words: tuple[str, ...] = ()
    insertions: tuple[tuple[int, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """What makes a formula right: its tokens rearranged, operands replaced, or both."""

    items: tuple[Item, ...]
    replacements: tuple[Replacement, ...] = ()
    rearrangements: tuple[Rearrangement, ...] = ()

    def tokens(
        self, tokens: Sequence[Token], name: Callable[[Expression, Token | None], str]
    ) -> list[Token]:
        """The repaired tokens; ``name`` writes an operand, in the manner of the one it replaces."""
        result = []
        for item, new in self._new_operands():
            token = tokens[item] if isinstance(item, int) else item
            if new is not None:
                like = token if isinstance(item, int) else None
                token = Token("name", name(new, like), token.space)
            result.append(token)
        return result

    def meanings(self, meanings: Sequence[Meaning | None]) -> list[Meaning | None]:
        """What the operands of the repaired tokens mean."""
        result: list[Meaning | None] = []
        for item, new in self._new_operands():
            if new is not None:
                result.append(Meaning(new, repr(new)))
            elif isinstance(item, int):
                result.append(meanings[item])
            elif item.kind == "number":
                result.append(Meaning(Number(float(item.text)), repr(float(item.text))))
            else:
                result.append(None)
        return result

    def _new_operands(self) -> Iterator[tuple[Item, Expression | None]]:
        replaced = {index: change.new for change in self.replacements for index in change.indices}
        inserted = dict(pair for change in self.rearrangements for pair in change.insertions)
        for position, item in enumerate(self.items):
            new = replaced.get(item) if isinstance(item, int) else inserted.get(position)
            yield item, new
