"""A quantity where another one belongs, or the right one in a wrong row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from backprop_xlsx.check.reading.meanings import Area
from backprop_xlsx.check.repair.changes import Repair, Replacement
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.slips.wording import joined, named, of_row
from backprop_xlsx.check.repair.workshop import Workshop
from backprop_xlsx.equations import output_delta, written_out
from backprop_xlsx.formula.expression import Expression, Number, Symbol
from backprop_xlsx.formula.names import gradient_name, of_gradient, of_next

_ENDS = range(-3, 4)
"""By how many columns the end of a range may be wrong."""


@dataclass(frozen=True)
class OperandSlip(Slip, ABC):
    """One or more wrong operands, and what belongs in their place."""

    changes: tuple[Replacement, ...]

    @classmethod
    @abstractmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        """Whether replacements undo this slip."""

    @property
    def old(self) -> Expression:
        """What the first wrong operand stands for."""
        return self.changes[0].old.expression

    @property
    def new(self) -> Expression:
        """What belongs in the place of the first wrong operand."""
        return self.changes[0].new


class SwappedOperands(OperandSlip):
    """Two operands, each in the other's place."""

    code = "swapped-operands"
    meaning = "two quantities stand in each other's place"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        if len(changes) != 2:
            return False
        one, other = changes
        return one.old.expression == other.new and other.old.expression == one.new

    def words(self, case: Case) -> str:
        first, second = sorted(named(change.old.expression) for change in self.changes)
        return f"{first} and {second} are swapped"


class WrongGradient(OperandSlip):
    """An update with the gradient of something else."""

    code = "wrong-gradient"
    meaning = "a weight is updated with the gradient of another one"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        old, new, parameter = change.old.expression, change.new, of_next(case.quantity)
        return (
            parameter in case.exercise.parameters
            and isinstance(old, Symbol)
            and isinstance(new, Symbol)
            and old.name in case.exercise.gradients
            and new.name == gradient_name(parameter)
        )

    def words(self, case: Case) -> str:
        assert isinstance(self.old, Symbol)
        assert isinstance(self.new, Symbol)
        row = of_row(self.old) if self.old.steps_back != self.new.steps_back else ""
        of_what = of_gradient(self.old.name)
        return f"{of_next(case.quantity)} is updated with the gradient of {of_what}{row}"


class WrongWeight(OperandSlip):
    """An update that starts from something else than the weight itself."""

    code = "wrong-weight"
    meaning = "a weight is updated from another quantity than itself"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        parameter = of_next(case.quantity)
        return (
            parameter in case.exercise.parameters
            and isinstance(change.old.expression, Symbol)
            and isinstance(change.new, Symbol)
            and change.new.name == parameter
        )

    def words(self, case: Case) -> str:
        parameter = of_next(case.quantity)
        return f"{parameter} is updated from {named(self.old)} instead of from {parameter}"


class WrongOperand(OperandSlip):
    """One operand where another belongs: what is left when nothing better is known."""

    code = "wrong-operand"
    meaning = "one quantity stands where another belongs"

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        return True

    def words(self, case: Case) -> str:
        old, new = self.old, self.new
        row = ""
        if isinstance(old, Symbol) and isinstance(new, Symbol) and old.steps_back != new.steps_back:
            row = of_row(old)
        return f"uses {named(old)}{row} where {named(new)} belongs"


class WrongRow(OperandSlip):
    """Operands of the right column, in a row where they do not belong."""

    code = "wrong-row"
    meaning = "a quantity is taken from a wrong row"
    why = (
        "a row is one step: all of it uses the weights of its own row, and only an update "
        "looks at the row above"
    )

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
        updated = old.steps_back == -1 and old.name in case.exercise.parameters
        remark = ", already updated," if updated else ""
        return f"uses {quantities}{of_row(old)}{remark} instead of {those} of {belongs}"


class WeightGradient(OperandSlip):
    """A gradient of the later layer's weights in that of an earlier one."""

    code = "weight-gradient"
    meaning = "the gradient of a weight stands where the error of its neuron belongs"

    @classmethod
    def undone(cls, workshop: Workshop) -> Iterator[Repair]:
        """The error of an output instead of the gradient of one of its weights, wherever it is."""
        exercise = workshop.judge.exercise
        network = exercise.network
        source = next(
            (
                hidden
                for layer in network.hidden_layers
                for hidden, neuron in enumerate(layer.neurons)
                if workshop.quantity in map(gradient_name, neuron.weights)
            ),
            None,
        )
        if source is None or not written_out(network, exercise.samples_a_step):
            return
        for weighted in (False, True):
            replacements = []
            for output, neuron in enumerate(network.outputs):
                delta = output_delta(network, output)
                new = delta * Symbol(neuron.weights[source]) if weighted else delta
                for weight in neuron.weights:
                    spot = workshop.spot_of(Symbol(gradient_name(weight)))
                    if spot:
                        replacements.append(Replacement(spot, workshop.meaning(spot), new))
            if replacements:
                yield Repair(workshop.items, tuple(replacements))

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        whole = len(changes) > 1 or not isinstance(changes[0].new, (Symbol, Number))
        olds = [change.old.expression for change in changes]
        gradients = case.exercise.gradients
        return whole and all(isinstance(old, Symbol) and old.name in gradients for old in olds)

    def words(self, case: Case) -> str:
        wrong = joined(change.old.expression for change in self.changes)
        right = joined(change.new for change in self.changes)
        if len(self.changes) == 1:
            return f"uses the weight gradient {wrong} where {right} belongs"
        return f"uses the weight gradients {wrong} in place of {right}"


class WrongRange(OperandSlip):
    """A range that begins or ends in a wrong column."""

    code = "wrong-range"
    meaning = "a range takes in too many cells, or too few, or others"

    @classmethod
    def undone(cls, workshop: Workshop) -> Iterator[Repair]:
        """Each range with its ends moved, the nearest ones first."""
        names = workshop.judge.table.quantities
        if not any(
            meaning and isinstance(meaning.expression, Area) for meaning in workshop.meanings
        ):
            return
        for spot in workshop.spots:
            cells = _in_one_row(workshop.meaning(spot).expression)
            first = cells and workshop.judge.table.columns.get(cells[0].name)
            if not cells or not first:
                continue
            for start, end in sorted(product(_ENDS, _ENDS), key=lambda ends: sum(map(abs, ends))):
                columns = range(first + start, first + len(cells) + end)
                if (start or end) and len(columns) > 1 and all(c in names for c in columns):
                    row = tuple(Symbol(names[c], cells[0].steps_back) for c in columns)
                    new = Area(" … ".join((row[0].text(), row[-1].text())), (row,))
                    if workshop.fits_with(spot, new):
                        replacement = Replacement(spot, workshop.meaning(spot), new)
                        yield Repair(workshop.items, (replacement,))

    @classmethod
    def explains(cls, changes: Sequence[Replacement], case: Case) -> bool:
        (change,) = changes
        return isinstance(change.new, Area)

    def words(self, case: Case) -> str:
        old, new = (_in_one_row(area) for area in (self.old, self.new))
        if not isinstance(self.old, Area):
            return f"{named(self.old)} stands where the range {_ends(new)} belongs"
        added = [cell for cell in old if cell not in new]
        missing = [cell for cell in new if cell not in old]
        if added and missing:
            return f"the range {_ends(old)} stands where {_ends(new)} belongs"
        if added:
            return f"the range {_ends(old)} takes in {joined(added)}"
        return f"the range {_ends(old)} leaves out {joined(missing)}"


def _in_one_row(expression: Expression) -> list[Symbol]:
    """The quantity of a cell, or those of a range of cells side by side; none of what has none."""
    if isinstance(expression, Symbol):
        return [expression]
    if not isinstance(expression, Area) or len(expression.rows) != 1:
        return []
    cells = [cell for cell in expression.rows[0] if isinstance(cell, Symbol)]
    return cells if len(cells) == len(expression.rows[0]) else []


def _ends(cells: Sequence[Symbol]) -> str:
    return f"{cells[0].text()} … {cells[-1].text()}"
