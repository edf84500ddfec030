"""A cell that holds no formula, or none that can be judged, and whose content is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.formula.names import label


@dataclass(frozen=True)
class TypedNumber(Slip):
    """A number instead of a formula, or a formula of numbers alone."""

    code = "typed-number"
    meaning = "a number is typed in where a formula belongs"
    why = (
        "a typed number is right for one start at best: it does not follow when a start value "
        "or the learning rate changes"
    )


@dataclass(frozen=True)
class TypedText(Slip):
    """A text instead of a formula."""

    code = "typed-text"
    meaning = "a text is typed in where a formula belongs"
    why = "a text has no value, and what refers to it cannot be computed"


@dataclass(frozen=True)
class MissingFormula(Slip):
    """A blank cell in a step that is filled otherwise."""

    code = "missing-formula"
    meaning = "no formula stands here: the cell is blank"
    why = "what refers to a blank cell counts with 0"


@dataclass(frozen=True)
class TextForNumber(Slip):
    """A text, such as '0.5, where an input, a target or a start weight is given."""

    code = "text-for-number"
    meaning = "a text stands where a number belongs: spreadsheets do not count with it"
    why = "it looks like a number, but what refers to it counts with 0 or shows an error"


@dataclass(frozen=True)
class ErrorForNumber(Slip):
    """An error, such as #N/A, where an input, a target or a start weight is given."""

    code = "error-for-number"
    meaning = "an error stands where a number belongs"
    why = "all that refers to an error is an error"


@dataclass(frozen=True)
class WrongValue(Slip):
    """A wrong number in a column of numbers, or of a formula that fails here for a ``reason``."""

    code = "wrong-value"
    meaning = (
        "the number is not the right one: in a column without formulas, or of a formula that "
        "cannot be evaluated here"
    )

    reason: str | None

    def words(self, case: Case) -> str:
        equation = f"{label(case.quantity)} = {case.exercise.equations[case.quantity].text()}"
        if self.reason is None:
            return f"the number is not that of {equation}"
        return f"the formula {self.reason}; its value is not that of {equation}"


@dataclass(frozen=True)
class WrongStart(Slip):
    """A start value that comes from the run itself, or is not the one that is ``set``."""

    code = "wrong-start"
    meaning = "the first row holds no start value, or not the one that belongs"
    why = "a run begins with numbers that are set, and the updates take over from the next step on"

    set: float | None

    def words(self, case: Case) -> str:
        name = label(case.quantity)
        if self.set is None:
            return f"the start value of {name} refers to cells that are computed from it"
        return f"{name} starts with something else than {self.set:g}"


@dataclass(frozen=True)
class GivenOfAnotherTable(Slip):
    """What is given to another table, though the table has its own."""

    code = "given-of-another-table"
    meaning = "an input, a target or the learning rate is another table's: the table has its own"
    why = "what the other table trains with may change without this one"

    def words(self, case: Case) -> str:
        return f"{label(case.quantity)} is that of another table: the table has its own"


@dataclass(frozen=True)
class ChangingGiven(Slip):
    """An input, a target or a fixed bias that changes from row to row."""

    code = "changing-given"
    meaning = "an input, a target or a fixed bias changes from row to row"
    why = "training changes the weights alone; what is given stays the same in every step"

    def words(self, case: Case) -> str:
        return f"{label(case.quantity)} is given: it does not change from row to row"
