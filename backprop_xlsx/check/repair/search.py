"""Search for the smallest edit that makes a wrong formula right at every probe."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain, combinations

import numpy as np

from backprop_xlsx.check.reading.meanings import Area, Outside
from backprop_xlsx.check.repair.changes import Item, Rearrangement, Repair, Replacement
from backprop_xlsx.check.repair.slips.arithmetic import MissingFactor, MissingTerm
from backprop_xlsx.check.repair.slips.catalogue import rearrangements
from backprop_xlsx.check.repair.slips.functions import ExtraFunction, WrongSlope
from backprop_xlsx.check.repair.slips.operators import WrongComparison
from backprop_xlsx.check.repair.slips.quantities import WeightGradient, WrongRange, WrongRow
from backprop_xlsx.check.repair.slips.structure import MissingOperand, StructuralSlip
from backprop_xlsx.check.repair.workshop import USUAL_NUMBERS, Exhausted, Spot, Workshop
from backprop_xlsx.formula.expression import Number, Symbol

Option = tuple[float, Repair]
"""A repair, and how far-fetched it is."""

_PARTIAL = 0.1
"""How much less likely it is that only some of the same operands are wrong."""


def simple_repair(workshop: Workshop) -> Repair | None:
    """The repair that puts another quantity, or other rows, in the place of one; None if none.

    A function around the whole and a comparison go first: within a condition, many an operand may
    be exchanged.
    """
    try:
        decided = _best(workshop, list(_of_what_decides(workshop)))
        if decided is not None:
            return decided
        replaced = _replaced(workshop, workshop.spots)
    except Exhausted:
        return None
    constants = workshop.judge.exercise.constants
    plain = [option for option in replaced if _is_plain(option[1].replacements[0], constants)]
    return _best(workshop, plain) or _best(workshop, _ranked(WrongRow.undone(workshop)))


def completing_repair(workshop: Workshop) -> Repair | None:
    """The factor or the term that a formula lacks; None if none is known."""
    try:
        return _best(workshop, list(_extended(workshop, (MissingFactor, MissingTerm))))
    except Exhausted:
        return None


def further_repair(workshop: Workshop) -> Repair | None:
    """The smallest other repair; None if there is none near."""
    try:
        for options in _further_options(workshop):
            found = _best(workshop, options)
            if found is not None:
                return found
    except Exhausted:
        pass
    return None


def _further_options(workshop: Workshop) -> Iterator[list[Option]]:
    """Repairs, those that are equally likely together, the likelier ones first."""
    structural = rearrangements(workshop.formula)
    suspects = [spot for spot in workshop.spots if workshop.is_suspect(spot)]
    gradients = list(WeightGradient.undone(workshop))
    yield _ranked(gradients)
    yield list(_other_ranges(workshop))
    yield _ranked(WrongRange.undone(workshop))
    yield from _arranged(workshop, structural)
    yield [
        (0.0, Repair(change.items, repair.replacements, (change,)))
        for change in structural
        for repair in gradients
    ]
    yield list(_other_numbers(workshop, suspects))
    yield list(_extended(workshop, (WrongSlope,)))
    yield list(_extended(workshop, (MissingFactor, MissingTerm)))
    yield _replaced(workshop, workshop.spots)
    yield from _arranged_and_replaced(workshop, structural, suspects)
    yield from _arranged_twice(workshop, structural)
    yield list(_both_replaced(workshop))
    yield from _arranged_and_replaced(workshop, structural, workshop.spots)


def _of_what_decides(workshop: Workshop) -> Iterator[Option]:
    """The formula without the function around it, then with other comparisons."""
    without = ExtraFunction.undone_at(workshop.formula, workshop.part)
    for change in chain(without, WrongComparison.undone(workshop.formula)):
        yield 0.0, Repair(change.items, (), (change,))


def _ranked(repairs: Iterable[Repair]) -> list[Option]:
    """Repairs as a slip gives them, the likelier ones first."""
    return [(float(rank), repair) for rank, repair in enumerate(repairs)]


def _best(workshop: Workshop, options: Sequence[Option]) -> Repair | None:
    ranked = sorted(options, key=lambda option: option[0])
    return next((repair for _, repair in ranked if workshop.confirmed(repair)), None)


def _replaced(
    workshop: Workshop, spots: Sequence[Spot], change: Rearrangement | None = None
) -> list[Option]:
    """Another operand in one spot, or in several that mean the same; after a rearrangement too."""
    items = workshop.items if change is None else change.items
    part = workshop.part if change is None else workshop.parsed(items)
    if part is None:
        return []
    changes = () if change is None else (change,)
    pool = workshop.pool
    positions = {item: position for position, item in enumerate(items)}
    values = workshop.values(items)
    found = []
    for spot in spots:
        if any(index not in positions for index in spot):
            continue
        changed = list(values)
        for index in spot:
            changed[positions[index]] = pool.values
        for choice in np.flatnonzero(workshop.fits(part, changed, pool.values.shape)):
            replacement = workshop.replacement(spot, int(choice))
            cost = float(pool.costs[choice]) + _PARTIAL * workshop.is_partial(spot)
            found.append((cost, Repair(items, (replacement,), changes)))
    return found


def _other_numbers(workshop: Workshop, suspects: Sequence[Spot]) -> Iterator[Option]:
    """Another number in the place of one that no right formula has."""
    for option in _replaced(workshop, suspects):
        (change,) = option[1].replacements
        if isinstance(change.old.expression, Number) and isinstance(change.new, Number):
            yield option


def _other_ranges(workshop: Workshop) -> Iterator[Option]:
    """Another quantity of all samples in the place of a range."""
    for spot in workshop.spots:
        if not isinstance(workshop.meaning(spot).expression, Area):
            continue
        for new in workshop.judge.exercise.over_samples:
            if workshop.fits_with(spot, new):
                replacement = Replacement(spot, workshop.meaning(spot), new)
                yield _PARTIAL * workshop.is_partial(spot), Repair(workshop.items, (replacement,))


def _arranged(workshop: Workshop, structural: Sequence[Rearrangement]) -> Iterator[list[Option]]:
    """The tokens in another arrangement."""
    for change in structural:
        part = workshop.parsed(change.items)
        if part is not None and workshop.fits(part, workshop.values(change.items)):
            yield [(0.0, Repair(change.items, (), (change,)))]


def _arranged_and_replaced(
    workshop: Workshop, structural: Sequence[Rearrangement], spots: Sequence[Spot]
) -> Iterator[list[Option]]:
    """The tokens in another arrangement, and another operand as well."""
    for change in structural if spots else ():
        yield _replaced(workshop, spots, change)


def _extended(workshop: Workshop, slips: Sequence[type[MissingOperand]]) -> Iterator[Option]:
    """A factor or a term put in, or another derivative."""
    pool, count = workshop.pool, len(workshop.tokens)
    for gap in (gap for slip in slips for gap in slip.gaps(workshop.formula)):
        part = workshop.parsed(gap.items)
        if part is None:
            continue
        values = workshop.values(gap.items)
        values[gap.position] = pool.values
        for choice in np.flatnonzero(workshop.fits(part, values, pool.values.shape)):
            new = pool.expressions[choice]
            slip = gap.slip(new)
            if not slip.is_plausible:
                continue
            change = Rearrangement(slip, gap.items, ((gap.position, new),))
            # Of several places for a factor, the one at the end of the formula.
            cost = float(pool.costs[choice]) + 0.001 * (count - gap.end)
            yield cost, Repair(gap.items, (), (change,))


def _both_replaced(workshop: Workshop) -> Iterator[Option]:
    """Other operands in two places."""
    pool = workshop.pool
    for first, second in combinations(workshop.spots, 2):
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
) -> Iterator[list[Option]]:
    """The same slip in two places."""
    for first, second in combinations(structural, 2):
        slip = first.slip
        if not (isinstance(slip, StructuralSlip) and slip.repeats and slip.is_like(second.slip)):
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


def _is_plain(change: Replacement, constants: Container[str]) -> bool:
    """Whether a quantity takes another one's place, or anything a blank or foreign cell's.

    For a usual number none does that is computed: nobody types 1 in the place of a_h1.
    """
    old, new = change.old.expression, change.new
    if isinstance(old, Outside):
        return isinstance(new, (Symbol, Number))
    if isinstance(old, Number) and old.constant in USUAL_NUMBERS:
        return isinstance(new, Symbol) and new.name in constants
    return isinstance(new, Symbol)


def _is_far_fetched(change: Replacement) -> bool:
    """Whether a number takes the place of a quantity."""
    return isinstance(change.new, Number) and isinstance(change.old.expression, Symbol)
