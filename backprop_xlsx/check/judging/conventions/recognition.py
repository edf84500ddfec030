"""Which exercise a table is held against: the one that makes the most of its formulas right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from backprop_xlsx.check.judging.conventions.networks import networks_of
from backprop_xlsx.check.judging.conventions.second_look import looked_at_again
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.judging.verdicts import Verdicts
from backprop_xlsx.check.reading.auxiliary import with_turned_gradients
from backprop_xlsx.check.reading.convention import CONVENTIONAL_LOSSES, Convention, Velocity
from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import Momentum
from backprop_xlsx.spreadsheet.ooxml.book import Book

OPTIMISERS = (Momentum(1.0), Velocity(1.0))
"""Other than that of the class; their tables have columns of velocities."""


def held_against_best(book: Book, tables: Sequence[Table], verdicts: Verdicts) -> list[JudgedTable]:
    """Each table held against the exercise of the class, or against what it follows instead.

    The class's own comes first. Only where something is wrong by it are other conventions tried,
    those first that other tables of the book follow; the one with the fewest wrong cells is taken.
    """
    found: list[JudgedTable] = []
    followed: dict[Exercise, None] = {}
    for table in tables:
        others = [other for other in tables if other is not table]
        reading = _Reading(table, partial(_held, book, table, others, verdicts))
        for exercise in followed:
            reading.tries(exercise, proven=True)
        for network in reading.networks(book, others):
            reading.tries(network, proven=reading.has_neurons_of(network))
        for loss in reading.losses():
            reading.tries(loss)
        for optimiser in reading.optimisers():
            reading.tries(optimiser)
        reading.tries_trained_biases()
        if reading.best.exercise != CLASS_EXERCISE:
            followed[reading.best.exercise] = None
        found.append(reading.best)

    def held(check: JudgedTable, table: Table) -> JudgedTable:
        return JudgedTable(Surroundings(book, table, check.surroundings.others), verdicts)

    return looked_at_again(found, held)


def held_against_one_of(
    exercises: Sequence[Exercise], book: Book, tables: Sequence[Table], verdicts: Verdicts
) -> list[JudgedTable]:
    """Each table held against one of the exercises that a book describes, each taken once.

    They differ in their optimisers; the tables may stand in another order.
    """
    left, found = list(exercises), []
    for table in tables:
        others = [other for other in tables if other is not table]
        checks: list[JudgedTable] = []
        for exercise in dict.fromkeys(left or exercises):
            checks.append(_held(book, table, others, verdicts, exercise))
            if checks[-1].has_all_columns and checks[-1].all_right(exercise.starts):
                break
        best = max(checks, key=lambda check: check.right_cells(check.exercise.starts))
        if best.exercise in left:
            left.remove(best.exercise)
        found.append(best)
    return found


class _Reading:
    """One table, and the best of the exercises that it was held against: first that of the class.

    What it suggests are conventions that are worth a try, none where they could not help: one
    concerns all neurons of a layer, so most of these must be wrong without it.
    """

    def __init__(self, table: Table, held: Callable[[Exercise], JudgedTable]) -> None:
        self._table = table
        self._held = held
        self._tried = {CLASS_EXERCISE}
        self.best = held(CLASS_EXERCISE)
        self._as_good: list[Exercise] = []
        self._wrong = self._wrong_cells(self.best)

    def tries(self, exercise: Exercise, proven: bool = False) -> None:
        """Hold the table against another exercise, and keep it if fewer cells are wrong.

        One that is not wholly right, nor ``proven`` by other means, takes the place of the
        class's if it saves more than a column: who leaves out the ½ of both losses does not mean a
        mean whose sum is wrong.
        """
        if not self._wrong or exercise in self._tried:
            return
        self._tried.add(exercise)
        check = self._held(exercise)
        wrong = self._wrong_cells(check)
        saved = self._wrong - wrong + _right_cells(check) - _right_cells(self.best)
        doubtful = wrong and not proven and self.best.exercise == CLASS_EXERCISE
        # A column that becomes right counts twice: it was wrong, and is right.
        if saved > (2 * len(self._table.rows) if doubtful else 0):
            self.best, self._wrong, self._as_good = check, wrong, []
        elif saved >= 0:
            self._as_good.append(exercise)

    def networks(self, book: Book, others: Sequence[Table]) -> Iterator[Exercise]:
        """With the network that headers and products of formulas show."""
        if not self._wrong or not self._doubts_network():
            return
        exercise = self.best.exercise
        for network in networks_of(book, self._table, others):
            loss = exercise.network.loss_name
            if CONVENTIONAL_LOSSES[loss].activation in (None, network.activations[-1]):
                network = replace(network, loss_name=loss)
            if network != _conventional(CLASS_NETWORK):
                yield replace(exercise, network=network)

    def has_neurons_of(self, exercise: Exercise) -> bool:
        """Whether the table has all neurons of another network, but not those of the class."""

        def neurons(of: Exercise) -> set[str]:
            both = ((neuron.pre_activation, neuron.activation) for neuron in of.network.neurons)
            return {name for names in both for name in names}

        columns = set(self._table.columns)
        return neurons(exercise) <= columns and not neurons(CLASS_EXERCISE) <= columns

    def losses(self) -> Iterator[Exercise]:
        """With each other loss, for the best network and for those that are as good so far.

        The activation of a single output may show in nothing but the gradients of the right loss.
        """
        network = _conventional(self.best.exercise.network)
        # Gradients may be computed from others, and be right by them.
        gradients = [tuple(map(gradient_name, layer.weights)) for layer in network.layers]
        groups = [network.losses, (TOTAL_LOSS,), *gradients]
        if not self._wrong or not any(map(self._all_wrong, groups)):
            return
        exercises = (self.best.exercise, *self._as_good)
        for exercise, (name, loss) in product(exercises, CONVENTIONAL_LOSSES.items()):
            network = _conventional(exercise.network)
            if loss.activation in (None, network.activations[-1]):
                yield replace(exercise, network=replace(network, loss_name=name))

    def optimisers(self) -> Iterator[Exercise]:
        """With each other optimiser, if the table has columns of velocities."""
        exercise = self.best.exercise
        named = any(name.startswith("v_") for name in self._table.columns)
        if named and self._mostly_wrong(exercise.parameters):
            network = _conventional(exercise.network)
            for optimiser in OPTIMISERS:
                yield replace(exercise, network=network, optimiser=optimiser)

    def tries_trained_biases(self) -> None:
        """Where a single row shows no update of biases: trained, if that explains more columns."""
        exercise, network = self.best.exercise, _conventional(self.best.exercise.network)
        if len(self._table.rows) > 1 or network.biases != "fixed" or not self.best.unexplained:
            return
        check = self._held(replace(exercise, network=replace(network, biases="trained")))
        if check.doubt < self.best.doubt:
            self.best, self._wrong = check, self._wrong_cells(check)

    def _doubts_network(self) -> bool:
        network, columns = self.best.exercise.network, self._table.columns
        known = with_turned_gradients(CLASS_EXERCISE, columns).names
        if any(name not in known for name in columns):
            return True
        if any(neuron.pre_activation not in columns for neuron in network.neurons):
            return True
        return any(
            self._mostly_wrong([getattr(neuron, kind) for neuron in layer.neurons])
            for layer in network.layers
            for kind in ("pre_activation", "activation")
        )

    def _mostly_wrong(self, names: Iterable[str]) -> bool:
        columns = [self.best.columns[name] for name in names if name in self.best.columns]
        wrong = sum(column.wrong_cells > 0 for column in columns)
        return 2 * wrong > len(columns)

    def _all_wrong(self, names: Iterable[str]) -> bool:
        columns = [self.best.columns[name] for name in names if name in self.best.columns]
        return any(column.wrong_cells for column in columns) and not any(
            column.right for column in columns
        )

    def _wrong_cells(self, check: JudgedTable) -> int:
        """Cells that are wrong by an exercise; those of which that knows nothing count double."""
        table, exercise = self._table, check.exercise
        unknown = [name for name in table.columns if name not in exercise.names]
        cells = [table.cell(name, row) for name in unknown for row in table.rows]
        ignored = sum(cell is not None for cell in cells)
        return 2 * ignored + sum(column.wrong_cells for column in check.columns.values())


def _right_cells(check: JudgedTable) -> int:
    return sum(
        sum(len(rows) for _, rows in column.right)
        + len(column.numbers)
        - len(set(column.numbers) & set(column.disagreeing))
        for column in check.columns.values()
    )


def _conventional(network: Network) -> Convention:
    if isinstance(network, Convention):
        return network
    return Convention(network.widths, network.activations, loss_name=network.loss_name)


def _held(
    book: Book, table: Table, others: Sequence[Table], verdicts: Verdicts, exercise: Exercise
) -> JudgedTable:
    exercise = with_turned_gradients(exercise, table.columns)
    return JudgedTable(Surroundings(book, table.held_against(exercise), others), verdicts)
