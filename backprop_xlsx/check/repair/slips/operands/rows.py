"""The right quantity in a wrong row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.repair.changes import Repair, Replacement
from backprop_xlsx.check.repair.slips.operands.operand import OperandSlip
from backprop_xlsx.check.repair.slips.slip import Case
from backprop_xlsx.check.repair.slips.wording import joined, of_row
from backprop_xlsx.check.repair.workshop import Workshop
from backprop_xlsx.formula.expression import Symbol


class WrongRow(OperandSlip):
    """Operands of the right column, in a row where they do not belong."""

    code = "wrong-row"
    meaning = "a quantity is taken from a wrong row"

    @classmethod
    def undone(cls, workshop: Workshop) -> Iterator[Repair]:
        """All operands that stand in a wrong row, moved to the right one."""
        exercise = workshop.judge.exercise
        leaves = list(exercise.equations[workshop.quantity].leaves())
        usual = 1 if workshop.quantity in exercise.starts else 0
        replacements = []
        for spot in workshop.spots:
            old = workshop.meaning(spot).expression
            if not isinstance(old, Symbol) or old.name in exercise.constants:
                continue
            own = {leaf for leaf in leaves if isinstance(leaf, Symbol) and leaf.name == old.name}
            new = own.pop() if len(own) == 1 else Symbol(old.name, usual)
            if old != new and not workshop.is_partial(spot):
                replacements.append(Replacement(spot, workshop.meaning(spot), new))
        if replacements:
            yield Repair(workshop.items, tuple(replacements))

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        pairs = [(change.old.expression, change.new) for change in changes]
        return all(
            isinstance(old, Symbol) and isinstance(new, Symbol) and old.name == new.name
            for old, new in pairs
        )

    def words(self, case: Case) -> str:
        old, new = self.old, self.new
        assert isinstance(old, Symbol)
        assert isinstance(new, Symbol)
        alone = len(self.changes) == 1
        belongs = "the row above" if new.steps_back else "its own row"
        rows = {row for _, row, _ in case.places}
        if len(rows) == 1 and (case.cells > 1 or (alone and old.steps_back not in (0, 1))):
            return f"refers to row {rows.pop()} in every row instead of {belongs}"
        quantities = joined(change.new for change in self.changes)
        those = "that" if alone else "those"
        return f"uses {quantities}{of_row(old)} instead of {those} of {belongs}"
