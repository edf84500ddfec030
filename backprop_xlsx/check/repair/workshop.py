"""A wrong formula on the bench: evaluate it with any operand exchanged, in any arrangement.

What is exchanged may be an array: then all that could stand in a place are tried at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from backprop_xlsx.check.judging.verdicts import Judge, safely
from backprop_xlsx.check.reading.meanings import Meaning, Outside
from backprop_xlsx.check.repair.changes import Item, Repair, Replacement
from backprop_xlsx.check.repair.pool import pool_for
from backprop_xlsx.check.repair.slips.structure import WrongFormula
from backprop_xlsx.formula.block import as_number
from backprop_xlsx.formula.expression import Expression, Number, Symbol, Value
from backprop_xlsx.formula.parse import Operand, Part, parse
from backprop_xlsx.formula.tokens import FormulaError, Token

MOST_OCCURRENCES = 4
"""Of one operand, among which any subset may be wrong."""
MOST_IN_A_ROW = 12
"""Of one operand, of which any that follow each other may be wrong."""
EFFORT_FOR_A_FORMULA = 400_000
"""Tokens evaluated, at most about a second; most repairs are found in a hundredth of that."""
EFFORT_FOR_A_BOOK = 2_000_000
USUAL_NUMBERS = (0.5, 1.0, 2.0, -1.0)

Spot = tuple[int, ...]
"""The tokens of operands that mean the same, and that may all be wrong together."""


class Exhausted(Exception):
    """The search has cost as much as it may."""


@dataclass
class Effort:
    """What is left for the repairs of a book."""

    left: int = EFFORT_FOR_A_BOOK


class Workshop:
    """A formula's tokens, what they mean, and what they come to at the first probe."""

    def __init__(
        self,
        judge: Judge,
        quantity: str,
        tokens: Sequence[Token],
        meanings: Sequence[Meaning | None],
        effort: Effort,
    ) -> None:
        self.judge = judge
        self.quantity = quantity
        self.tokens = tokens
        self.meanings = meanings
        self.part = parse(tokens)
        equation = judge.exercise.equations[quantity]
        self.formula = WrongFormula(tokens, self.part, meanings, equation)
        self.pool = pool_for(judge.exercise, quantity, judge.fixed)
        self.items: tuple[Item, ...] = tuple(range(len(tokens)))
        self.spots = self._spots()
        self._effort = effort
        self._limit = effort.left - EFFORT_FOR_A_FORMULA
        self._expected = as_number(judge.probes.value(Symbol(quantity)))
        self._values = [None if m is None else self.value(m.expression) for m in meanings]

    def parsed(self, items: Sequence[Item]) -> Part | None:
        """The tree of an arrangement, None if it is no formula; raises Exhausted."""
        self._spend(len(items))
        try:
            return parse([self.tokens[item] if isinstance(item, int) else item for item in items])
        except FormulaError:
            return None

    def values(self, items: Sequence[Item]) -> list[Value]:
        """The values of an arrangement's operands."""
        return [
            self._values[item]
            if isinstance(item, int)
            else float(item.text)
            if item.kind == "number"
            else None
            for item in items
        ]

    def fits(
        self, part: Part, values: Sequence[Value], shape: tuple[int, ...] = ()
    ) -> NDArray[np.bool_]:
        """Where a tree is right with these values of its operands; raises Exhausted."""
        self._spend(len(values) * (4 if len(shape) > 1 else 1))

        def lookup(leaf: Expression) -> Value:
            assert isinstance(leaf, Operand)
            return values[leaf.index]

        value = safely(part.expression, lookup)
        return np.broadcast_to(self.judge.probes.agrees(value, self._expected), shape)

    def fits_with(self, spot: Spot, new: Expression) -> bool:
        """Whether the formula is right with another operand in a spot; raises Exhausted."""
        values = self.values(self.items)
        for index in spot:
            values[index] = self.value(new)
        return bool(self.fits(self.part, values))

    def confirmed(self, repair: Repair) -> bool:
        """Whether a repair is right at every probe."""
        tokens = repair.tokens(self.tokens, lambda expression, token: "x")
        meanings = repair.meanings(self.meanings)
        try:
            return self.judge.right_tokens(self.quantity, tokens, parse(tokens), meanings)
        except FormulaError:
            return False

    def meaning(self, spot: Spot) -> Meaning:
        """What the operands of a spot mean."""
        meaning = self.meanings[spot[0]]
        assert meaning is not None
        return meaning

    def spot_of(self, expression: Expression) -> Spot:
        """All operands that stand for something; empty if none does."""
        return tuple(
            index
            for index, meaning in enumerate(self.meanings)
            if meaning is not None and meaning.expression == expression
        )

    def replacement(self, spot: Spot, choice: int) -> Replacement:
        """The operand of the pool put in a spot."""
        return Replacement(spot, self.meaning(spot), self.pool.expressions[choice])

    def is_partial(self, spot: Spot) -> bool:
        """Whether the same operand stands elsewhere too."""
        key = self.meaning(spot).key
        return len(spot) < sum(other is not None and other.key == key for other in self.meanings)

    def is_suspect(self, spot: Spot) -> bool:
        """Whether an operand is one that no right formula has: a blank cell, a foreign number."""
        expression = self.meaning(spot).expression
        if isinstance(expression, Number):
            return expression.constant not in USUAL_NUMBERS
        if isinstance(expression, Symbol):
            return expression.steps_back not in (0, 1)
        return isinstance(expression, Outside)

    def _spots(self) -> list[Spot]:
        same: dict[str, list[int]] = {}
        for index, meaning in enumerate(self.meanings):
            if meaning is not None:
                same.setdefault(meaning.key, []).append(index)
        spots: list[Spot] = []
        for indices in same.values():
            count = len(indices)
            sizes = range(count, 0, -1) if count <= MOST_IN_A_ROW else (count, 1)
            for size in sizes:
                if count <= MOST_OCCURRENCES:
                    spots += combinations(indices, size)
                else:
                    spots += (tuple(indices[at : at + size]) for at in range(count - size + 1))
        return spots

    def value(self, expression: Expression) -> Value:
        """What an operand comes to at the first probe."""
        states = self.judge.probes
        return safely(expression, lambda leaf: as_number(states.value(leaf)))

    def _spend(self, tokens: int) -> None:
        self._effort.left -= tokens
        if self._effort.left < max(self._limit, 0):
            raise Exhausted
