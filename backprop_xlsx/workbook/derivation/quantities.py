"""What the lines of the derivation are computed from: each quantity's cell, value and text."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.derivation.lines import Line, Part
from backprop_xlsx.formula.expression import Expression, Number, Operation, Symbol, Value
from backprop_xlsx.formula.names import STEP, label
from backprop_xlsx.workbook.derivation.written_numbers import WrittenNumber, WrittenNumbers
from backprop_xlsx.workbook.layout import all_starts, start_cell
from backprop_xlsx.workbook.network.selection import SELECTED_STEP, Selection

Key = tuple[str, int, tuple[int, ...]]  # name, step, and the runs that it is of


class Quantities:
    """The numbers of the chosen run, step and sample, and those that the lines have found."""

    def __init__(self, selection: Selection, numbers: WrittenNumbers) -> None:
        self._selection = selection
        self._experiment = selection.experiment
        self._numbers = numbers
        self._found: dict[Key, WrittenNumber] = {}

    def chosen(self, name: str) -> WrittenNumber:
        """A quantity of the chosen run, step and sample."""
        return self._number((name, 0, ()))

    def of_leaf(self, leaf: Expression, line: Line, part: Part) -> WrittenNumber:
        """What a leaf of a line's equation stands for."""
        assert isinstance(leaf, Symbol)
        constant = any(leaf.name in run.optimiser.constants for run in self._selection.runs)
        step = 0 if constant else line.step - leaf.steps_back
        if step or leaf.name == STEP or not part.runs:
            # Optimisers may call different things by one name: v is momentum's and Adam's.
            own = self._found.get((leaf.name, step, part.runs))
            return own or self._number((leaf.name, step, ()))
        return self._number((leaf.name, step, part.runs))

    def formula_and_value(self, line: Line, part: Part) -> tuple[str, Value]:
        """What a line's number is computed by, without "=", and what it is."""
        if line.in_run or line.over_samples:
            return self._selection.cell(line.name), self._selection.value(line.name)
        formula = line.expression.formula(lambda leaf: self.of_leaf(leaf, line, part).cell)
        return formula, line.expression.value(lambda leaf: self.of_leaf(leaf, line, part).value)

    def add(self, line: Line, part: Part, cell: str, value: Value) -> WrittenNumber:
        """A line's number, which the lines below it may use."""
        number = self._numbers.add(line.left, cell, value, cell)
        self._found[line.name, line.step, ()] = number
        if line.step:
            self._found[line.name, line.step, part.runs] = number
        if not (line.in_run or line.over_samples):
            self._tell_apart(number, line, part)
        return number

    def _tell_apart(self, result: WrittenNumber, line: Line, part: Part) -> None:
        """Numbers that are subtracted from each other are written so that both can be told."""

        def number(node: Expression) -> WrittenNumber | float | None:
            if isinstance(node, Number):
                return node.constant
            return self.of_leaf(node, line, part) if isinstance(node, Symbol) else None

        for node in _subtractions(line.expression):
            left, right = number(node.left), number(node.right)
            if node is line.expression and right is None:
                right = result
            for one, other in ((left, right), (right, left)):
                if isinstance(one, WrittenNumber) and other is not None:
                    _keep(one, other)

    def _number(self, key: Key) -> WrittenNumber:
        if key not in self._found:
            name, _, of_runs = key
            formula, value = self._of_runs(name, of_runs) if of_runs else self._chosen(name)
            self._found[key] = self._numbers.add(label(name), formula, value)
        return self._found[key]

    def _chosen(self, name: str) -> tuple[str, Value]:
        """The formula and the value of a quantity of the chosen run and step."""
        selection = self._selection
        if name == STEP:
            return SELECTED_STEP, float(selection.step)
        if name in selection.names:
            return selection.cell(name), selection.value(name)
        values = selection.run.values
        if name in values:  # of one of several samples
            return selection.formula(name), float(values[name][selection.step])
        # An input or a target of one of several samples.
        return start_cell(self._experiment, name), all_starts(self._experiment)[name]

    def _of_runs(self, name: str, of_runs: tuple[int, ...]) -> tuple[str, Value]:
        """The same of the chosen run if it is one of these, else of their first."""
        selection, runs = self._selection, self._selection.runs
        shown = [run if run.index in of_runs else runs[of_runs[0]] for run in runs]
        own = shown[selection.run.index]
        constants = own.optimiser.constants
        value = constants[name] if name in constants else own.values[name][selection.step]
        return selection.of_runs(shown, name), float(value)


def _subtractions(node: Expression) -> Iterator[Operation]:
    if isinstance(node, Operation) and node.operator == "-":
        yield node
    for child in node.children():
        yield from _subtractions(child)


def _keep(number: WrittenNumber, other: WrittenNumber | float) -> None:
    """Notes what a number must be told from."""
    if isinstance(other, WrittenNumber):
        if not isinstance(other.value, str):
            number.others[other.cell] = float(other.value)
    else:
        number.others[f"{other:.15g}"] = other
