"""Search for the smallest edit that makes a wrong formula right at every probe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from backprop_xlsx.check.reading.meanings import Area, Outside
from backprop_xlsx.check.repair.changes import Item, Rearrangement, Repair, Replacement, Slip
from backprop_xlsx.check.repair.edits import rearrangements
from backprop_xlsx.check.repair.workshop import Exhausted, Place, Workshop
from backprop_xlsx.equations import output_delta, written_out
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.formula.parse import Part
from backprop_xlsx.formula.tokens import Token
from backprop_xlsx.model.names import gradient_name

Choice = tuple[float, Repair]
"""A repair, and how far-fetched it is."""

_OPEN, _CLOSE = Token("(", "("), Token(")", ")")
_PARTIAL = 0.1
"""How much less likely it is that only some of the same operands are wrong."""
_REPEATED = (
    Slip.FACTOR,
    Slip.FACTOR_TWICE,
    Slip.SQUARE,
    Slip.OPERATOR,
    Slip.SWAPPED,
    Slip.SIGN_TOO_MANY,
)
"""Slips that are made twice in one formula."""


def simple_repair(workshop: Workshop) -> Repair | None:
    """The repair that puts another quantity, or other rows, in the place of one; None if none."""
    try:
        replaced = _replaced(workshop, workshop.items, workshop.part, workshop.places)
    except Exhausted:
        return None
    plain = [choice for choice in replaced if _is_plain(choice[1].replacements[0])]
    return _best(workshop, plain) or _best(workshop, _in_other_rows(workshop))


def further_repair(workshop: Workshop) -> Repair | None:
    """The smallest other repair; None if there is none near."""
    try:
        for choices in _further_choices(workshop):
            found = _best(workshop, choices)
            if found is not None:
                return found
    except Exhausted:
        pass
    return None


def _further_choices(workshop: Workshop) -> Iterator[list[Choice]]:
    """Repairs, those that are equally likely together, the likelier ones first."""
    structural = list(rearrangements(workshop.tokens, workshop.part, workshop.meanings))
    suspects = [place for place in workshop.places if workshop.is_suspect(place)]
    yield _without_weight_gradients(workshop)
    yield list(_other_ranges(workshop))
    yield from _arranged(workshop, structural)
    yield list(_extended(workshop))
    yield _replaced(workshop, workshop.items, workshop.part, workshop.places)
    yield from _arranged_and_replaced(workshop, structural, suspects)
    yield list(_both_replaced(workshop))
    yield from _arranged_and_replaced(workshop, structural, workshop.places)
    yield from _arranged_twice(workshop, structural)


def _best(workshop: Workshop, choices: Sequence[Choice]) -> Repair | None:
    ranked = sorted(choices, key=lambda choice: choice[0])
    return next((repair for _, repair in ranked if workshop.confirmed(repair)), None)


def _replaced(
    workshop: Workshop,
    items: tuple[Item, ...],
    part: Part,
    places: Sequence[Place],
    changes: tuple[Rearrangement, ...] = (),
) -> list[Choice]:
    """Another operand in one place, or in several that mean the same."""
    pool = workshop.pool
    positions = {item: position for position, item in enumerate(items)}
    values = workshop.values(items)
    found = []
    for place in places:
        if any(index not in positions for index in place):
            continue
        changed = list(values)
        for index in place:
            changed[positions[index]] = pool.values
        for choice in np.flatnonzero(workshop.fits(part, changed, pool.values.shape)):
            replacement = workshop.replacement(place, int(choice))
            cost = float(pool.costs[choice]) + _PARTIAL * workshop.is_partial(place)
            found.append((cost, Repair(items, (replacement,), changes)))
    return found


def _in_other_rows(workshop: Workshop) -> list[Choice]:
    """All operands that stand in a wrong row, moved to the right one."""
    exercise = workshop.judge.exercise
    leaves = list(exercise.equations[workshop.quantity].leaves())
    usual = 1 if workshop.quantity in exercise.starts else 0
    replacements = []
    for place in workshop.places:
        old = workshop.meaning(place).expression
        if not isinstance(old, Symbol) or old.name in exercise.constants:
            continue
        own = {leaf for leaf in leaves if isinstance(leaf, Symbol) and leaf.name == old.name}
        new = own.pop() if len(own) == 1 else Symbol(old.name, usual)
        if old != new and not workshop.is_partial(place):
            replacements.append(Replacement(place, workshop.meaning(place), new))
    return [(0.0, Repair(workshop.items, tuple(replacements)))] if replacements else []


def _without_weight_gradients(workshop: Workshop) -> list[Choice]:
    """The error of an output instead of the gradient of one of its weights, wherever it is."""
    network = workshop.judge.exercise.network
    own = next(
        (
            hidden
            for layer in network.hidden_layers
            for hidden, neuron in enumerate(layer.neurons)
            if workshop.quantity in map(gradient_name, neuron.weights)
        ),
        None,
    )
    if own is None or not written_out(network, workshop.judge.exercise.samples_a_step):
        return []
    found = []
    for weighted in (False, True):
        replacements = []
        for output, neuron in enumerate(network.outputs):
            delta = output_delta(network, output)
            new = delta * Symbol(neuron.weights[own]) if weighted else delta
            for weight in neuron.weights:
                old = Symbol(gradient_name(weight))
                place = tuple(
                    index
                    for index, meaning in enumerate(workshop.meanings)
                    if meaning is not None and meaning.expression == old
                )
                if place:
                    replacements.append(Replacement(place, workshop.meaning(place), new))
        if replacements:
            found.append((float(weighted), Repair(workshop.items, tuple(replacements))))
    return found


def _other_ranges(workshop: Workshop) -> Iterator[Choice]:
    """Another quantity of all samples in the place of a range."""
    for place in workshop.places:
        if not isinstance(workshop.meaning(place).expression, Area):
            continue
        for new in workshop.judge.exercise.over_samples:
            values = workshop.values(workshop.items)
            for index in place:
                values[index] = workshop.value(new)
            if workshop.fits(workshop.part, values):
                replacement = Replacement(place, workshop.meaning(place), new)
                yield _PARTIAL * workshop.is_partial(place), Repair(workshop.items, (replacement,))


def _arranged(workshop: Workshop, structural: Sequence[Rearrangement]) -> Iterator[list[Choice]]:
    """The tokens in another arrangement."""
    for change in structural:
        part = workshop.parsed(change.items)
        if part is not None and workshop.fits(part, workshop.values(change.items)):
            yield [(0.0, Repair(change.items, (), (change,)))]


def _arranged_and_replaced(
    workshop: Workshop, structural: Sequence[Rearrangement], places: Sequence[Place]
) -> Iterator[list[Choice]]:
    """The tokens in another arrangement, and another operand as well."""
    for change in structural if places else ():
        part = workshop.parsed(change.items)
        if part is not None:
            yield _replaced(workshop, change.items, part, places, (change,))


def _extended(workshop: Workshop) -> Iterator[Choice]:
    """A factor or a term put in."""
    pool, count = workshop.pool, len(workshop.tokens)
    for part in _all_parts(workshop.part):
        atomic = part.operator is None or workshop.tokens[part.start].kind == "("
        whole = part.start == 0 and part.end == count - 1
        for sign, slip in (
            ("*", Slip.FACTOR_MISSING),
            ("+", Slip.TERM_MISSING),
            ("-", Slip.TERM_MISSING),
        ):
            inner: tuple[Item, ...] = tuple(range(part.start, part.end))
            new_ones: tuple[Item, ...] = (Token(sign, sign), Token("name", "x"))
            if sign == "*":
                added = (*(inner if atomic else (_OPEN, *inner, _CLOSE)), *new_ones)
                position = part.start + len(added) - 1
            else:
                added = (*inner, *new_ones) if whole else (_OPEN, *inner, *new_ones, _CLOSE)
                position = part.start + len(added) - 1 - (not whole)
            items = (*range(part.start), *added, *range(part.end, count))
            tree = workshop.parsed(items)
            if tree is None:
                continue
            values = workshop.values(items)
            values[position] = pool.values
            for choice in np.flatnonzero(workshop.fits(tree, values, pool.values.shape)):
                new = pool.expressions[choice]
                change = Rearrangement(slip, items, (new,), (sign,), ((position, new),))
                # Of several places for a factor, the one at the end of the formula.
                cost = float(pool.costs[choice]) + 0.001 * (count - part.end)
                yield cost, Repair(items, (), (change,))


def _both_replaced(workshop: Workshop) -> Iterator[Choice]:
    """Other operands in two places."""
    pool = workshop.pool
    for first, second in combinations(workshop.places, 2):
        if set(first) & set(second):
            continue
        values = workshop.values(workshop.items)
        for index in first:
            values[index] = pool.values[:, None]
        for index in second:
            values[index] = pool.values[None, :]
        shape = (len(pool.values), len(pool.values))
        partial = workshop.is_partial(first) + workshop.is_partial(second)
        for one, other in np.argwhere(workshop.fits(workshop.part, values, shape)):
            replacements = (
                workshop.replacement(first, int(one)),
                workshop.replacement(second, int(other)),
            )
            if not any(_is_far_fetched(change) for change in replacements):
                cost = float(pool.costs[one] + pool.costs[other]) + _PARTIAL * partial
                yield cost, Repair(workshop.items, replacements)


def _arranged_twice(
    workshop: Workshop, structural: Sequence[Rearrangement]
) -> Iterator[list[Choice]]:
    """The same slip in two places."""
    for first, second in combinations(structural, 2):
        if first.slip is not second.slip or first.slip not in _REPEATED:
            continue
        items = _combined(workshop.items, first.items, second.items)
        part = None if items is None else workshop.parsed(items)
        if items is not None and part is not None and workshop.fits(part, workshop.values(items)):
            yield [(0.0, Repair(items, (), (first, second)))]


def _combined(
    plain: Sequence[Item], first: Sequence[Item], second: Sequence[Item]
) -> tuple[Item, ...] | None:
    """Two arrangements at once: tokens left out, or exchanged, by either; None if they clash."""
    if len(first) == len(second) == len(plain):
        merged = []
        for item, one, other in zip(plain, first, second, strict=True):
            if one != item and other != item:
                return None
            merged.append(one if one != item else other)
        return tuple(merged)
    kept = set(first) & set(second)
    both = tuple(item for item in plain if item in kept)
    return both if len(both) < min(len(first), len(second)) else None


def _is_plain(change: Replacement) -> bool:
    """Whether a quantity takes another one's place, or anything a blank or foreign cell's."""
    if isinstance(change.old.expression, Outside):
        return isinstance(change.new, (Symbol, Number))
    return isinstance(change.new, Symbol)


def _is_far_fetched(change: Replacement) -> bool:
    """Whether a number takes the place of a quantity."""
    return isinstance(change.new, Number) and isinstance(change.old.expression, Symbol)


def _all_parts(part: Part) -> Iterator[Part]:
    yield part
    for operand in part.operands:
        yield from _all_parts(operand)
