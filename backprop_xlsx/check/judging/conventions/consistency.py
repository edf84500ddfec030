"""Whether a table is consistent with itself: each parameter moves down the slope of its own loss.

It then follows a convention that the check does not know by name, of whatever layers, activations,
losses and optimisers: nothing in it is wrong. The slopes are differences of the table's own loss,
the moves what its own updates make of a row; memories, as of a momentum, are zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from backprop_xlsx.check.judging.claims.likeness import kind_of
from backprop_xlsx.check.judging.conventions.descent import Drawn, OwnRow, Pair, State, behind
from backprop_xlsx.check.judging.conventions.optimising import Updating
from backprop_xlsx.check.judging.expressions import branches
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.strands import Run
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, column_of, referred
from backprop_xlsx.check.reading.forms import forms_of
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE, TOTAL_LOSS, gradient_name
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.ooxml.book import Book

POINTS = 3
"""At which they are compared, each with parameters and all that is given drawn anew."""
WIDE_POINTS = 24
"""Further ones of a table with formulas that branch: each of their ways is to be seen."""
WIDE, FLAT = 4.0, 1e-3
"""How far the numbers of these go, and which slopes are all but rounding there."""
OWN_ROWS = 12
"""Of a table, at whose own numbers they are compared too: a limit may be reached there alone."""


def accept_own_rules(book: Book, tables: Sequence[JudgedTable]) -> None:
    """Let the tables of a book that are consistent with themselves be right, and know their losses.

    Where one of them is right otherwise, what another does else is a mistake.
    """
    if not all(judged.wrong for judged in tables):
        return
    for judged in tables:
        judged.own_loss = _own_loss(book, judged)
        if judged.own_loss is not None:
            for column in judged.columns.values():
                column.accept()


def _may_be_misread(judged: JudgedTable) -> bool:
    """Whether several columns are wrong in another network than the class's."""
    wrong = sum(column.wrong_cells > 0 for column in judged.columns.values())
    return judged.exercise.network.widths != CLASS_NETWORK.widths and wrong > 1


def _has_forward_slips(judged: JudgedTable) -> bool:
    """Whether of like neurons of a layer, or of the losses, some are right and some wrong.

    Or losses alone are: all slopes are then those of other losses.
    """
    network = judged.exercise.network
    wrong = {name for name, column in judged.columns.items() if column.wrong_cells}
    if wrong <= {*network.losses, TOTAL_LOSS}:
        return True
    groups: list[Sequence[str]] = [network.losses]
    for layer in network.layers:
        groups.append([neuron.pre_activation for neuron in layer.neurons])
        groups.append([neuron.activation for neuron in layer.neurons])
    return _is_mixed(judged, groups)


def _has_slips(judged: JudgedTable) -> bool:
    """Whether some weights, gradients, velocities or auxiliary quantities of a kind are wrong."""
    kinds: dict[str, list[str]] = {}
    auxiliary = (name for name, _ in judged.table.exercise.auxiliary)
    for name in (*auxiliary, *(name for name in judged.columns if name.startswith("v_"))):
        kinds.setdefault(kind_of(name), []).append(name)
    groups: list[Sequence[str]] = [*kinds.values()]
    for layer in judged.exercise.network.layers:
        groups.append([*layer.weights])
        groups.append([gradient_name(weight) for weight in layer.weights])
    return _is_mixed(judged, groups)


def _is_mixed(judged: JudgedTable, groups: Iterable[Sequence[str]]) -> bool:
    """Whether in one of these groups some quantities are right, and some wrong."""
    return any(
        len({judged.columns[name].wrong_cells > 0 for name in names if name in judged.columns}) > 1
        for names in groups
    )


def _own_loss(book: Book, judged: JudgedTable) -> int | None:
    """The column of the loss down whose slope all parameters of a table move, or None.

    All that is wrong by what the table was held against has a part in that, and each column one
    formula.
    """
    table = judged.table
    if len(table.rows) < 2 or table.exercise.described:
        return None
    columns = {*table.quantities, *judged.unexplained, *judged.pasted}
    wiring = Wiring(book, table.sheet, Run(tuple(sorted(columns)), tuple(table.rows)))
    carried = _carried(wiring)
    reached = {loss: behind(wiring, [loss], carried) & carried for loss in _losses(wiring, carried)}
    # What no loss depends on is a memory, or what a parameter adds up; a loss of some outputs
    # alone says nothing of the others.
    used = {c: referred(wiring.written[c].expression) for c in carried}
    added = {other for c, own in used.items() if c in own for other in own - {c}}
    parameters = frozenset().union(*reached.values()) - added
    known = [table.columns[name] for name in judged.exercise.parameters if name in table.columns]
    updating = Updating(wiring, parameters, _labelled_rate(judged))
    is_read = bool(parameters) and parameters.issuperset(known)
    sure = not _may_be_misread(judged)
    has_slips = sure and _has_slips(judged)
    if not is_read or (sure and _has_forward_slips(judged)):
        return None
    if has_slips and not updating.remembers:
        return None
    states: list[State] = [Drawn(seed) for seed in range(POINTS)]
    if any(branches(wire.expression) for wire in wiring.written.values()):
        states += [Drawn(seed, WIDE, FLAT) for seed in range(WIDE_POINTS)]
    rows = table.rows[:: max(len(table.rows) // OWN_ROWS, 1)]
    states += [OwnRow(wiring, row) for row in rows]
    pairs = [Pair(wiring, parameters, carried - parameters, state) for state in states]
    for loss, own in reached.items():
        if own - added != parameters:
            continue
        remembering: Mapping[int, int] | None = {}
        if has_slips or not all(pair.descends(loss) for pair in pairs):
            if not updating.remembers:
                continue
            gradients = _gradients(pairs, loss, parameters, wiring.written.keys() - carried)
            remembering = gradients and updating.remembering(gradients)
        if remembering is not None:
            seen = set().union(*(pair.seen for pair in pairs), remembering)
            return loss if _explains(judged, wiring, seen, remembering) else None
    return None


def _gradients(
    pairs: Sequence[Pair], loss: int, parameters: Iterable[int], columns: Iterable[int]
) -> dict[int, int] | None:
    """The column that is each parameter's gradient everywhere; None if one has none."""
    found: dict[int, int] = {}
    for parameter in parameters:
        left = sorted(columns)
        for pair in pairs:
            left = pair.gradients(loss, parameter, left)
        if not left:
            return None
        found[parameter] = left[0]
    return found


def _labelled_rate(judged: JudgedTable) -> Place | None:
    """The cell that a label calls the learning rate."""
    cells = judged.judge.roles.cells
    return next((place for place, name in cells.items() if name == LEARNING_RATE), None)


def _carried(wiring: Wiring) -> frozenset[int]:
    """What a row takes from the one above alone: parameters, and memories that are so computed."""
    found: set[int] = set()
    from_above = {
        column: wire for column, wire in wiring.written.items() if _looks_up(wire.expression)
    }
    while True:
        more = {
            c
            for c, wire in from_above.items()
            if c not in found and _here(wire.expression) & wiring.written.keys() <= found
        }
        if not more:
            return frozenset(found)
        found |= more


def _looks_up(expression: Expression) -> bool:
    return any(isinstance(leaf, Symbol) and leaf.steps_back == 1 for leaf in expression.leaves())


def _here(expression: Expression) -> set[int]:
    """The columns of its own row that a formula refers to."""
    symbols = (leaf for leaf in expression.leaves() if isinstance(leaf, Symbol))
    return {column_of(symbol.name) for symbol in symbols if symbol.steps_back == 0}


def _losses(wiring: Wiring, carried: frozenset[int]) -> list[int]:
    """The columns from which nothing is updated."""
    return sorted(wiring.written.keys() - behind(wiring, carried))


def _explains(
    judged: JudgedTable, wiring: Wiring, seen: Set[int], remembering: Mapping[int, int]
) -> bool:
    """Whether what was seen is all that is wrong, and one formula stands in each of its columns.

    But for the rows in which it starts: the first of what goes on from the row above, and of what
    is ``remembering`` so many.
    """
    columns = judged.columns.values()
    parameters = judged.exercise.parameters
    if any(c.wrong_start is not None and c.quantity in parameters for c in columns):
        return False
    wrong = {column.number for column in columns if column.wrong_cells}
    given = {at for name, at in judged.table.columns.items() if name in judged.exercise.given}
    return wrong | given <= seen and all(
        _is_uniform(
            judged,
            column,
            max(_looks_up(wiring.written[column].expression), remembering.get(column, 0)),
        )
        for column in seen & wiring.written.keys()
    )


def _is_uniform(judged: JudgedTable, column: int, starts: int) -> bool:
    """Whether a column has one formula, but for so many rows in which it starts."""
    table = judged.table
    cells = [(row, table.sheet.cells.get((row, column))) for row in table.rows[starts:]]
    formulas = [
        (row, cell.formula) for row, cell in cells if cell is not None and cell.formula is not None
    ]
    return len(formulas) == len(cells) and len(forms_of(formulas)) == 1
