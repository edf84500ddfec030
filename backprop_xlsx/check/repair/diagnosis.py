"""What is wrong with a formula: the repair that makes it right, or what it computes instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from backprop_xlsx.check.judging.verdicts import Judge, evaluated
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Outside, meant
from backprop_xlsx.check.repair.changes import Repair
from backprop_xlsx.check.repair.search import further_repair, simple_repair
from backprop_xlsx.check.repair.workshop import Effort, Workshop
from backprop_xlsx.formula.expression import Expression, Number, Symbol


class Kind(Enum):
    """The ways in which a cell can be wrong."""

    REPAIRED = auto()
    TYPED = auto()
    COPIES = auto()
    REPEATS = auto()
    UPDATED = auto()
    CIRCULAR = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a quantity's formula.

    ``meanings`` are those of the formula's operands in the row where it was found; ``other`` is
    the quantity that it computes instead, if any.
    """

    quantity: str
    kind: Kind
    meanings: tuple[Meaning | None, ...] = ()
    repair: Repair | None = None
    other: str | None = None


@dataclass
class Diagnoses:
    """What was found before in a book, by quantity and by what the formula's operands mean."""

    found: dict[tuple[object, ...], Diagnosis] = field(default_factory=dict)
    effort: Effort = field(default_factory=Effort)


def diagnose(judge: Judge, quantity: str, form: Form, row: int, known: Diagnoses) -> Diagnosis:
    """Find out what is wrong with a form in a row; ``known`` holds what was found before."""
    meanings = judge.surroundings.meanings(form.tokens, row, row - form.first_row)
    if any(m is not None and not isinstance(m.expression, (Symbol, Number)) for m in meanings):
        # The words will name cells of this table.
        return _diagnose(judge, quantity, form, meanings, known.effort)
    key = judge.key(quantity, form.tokens, meanings)
    if key not in known.found:
        known.found[key] = _diagnose(judge, quantity, form, meanings, known.effort)
    return known.found[key]


def _diagnose(
    judge: Judge,
    quantity: str,
    form: Form,
    meanings: Sequence[Meaning | None],
    effort: Effort,
) -> Diagnosis:
    expression = meant(form.part.expression, meanings)
    leaves = list(expression.leaves())
    if not any(isinstance(leaf, (Symbol, Outside)) for leaf in leaves):
        return Diagnosis(quantity, Kind.TYPED)
    if effort.left <= 0:
        return Diagnosis(quantity, Kind.OTHER, tuple(meanings))
    workshop = Workshop(judge, quantity, form.tokens, meanings, effort)
    repair = simple_repair(workshop)
    if repair is None:
        instead = _instead(judge, quantity, expression, leaves)
        if instead is not None:
            return Diagnosis(quantity, instead[0], tuple(meanings), None, instead[1])
        repair = further_repair(workshop)
    if repair is not None:
        return Diagnosis(quantity, Kind.REPAIRED, tuple(meanings), repair)
    circular = Symbol(quantity) in leaves
    return Diagnosis(quantity, Kind.CIRCULAR if circular else Kind.OTHER, tuple(meanings))


def _instead(
    judge: Judge, quantity: str, expression: Expression, leaves: Sequence[Expression]
) -> tuple[Kind, str | None] | None:
    """What a formula computes instead of its quantity."""
    probes = judge.probes
    value = evaluated(expression, probes)
    exercise = judge.exercise
    if quantity not in exercise.starts and Symbol(quantity).before in leaves:
        names = {leaf.name for leaf in leaves if isinstance(leaf, Symbol)}
        if names & set(exercise.gradients):
            return Kind.UPDATED, None
    if isinstance(expression, Symbol) and expression.name == quantity:
        return Kind.REPEATS if expression.steps_back else Kind.CIRCULAR, None
    for other in exercise.computed:
        if other != quantity and probes.right(other, value):
            return Kind.COPIES, other
    return None
