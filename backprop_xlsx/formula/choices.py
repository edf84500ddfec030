"""The nodes that decide: a comparison, and one value chosen out of several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne

import numpy as np

from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.expression import Expression, Pair, Value
from backprop_xlsx.formula.notation import IN_SENTENCES, Notation

COMPARISONS = {"=": eq, "<>": ne, "<": lt, ">": gt, "<=": le, ">=": ge}


@dataclass(frozen=True)
class Comparison(Pair):
    """Two operands and one of ``= <> < > <= >=``: 1 where it holds, 0 elsewhere."""

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return f"{self.left.text(notation)} {self.operator} {self.right.text(notation)}"

    def formula(self, cell: Callable[[Expression], str]) -> str:
        return f"{self.left.formula(cell)}{self.operator}{self.right.formula(cell)}"

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        return COMPARISONS[self.operator](self.left.value(lookup), self.right.value(lookup)) * 1.0


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    """INDEX: of the values of a row or a column, the one of that number, from 1."""

    values: Expression
    number: Expression

    def formula(self, cell: Callable[[Expression], str]) -> str:
        return f"INDEX({self.values.formula(cell)},{self.number.formula(cell)})"

    def text(self, notation: Notation = IN_SENTENCES) -> str:
        return f"{self.values.text(notation)} of sample {self.number.text(notation)}"

    def value(self, lookup: Callable[[Expression], Value]) -> Value:
        values, number = self.values.value(lookup), self.number.value(lookup)
        numbers = list(values.numbers()) if isinstance(values, Block) else [values]
        chosen: Value = np.nan
        for index, value in enumerate(numbers, start=1):
            chosen = np.where(np.floor(number) == index, value, chosen)
        return chosen

    def children(self) -> tuple[Expression, ...]:
        return (self.values, self.number)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Choice(*children)
