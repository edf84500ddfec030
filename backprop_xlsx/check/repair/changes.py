"""What a repair changes in a formula's tokens, and the formula that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backprop_xlsx.check.reading.meanings import Meaning
from backprop_xlsx.check.repair.slips.slip import Slip
from backprop_xlsx.formula.expression import Expression, Number
from backprop_xlsx.formula.tokens import Token

Item = int | Token
"""A token of the formula as it stands, by its index, or a new one."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another operand in the place of the ones at ``indices``, which all mean ``old``."""

    indices: tuple[int, ...]
    old: Meaning
    new: Expression


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """The formula's tokens in another arrangement, with which ``slip`` is undone.

    Some are left out, some new ones put in; ``insertions`` gives what each new operand stands
    for, by its place in ``items``.
    """

    slip: Slip
    items: tuple[Item, ...]
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
        return [
            arranged([item], meanings)[0] if new is None else Meaning(new, repr(new))
            for item, new in self._new_operands()
        ]

    def replaced(self, meanings: Sequence[Meaning | None]) -> list[Meaning | None]:
        """What the formula's own operands mean when the wrong ones are replaced."""
        result = list(meanings)
        for change in self.replacements:
            for index in change.indices:
                result[index] = Meaning(change.new, repr(change.new))
        return result

    def _new_operands(self) -> Iterator[tuple[Item, Expression | None]]:
        replaced = {index: change.new for change in self.replacements for index in change.indices}
        inserted = dict(pair for change in self.rearrangements for pair in change.insertions)
        for position, item in enumerate(self.items):
            new = replaced.get(item) if isinstance(item, int) else inserted.get(position)
            yield item, new


def arranged(items: Sequence[Item], meanings: Sequence[Meaning | None]) -> list[Meaning | None]:
    """What the operands of an arrangement mean; None for what is no operand."""
    result: list[Meaning | None] = []
    for item in items:
        if isinstance(item, int):
            result.append(meanings[item])
        elif item.kind == "number":
            result.append(Meaning(Number(float(item.text)), repr(float(item.text))))
        else:
            result.append(None)
    return result
