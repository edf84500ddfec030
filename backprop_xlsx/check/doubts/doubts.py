"""Refuses a corrected copy that could be explained otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.doubts.columns import require_explained, require_innocent, retyped_cells
from backprop_xlsx.check.doubts.conventions import require_convention
from backprop_xlsx.check.doubts.numbers import require_numbers
from backprop_xlsx.check.doubts.references import Corrections, address_of, changed_cells, used_cells
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import gradient_name, label
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position


def require_undoubted(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Refuse a copy, as it was judged, whose reading hangs on a guess.

    Raises VerificationError if two tables stand in the same cells, if wrong formulas used what
    nobody knows or what only they use, if what nobody knows uses them, if as many formulas bear
    another number as the one that is to be typed, or if a whole layer computed another activation,
    or all losses another loss.
    """
    _require_apart(checked)
    retyped = retyped_cells(original, corrections)
    require_explained(
        checked, used_cells(original, corrections), changed_cells(corrections), retyped
    )
    require_innocent(checked, original, corrections)
    require_numbers(checked, original, corrections)
    require_convention(checked, corrections, retyped)


def require_in_order(before: JudgedBook) -> None:
    """Refuse to correct a book in which columns computed each other's quantities.

    What they use may be misread. So it may where one computes what the other is, in a table of one
    row that does not say by its headings, nor by what uses them, which is which; where such a
    table has formulas that nobody knows, or wrong ones on the way that neither says what they are,
    or all gradients of an input wrong, which may be something else; and where a neuron is wrong
    throughout, and the gradients of its weights are too, or one is another's: these may have
    another order. Raises VerificationError.
    """
    for table in before.tables:
        network = table.table.exercise.network
        alone = len(network.neurons) == len(table.table.rows) == 1
        if alone and any(column.wrong for column in table.columns.values()):
            raise VerificationError("one row of a single neuron tells too little")
        if len(table.table.rows) == 1 and table.unexplained:
            place = (table.surroundings.home, table.table.first_row, table.unexplained[0])
            where = address_of(before.view, before.view.back(place))
            raise VerificationError(f"nobody knows what stands in {where}")
        computed = {
            one: [other for other in table.columns if other != one and table.computes(one, other)]
            for one, column in table.columns.items()
            if column.wrong
        }
        for one in computed:
            each_other = _in_a_circle(computed, one)
            for other in [name for name in table.columns if name != one]:
                alike = other in computed[one] and not table.is_told(one)
                if alike or other in each_other or table.turns_round(one, other):
                    raise VerificationError(f"{label(one)} and {label(other)} may be each other")
        for name, _ in table.table.exercise.auxiliary:
            if table.columns[name].wrong and not table.is_told(name) and table.misleads(name):
                raise VerificationError(f"{label(name)} may be something else")
        for name in network.inputs if len(table.table.rows) == 1 else ():
            gradients = _gradients_of(table, name)
            if len(gradients) > 1 and all(_is_wrong_throughout(table, each) for each in gradients):
                raise VerificationError(f"{label(name)} may be something else")
        for neuron in network.neurons:
            gradients = {*map(gradient_name, neuron.weights)}
            turned = not gradients.isdisjoint(name for name in computed if computed[name])
            turned = turned or all(_is_wrong_throughout(table, name) for name in gradients)
            if turned and _is_wrong_throughout(table, neuron.pre_activation):
                meant = label(neuron.pre_activation)
                raise VerificationError(f"the weights of {meant} may stand in another order")


def _gradients_of(table: JudgedTable, source: str) -> set[str]:
    """The gradients of the weights of an input."""
    neurons = table.table.exercise.network.layers[0].neurons
    pairs = (zip(neuron.weights, neuron.sources, strict=True) for neuron in neurons)
    return {gradient_name(weight) for each in pairs for weight, own in each if own == source}


def _in_a_circle(computed: Mapping[str, Sequence[str]], name: str) -> set[str]:
    """The columns that compute a quantity whose own column computes theirs, or leads to that."""
    reached: set[str] = set()
    to_do = [name]
    while to_do:
        following = set(computed.get(to_do.pop(), ())) - reached
        reached |= following
        to_do += following
    return {other for other in reached if name in computed.get(other, ())}


def _is_wrong_throughout(table: JudgedTable, name: str) -> bool:
    """Whether no cell of a column is right."""
    column = table.columns.get(name)
    return column is not None and bool(column.wrong) and not column.right


def _require_apart(checked: JudgedBook) -> None:
    """Of two tables in the same cells at least one is misread."""
    boxes = [_boxes(table.table, checked.view) for table in checked.tables]
    for one, other in combinations(boxes, 2):
        for sheet in one.keys() & other.keys():
            (first, last), (other_first, other_last) = one[sheet], other[sheet]
            if all(
                first[axis] <= other_last[axis] and other_first[axis] <= last[axis]
                for axis in (0, 1)
            ):
                raise VerificationError("two of its tables stand in the same cells")


def _boxes(table: Table, view: View) -> dict[str, tuple[Position, Position]]:
    """From which cell to which a table stands, on each of its sheets."""
    places: dict[str, list[Position]] = {}
    for row, column in product((table.first_row, table.last_row), table.columns.values()):
        sheet, *position = view.back((table.sheet.name.casefold(), row, column))
        places.setdefault(sheet, []).append((position[0], position[1]))
    return {
        sheet: (
            (min(row for row, _ in found), min(column for _, column in found)),
            (max(row for row, _ in found), max(column for _, column in found)),
        )
        for sheet, found in places.items()
    }
