"""What every slip has: its code, its meaning, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.meanings import Meaning, Place
from backprop_xlsx.formula.tokens import Token


@dataclass(frozen=True)
class Case:
    """The wrong cells of a quantity, as far as the words for their slips need them.

    ``exercise`` is what the table is held against; ``tokens`` are those of the first wrong
    formula and ``meanings`` what its operands should stand for; ``cells`` is how many are wrong;
    ``places`` are the cells to which the wrong operand refers, from the first row of the column
    to the last, each once; ``names`` how the table's sheet names them; ``learning_rate`` the name
    of the learning rate's cell, None if it is a typed number.
    """

    exercise: Exercise
    quantity: str
    tokens: Sequence[Token] = ()
    meanings: Sequence[Meaning | None] = ()
    cells: int = 1
    places: Sequence[Place] = ()
    names: Sequence[str] = ()
    learning_rate: str | None = None


class Slip:
    """One mistake: ``code`` names its sort, ``meaning`` says in a few words what that is.

    ``why`` is a sentence on what it does, without a full stop; none where the equation of the
    quantity itself tells.
    """

    code: ClassVar[str]
    meaning: ClassVar[str]
    why: ClassVar[str] = ""

    def words(self, case: Case) -> str:
        """The mistake in a sentence, without a full stop: its meaning, where there is no more."""
        return self.meaning
