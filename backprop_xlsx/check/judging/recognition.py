"""Which exercise a table is held against: the one that makes the most of its formulas right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_xlsx.check.reading.exercise import CLASS_EXERCISE, Exercise, with_biases
from backprop_xlsx.check.reading.forms import forms_of
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.check.table_check import Memory, TableCheck
from backprop_xlsx.model.names import gradient_name
from backprop_xlsx.spreadsheet.ooxml.book import Book

FEWEST_WRONG = 3
"""Of four neurons, that are wrong without biases where nothing is named for a bias."""
OWN = with_biases(shared=False, trained=True)
_FORWARD = tuple(
    name
    for neuron in CLASS_EXERCISE.network.neurons
    for name in (neuron.pre_activation, neuron.activation)
)


def held_against_best(book: Book, tables: Sequence[Table], memory: Memory) -> list[TableCheck]:
    """Each table held against the class network, or against that with biases.

    It has biases if columns are named for them, or if more of its neurons are right with them.
    """
    found = []
    for table in tables:
        others = [other for other in tables if other is not table]
        check = _held(CLASS_EXERCISE, book, table, others, memory)
        if _names_biases(table) or _wrong_neurons(check) >= FEWEST_WRONG:
            biased = [_held(e, book, table, others, memory) for e in _with_biases(table)]
            # Of equals the first is taken: what the columns are named for.
            if _has_gradients_of_biases(table):
                checks = biased
            elif _names_biases(table):
                checks = [*biased, check]
            else:
                checks = [check, *biased]
            check = max(checks, key=lambda check: check.right_cells(_FORWARD))
        found.append(check)
    return found


def held_against_one_of(
    exercises: Sequence[Exercise], book: Book, tables: Sequence[Table], memory: Memory
) -> list[TableCheck]:
    """Each table held against one of the exercises that a book describes, each taken once.

    They differ in their optimisers; the tables may stand in another order.
    """
    left, found = list(exercises), []
    for table in tables:
        others = [other for other in tables if other is not table]
        checks: list[TableCheck] = []
        for exercise in dict.fromkeys(left or exercises):
            checks.append(_held(exercise, book, table, others, memory))
            if checks[-1].has_all_columns and checks[-1].all_right(exercise.starts):
                break
        best = max(checks, key=lambda check: check.right_cells(check.table.exercise.starts))
        if best.table.exercise in left:
            left.remove(best.table.exercise)
        found.append(best)
    return found


def _wrong_neurons(check: TableCheck) -> int:
    neurons = CLASS_EXERCISE.network.neurons
    return sum(not check.all_right((n.pre_activation, n.activation)) for n in neurons)


def _held(
    exercise: Exercise, book: Book, table: Table, others: Sequence[Table], memory: Memory
) -> TableCheck:
    return TableCheck(Surroundings(book, table.held_against(exercise), others), memory)


def _with_biases(table: Table) -> Iterator[Exercise]:
    trained = _has_gradients_of_biases(table) or _updates_biases(table)
    own = OWN.biases[-1] in table.columns
    for shared in (not own, own):
        yield with_biases(shared=shared, trained=trained)


def _names_biases(table: Table) -> bool:
    return any(name in table.columns for name in OWN.biases) or _has_gradients_of_biases(table)


def _has_gradients_of_biases(table: Table) -> bool:
    return any(gradient_name(name) in table.columns for name in OWN.biases)


def _updates_biases(table: Table) -> bool:
    """Whether a column of biases holds more than numbers and references to one of them."""
    for name in OWN.biases:
        if name in table.columns:
            cells = [(row, table.cell(name, row)) for row in table.rows[1:]]
            formulas = [(row, cell.formula) for row, cell in cells if cell and cell.formula]
            if any(len(form.tokens) > 2 for form in forms_of(formulas) if form.error is None):
                return True
    return False
