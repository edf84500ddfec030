"""The known mistakes of each quantity: made from the right formula by the check's own entries.

What an entry does to undo one mistake makes the opposite one of a right formula; the entry that
undoes that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from backprop_xlsx import equations
from backprop_xlsx.check.judging.verdicts import evaluated
from backprop_xlsx.check.reading.meanings import Area, meant
from backprop_xlsx.check.repair.changes import Item
from backprop_xlsx.check.repair.slips import arithmetic, operators, parentheses
from backprop_xlsx.check.repair.slips.slip import Slip
from backprop_xlsx.check.repair.slips.structure import StructuralSlip, WrongFormula
from backprop_xlsx.check.repair.workshop import Effort
from backprop_xlsx.exercise.mistakes.bench import Bench
from backprop_xlsx.exercise.practice import NEW, Practice, Quantity, before_or_new
from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Negation,
    Number,
    OverSamples,
    Symbol,
    Value,
    product,
    total,
)
from backprop_xlsx.formula.names import activation_name, gradient_name, without_sample
from backprop_xlsx.formula.tokens import FormulaError, Token
from backprop_xlsx.model.activations import ACTIVATIONS

MAKERS: tuple[type[StructuralSlip], ...] = (
    operators.ReversedOperands,
    arithmetic.ExtraFactor,
    operators.ExtraSign,
    parentheses.ExtraParentheses,
    arithmetic.ExtraTerm,
    arithmetic.ExtraSquare,
    operators.WrongOperator,
)
_SIGNS = ("+", "-")
MOST_MISTAKES = 16
"""Of one quantity; the likelier ones come first."""
MOST_IN_ALL = 500
EFFORT = 2_000_000
"""Of naming them all, shared equally by the quantities: a few seconds."""


@dataclass(frozen=True)
class Mistake:
    """A wrong equation of a quantity's last cell, and the mistake in the check's words."""

    words: str
    equation: Expression


def known_mistakes(practice: Practice) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes of each blank quantity that its mark can name, by the quantity's name."""
    bench = Bench(practice)
    count = max(len(practice.blanks), 1)
    most = max(1, min(MOST_MISTAKES, MOST_IN_ALL // count))
    return {
        blank.name: tuple(islice(_named(bench, blank, Effort(EFFORT // count)), most))
        for blank in practice.blanks
    }


def _named(bench: Bench, quantity: Quantity, effort: Effort) -> Iterator[Mistake]:
    """Wrong equations that differ in value, each with its name."""
    cell, right = quantity.cells[-1], _as_typed(quantity.equations[-1])
    probes = bench.judge.probes
    name = cell.removeprefix(NEW)
    updates = equations.updates(bench.practice.network, bench.practice.optimiser)
    updated = updates if cell.startswith(NEW) else {}

    def in_own_names(leaf: Expression) -> Expression:
        return before_or_new(leaf, updated)

    seen: list[Value] = [probes.value(Symbol(name))]
    said: set[str] = set()
    for formula in _made(bench, quantity, cell, right):
        try:
            form = bench.form(formula)
            wrong = meant(form.part.expression, bench.meanings(form))
            value = evaluated(wrong, probes)
            is_number = not list(wrong.leaves())
            is_known = any(np.all(probes.agrees(value, other)) for other in seen)
            if is_number or is_known or not np.all(np.isfinite(value)):
                continue
            seen.append(value)
            words = bench.fault(cell, form, effort)
        except FormulaError:
            continue
        if words is None or words in said:
            continue
        said.add(words)
        yield Mistake(words, _over_samples(wrong).rebuilt(in_own_names))


def _made(bench: Bench, quantity: Quantity, cell: str, right: Expression) -> Iterator[str]:
    """Wrong formulas in the addresses of the bench, the likelier ones first."""

    def address(leaf: Expression) -> str:
        assert isinstance(leaf, Symbol)
        return bench.address(leaf.name, cell)

    for wrong in (*_with_siblings(bench, cell, right), *_others(bench.practice, quantity, right)):
        yield _as_typed(wrong).formula(address)
    form = bench.form(right.formula(address))
    formula = WrongFormula(form.tokens, form.part, bench.meanings(form), right)
    for maker in MAKERS:
        for change in maker.undone(formula):
            if _is_likely(change.slip):
                yield _written(form.tokens, change.items)


def _is_likely(slip: Slip) -> bool:
    """Whether the mistake made is one that people make: they take + for −, but not ^ for *."""
    if isinstance(slip, operators.WrongOperator):
        return {slip.wrong, slip.right} == set(_SIGNS)
    return True


def _as_typed(expression: Expression) -> Expression:
    """The expression as people type it: σ without the guard against large numbers."""
    children = tuple(map(_as_typed, expression.children()))
    if isinstance(expression, Call) and expression.name == "SIGMOID":
        return Number(1) / (1 + Call("EXP", (Negation(*children),)))
    return expression.with_children(children) if children else expression


def _with_siblings(bench: Bench, cell: str, right: Expression) -> Iterator[Expression]:
    """Each quantity exchanged for its neighbours: wherever it stands, as a_h2 for a_h1."""
    known = [name for quantity in _all(bench.practice) for name in quantity.cells]
    for leaf in dict.fromkeys(right.leaves()):
        assert isinstance(leaf, Symbol)
        for name in _siblings(leaf.name, known):
            if name != cell:
                yield right.rebuilt(_exchange(leaf, Symbol(name)))


def _exchange(old: Expression, new: Expression) -> Callable[[Expression], Expression]:
    return lambda leaf: new if leaf == old else leaf


def _siblings(name: str, known: list[str]) -> list[str]:
    """Quantities of the same kind with the next numbers; an activation's pre-activation, and back.

    Of a quantity of one sample those of the same sample.
    """
    base, bracket, sample = name.partition("[")
    letters = base.rstrip("0123456789")
    digits = base[len(letters) :]
    found = []
    if digits:
        found = [f"{letters}{int(digits) + away}{bracket}{sample}" for away in (1, -1)]
    activation = activation_name("")
    found.append(
        name.removeprefix(activation) if name.startswith(activation) else activation_name(name)
    )
    return [other for other in found if other in known]


def _others(practice: Practice, quantity: Quantity, right: Expression) -> Iterator[Expression]:
    """Mistakes in the way, not in a part of the formula."""
    if quantity.part == "update" and quantity.name.removeprefix(NEW) in practice.network.parameters:
        yield Symbol(quantity.name.removeprefix(NEW))
    leaves = set(right.leaves())
    if quantity.name.startswith(activation_name("")) and len(leaves) == 1:
        yield from (activation.function(*leaves) for activation in ACTIVATIONS.values())
    yield from _by_weight_gradients(practice, quantity)


def _by_weight_gradients(practice: Practice, quantity: Quantity) -> Iterator[Expression]:
    """Back through the gradients of the later weights instead of through the errors."""
    network = practice.network
    if not equations.written_out(network, practice.samples):
        return
    for here in network.hidden_layers:
        for index, neuron in enumerate(here.neurons):
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                if quantity.name != gradient_name(weight):
                    continue
                slope = [*equations.activation_slope(here, neuron), Symbol(source)]
                later = [output.weights[index] for output in network.outputs]
                gradients = [Symbol(gradient_name(name)) for name in later]
                weighted = [Symbol(gradient_name(name)) * Symbol(name) for name in later]
                for terms in (weighted, gradients):
                    yield product([total(terms), *slope])


def _all(practice: Practice) -> tuple[Quantity, ...]:
    return practice.given + practice.quantities


def _written(tokens: tuple[Token, ...], items: tuple[Item, ...]) -> str:
    return "".join(tokens[item].text if isinstance(item, int) else item.text for item in items)


def _over_samples(expression: Expression) -> Expression:
    """The expression with ranges of one quantity's samples as the equations have them."""
    if isinstance(expression, Area):
        cells = [leaf for leaf in expression.leaves() if isinstance(leaf, Symbol)]
        return OverSamples(without_sample(cells[0].name), len(cells))
    children = tuple(map(_over_samples, expression.children()))
    return expression.with_children(children) if children else expression
