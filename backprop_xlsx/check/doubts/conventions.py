"""Whether another convention may be meant by what is corrected."""

from __future__ import annotations

from collections.abc import Set
from itertools import product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.doubts.references import Corrections, changed_cells, uses
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name, label
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.errors import VerificationError


def require_convention(checked: JudgedBook, corrections: Corrections, retyped: Set[Place]) -> None:
    """Where all neurons of a layer, or all losses, computed something else, that may be meant.

    A bias that is typed in some neurons and 0 in others may be a mistake of these.
    So it may where the tables of a book are read by different losses or activations.
    Where gradients by another loss than the class's are put over numbers, and no other column shows
    its slope, the numbers may have been right and the loss wrong.
    """
    changed, view = changed_cells(corrections), checked.view
    networks = [check.table.exercise.network for check in checked.tables]
    if len({(network.loss_name, network.activations) for network in networks}) > 1:
        raise VerificationError("one loss, and one activation, may be meant by all of its tables")
    for check in checked.tables:
        table, home = check.table, check.surroundings.home
        network = table.exercise.network
        of_another = network.loss_name != CLASS_NETWORK.loss_name
        if of_another and not _shows_its_loss(check, view, changed, retyped):
            raise VerificationError("another loss may be meant by what is typed for its slopes")
        groups = [("activation", [n.activation for n in layer.neurons]) for layer in network.layers]
        groups += [("sum", [n.pre_activation for n in layer.neurons]) for layer in network.layers]
        total = [] if network.loss_name == "mean squared error" else [TOTAL_LOSS]
        groups.append(("loss", [*network.losses, *total]))
        typed = {number for name, number in check.judge.fixed if name in network.bias_names}
        if len(typed) > 1 and 0 in typed:
            raise VerificationError("a bias may be meant by some neurons alone")
        for kind, names in groups:
            columns = [table.columns.get(name) for name in names]
            places = {view.back((home, table.last_row, at)) for at in columns if at is not None}
            if len(places) > 1 and places <= changed:
                meant = ", ".join(map(label, names))
                raise VerificationError(f"another {kind} may be meant by {meant}")


def _shows_its_loss(
    check: JudgedTable, view: View, changed: Set[Place], retyped: Set[Place]
) -> bool:
    """Whether a formula that is kept has the slope of a table's loss, if any of these is typed."""
    table, home, exercise = check.table, check.surroundings.home, check.table.exercise
    slopes = [at for name, at in table.columns.items() if gradient_name("") in name]
    if retyped.isdisjoint(view.back((home, row, at)) for row, at in product(table.rows, slopes)):
        return True
    targets = {*map(Symbol, exercise.network.targets)}
    outputs = {Symbol(neuron.activation) for neuron in exercise.network.outputs}
    errors = {
        name
        for name, equation in exercise.auxiliary
        if (leaves := {*equation.leaves()}) & targets and leaves <= targets | outputs
    }
    names = errors | {output.name for output in outputs}
    shown, kept = (
        {view.back((home, table.last_row, at)) for at in columns} - changed
        for columns in ([table.columns[n] for n in names if n in table.columns], slopes)
    )
    return any(uses(view, place, shown) for place in kept)
