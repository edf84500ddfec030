"""Say in a sentence what a mistake is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_xlsx.check.faults.parentheses import bracketed, of_parentheses
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Outside, Place
from backprop_xlsx.check.repair.changes import Rearrangement, Replacement, Slip
from backprop_xlsx.check.repair.diagnosis import Diagnosis, Kind
from backprop_xlsx.check.repair.pool import EULER
from backprop_xlsx.formula.expression import Expression, Number, Operation, Symbol
from backprop_xlsx.formula.tokens import Token
from backprop_xlsx.model.names import LEARNING_RATE, gradient_name, label

_SIGNS = {"-": "−", "*": "*", "+": "+", "/": "/", "^": "^"}


@dataclass(frozen=True)
class Circumstances:
    """What is known beyond the formula itself.

    ``exercise`` is what the table is held against; ``cells`` is how many are wrong; ``places`` are
    the cells to which the wrong operand refers, from the first row of the column to the last, each
    once; ``names`` how the table's sheet names them; ``learning_rate`` the name of the learning
    rate's cell, None if it is a typed number.
    """

    exercise: Exercise
    cells: int = 1
    places: Sequence[Place] = ()
    names: Sequence[str] = ()
    learning_rate: str | None = None


def explanation(diagnosis: Diagnosis, tokens: Sequence[Token], known: Circumstances) -> str:
    """The mistake in a sentence, without a full stop."""
    quantity = diagnosis.quantity
    if diagnosis.kind is Kind.TYPED:
        return "a number is typed in where a formula belongs"
    if diagnosis.kind is Kind.COPIES:
        return f"copies {label(diagnosis.other or '')}"
    if diagnosis.kind is Kind.REPEATS:
        done = "is not updated: it repeats" if quantity in known.exercise.parameters else "repeats"
        return f"{label(quantity)} {done} the number of another row"
    if diagnosis.kind is Kind.UPDATED:
        names = dict.fromkeys(leaf.text() for leaf in known.exercise.equations[quantity].leaves())
        sources = ", ".join(sorted(names, key=lambda name: name not in known.exercise.weights))
        return f"{label(quantity)} is updated like a weight instead of computed from {sources}"
    should = f"{label(quantity)} should be {known.exercise.equations[quantity].text()}"
    if diagnosis.kind is Kind.CIRCULAR:
        return f"refers to its own cell: {should}"
    repair = diagnosis.repair
    if repair is None:
        return f"computes something else: {should}"
    phrases = [
        _of_rearrangement(change, diagnosis, tokens)
        for change in dict.fromkeys(repair.rearrangements)
    ]
    if len(repair.replacements) > 1:
        phrases.append(_of_several(quantity, repair.replacements, known))
    else:
        phrases += [_of_replacement(quantity, change, known) for change in repair.replacements]
    return ", and ".join(dict.fromkeys(phrases))


def _of_replacement(quantity: str, change: Replacement, known: Circumstances) -> str:
    old, new = change.old.expression, change.new
    new_text = _named(new)
    if isinstance(old, Outside):
        return _of_outside(old, new, known)
    if isinstance(old, Number):
        typed = f"{old.constant:.15g}"
        if isinstance(new, Symbol):
            if new.name == LEARNING_RATE:
                origin = f" from {known.learning_rate}" if known.learning_rate else ""
                return f"the learning rate is typed in ({typed}) instead of taken{origin}"
            role = _role(known.exercise, new.name)
            subject = f"the {role}" if role else label(new.name)
            instead = f" instead of {new_text}" if role else ""
            return f"{subject} is typed in ({typed}){instead}"
        return f"{typed} stands where {new_text} belongs"
    if isinstance(old, Symbol) and isinstance(new, Symbol):
        return _of_symbols(quantity, old, new, known)
    gradient = isinstance(old, Symbol) and old.name in known.exercise.gradients
    if gradient and not isinstance(new, Number):
        return f"uses the weight gradient {_named(old)} where {new_text} belongs"
    return f"uses {_named(old)} where {new_text} belongs"


def _of_symbols(quantity: str, old: Symbol, new: Symbol, known: Circumstances) -> str:
    if new.name == LEARNING_RATE:
        return _of_learning_rate(known) or f"uses {label(old.name)} as learning rate"
    if old.name == new.name:
        return _of_rows(old, new, known)
    if quantity in known.exercise.parameters:
        if new == Symbol(gradient_name(quantity)).before and old.name in known.exercise.gradients:
            row = _row(old) if old.steps_back != 1 else ""
            return f"{quantity} is updated with the gradient of {old.name[len('dE/d') :]}{row}"
        if new == Symbol(quantity).before:
            return f"{quantity} is updated from {_named(old)} instead of from {quantity}"
    there = _row(old) if old.steps_back != new.steps_back else ""
    return f"uses {label(old.name)}{there} where {label(new.name)} belongs"


def _of_rows(old: Symbol, new: Symbol, known: Circumstances) -> str:
    belongs = "the row above" if new.steps_back else "its own row"
    rows = {row for _, row, _ in known.places}
    if len(rows) == 1 and (known.cells > 1 or old.steps_back not in (0, 1)):
        return f"refers to row {rows.pop()} in every row instead of {belongs}"
    return f"uses {label(old.name)}{_row(old)} instead of that of {belongs}"


def _of_outside(old: Outside, new: Expression, known: Circumstances) -> str:
    if isinstance(new, Symbol) and new.name == LEARNING_RATE:
        found = _of_learning_rate(known)
        if found is not None:
            return found
    what = {"blank": "the blank cell ", "text": "the text in ", "error": "the error "}
    if old.kind == "run":
        return f"uses {old.name} of another table where {_named(new)} belongs"
    if old.kind == "number":
        return f"uses {old.name} ({old.number:.15g}) where {_named(new)} belongs"
    return f"{what[old.kind]}{old.name} stands where {_named(new)} belongs"


def _of_learning_rate(known: Circumstances) -> str | None:
    names = list(dict.fromkeys(known.names))
    if len(names) > 1:
        listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        return f"the learning rate's reference drifts: {listed}"
    if names and known.learning_rate:
        return f"uses {names[0]} where the learning rate ({known.learning_rate}) belongs"
    return None


def _of_several(quantity: str, changes: Sequence[Replacement], known: Circumstances) -> str:
    first, second = changes[:2]
    if first.old.expression == second.new and second.old.expression == first.new:
        names = sorted(_named(change.old.expression) for change in changes)
        return f"{names[0]} and {names[1]} are swapped"
    olds = [change.old.expression for change in changes]
    if all(_is_same_column(change) for change in changes):
        return _of_shifted(changes, known)
    if all(isinstance(old, Symbol) and old.name in known.exercise.gradients for old in olds):
        wrong, right = _joined(olds), _joined([change.new for change in changes])
        return f"uses the weight gradients {wrong} in place of {right}"
    return ", and ".join(_of_replacement(quantity, change, known) for change in changes)


def _role(exercise: Exercise, name: str) -> str | None:
    if name in exercise.targets:
        return "target"
    if name in exercise.inputs:
        return "input"
    return "bias" if name in exercise.biases else None


def _is_same_column(change: Replacement) -> bool:
    old, new = change.old.expression, change.new
    return isinstance(old, Symbol) and isinstance(new, Symbol) and old.name == new.name


def _of_shifted(changes: Sequence[Replacement], known: Circumstances) -> str:
    old, new = changes[0].old.expression, changes[0].new
    assert isinstance(old, Symbol)
    assert isinstance(new, Symbol)
    belongs = "the row above" if new.steps_back else "its own row"
    rows = {row for _, row, _ in known.places}
    if len(rows) == 1 and known.cells > 1:
        return f"refers to row {rows.pop()} in every row instead of {belongs}"
    names = " and ".join(label(name) for name in _names(changes))
    return f"uses {names}{_row(old)} instead of those of {belongs}"


def _names(changes: Sequence[Replacement]) -> list[str]:
    return [change.new.name for change in changes if isinstance(change.new, Symbol)]


def _of_rearrangement(change: Rearrangement, diagnosis: Diagnosis, tokens: Sequence[Token]) -> str:
    slip = change.slip
    subject = bracketed(change.subjects[0]) if change.subjects else ""
    if slip is Slip.CALL:
        return f"{change.words[0]} of {subject} stands where {subject} alone belongs"
    if slip is Slip.FACTOR_TWICE:
        return f"the factor {subject} stands twice"
    if slip is Slip.FACTOR:
        return f"divides by {subject}" if change.words == ("/",) else f"multiplies by {subject}"
    if slip is Slip.FACTOR_MISSING:
        return f"the factor {subject} is missing"
    if slip is Slip.TERM:
        sign = _SIGNS[change.words[0]]
        return f"the term {sign} {subject} does not belong"
    if slip is Slip.TERM_MISSING:
        sign = _SIGNS[change.words[0]]
        return f"the term {sign} {subject} is missing"
    if slip is Slip.SQUARE:
        return f"squares {subject}"
    if slip is Slip.NO_SQUARE:
        return f"the square of {subject} is missing"
    if slip is Slip.OPERATOR:
        left, right = (bracketed(side) for side in change.subjects)
        wrong, right_sign = (_SIGNS[word] for word in change.words)
        return f"uses {wrong} where {right_sign} belongs, between {left} and {right}"
    if slip is Slip.SWAPPED:
        return _of_swapped(change)
    if slip is Slip.SIGN:
        return f"the sign is wrong: −{subject} belongs where {subject} stands"
    if slip is Slip.SIGN_TOO_MANY:
        return f"the minus sign of {change.subjects[0].text()} does not belong"
    return of_parentheses(change, diagnosis, tokens)


def _of_swapped(change: Rearrangement) -> str:
    operation = change.subjects[0]
    assert isinstance(operation, Operation)
    right = Operation(operation.operator, operation.right, operation.left)
    sign = "the sign is wrong: " if operation.operator == "-" else ""
    return f"{sign}{operation.text()} stands where {right.text()} belongs"


def _joined(expressions: Sequence[Expression]) -> str:
    return " and ".join(_named(expression) for expression in expressions)


def _named(expression: Expression) -> str:
    if isinstance(expression, Number) and expression.constant == EULER:
        return "e = exp(1)"
    return expression.text()


def _row(symbol: Symbol) -> str:
    if symbol.steps_back == 1:
        return " of the row above"
    if symbol.steps_back == 0:
        return " of the same row"
    return " of the row below" if symbol.steps_back == -1 else " of another row"
