"""Whether a corrected copy could be explained otherwise: then it is not given out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from functools import partial
from itertools import combinations, permutations, product

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import label_of, number_of
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name, label
from backprop_xlsx.formula.tokens import FormulaError, references_of, tokenise
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book, Position
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name

LARGEST_RANGE = 1_000
"""Cells of one range that are looked at."""

Corrections = Mapping[str, Mapping[Position, str]]
"""The right formula of each wrong cell, without "=", by the name of the sheet."""


def require_undoubted(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Refuse a copy, as it was judged, whose reading hangs on a guess.

    Raises VerificationError if two tables stand in the same cells, if wrong formulas used what
    nobody knows or what only they use, if what nobody knows uses them, if as many formulas bear
    another number as the one that is to be typed, or if a whole layer computed another activation,
    or all losses another loss.
    """
    _require_apart(checked)
    retyped = _retyped(original, corrections)
    _require_explained(checked, _used(original, corrections), _changed(corrections), retyped)
    _require_innocent(checked, original, corrections)
    _require_numbers(checked, original, corrections)
    _require_convention(checked, corrections, retyped)


def require_in_order(before: JudgedBook) -> None:
    """Refuse to correct a book in which two columns computed each other's quantities.

    What they use may be misread. So it may where one computes what the other is, in a table of one
    row that does not say by its headings, nor by what uses them, which is which; or where such a
    table has formulas that nobody knows. Raises VerificationError.
    """
    for table in before.tables:
        if len(table.table.rows) == 1 and table.unexplained:
            place = (table.surroundings.home, table.table.first_row, table.unexplained[0])
            where = _where(before.view, before.view.back(place))
            raise VerificationError(f"nobody knows what stands in {where}")
        for one, other in permutations(table.columns, 2):
            alike = table.computes(one, other) and (
                table.computes(other, one) or not table.is_told(one)
            )
            if alike or table.turns_round(one, other):
                raise VerificationError(f"{label(one)} and {label(other)} may be each other")


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


def _require_explained(
    checked: JudgedBook, used: Set[Place], changed: Set[Place], retyped: Set[Place]
) -> None:
    """Where wrong formulas used a column that nobody knows, the mistake may stand in that.

    So it may where a quantity has no column, where an input or a target that no header names
    changes or is corrected, where another network than the class's leaves columns over: it may be
    the class's, and misread; and where what nobody knows uses a wrong formula: that may be of
    something else.
    """
    view = checked.view
    known = {place for table in checked.tables for place in table.surroundings.roles.cells}
    for table in checked.tables:
        home = table.surroundings.home
        widths = table.table.exercise.network.widths
        whole = table.has_all_columns and widths == CLASS_NETWORK.widths
        strays = sorted(_strays(table, {*map(view.to, used)} - known))
        given = [
            column
            for column in _unheaded(table)
            if _changes(table, column)
            or not retyped.isdisjoint(view.back((home, row, column)) for row in table.table.rows)
        ]
        for column in (*table.unexplained, *table.pasted, *given, *strays):
            places = [view.back((home, row, column)) for row in table.table.rows]
            matters = (column in given and not retyped.isdisjoint(places)) or (
                column in table.unexplained
                and (not whole or any(_uses(view, place, changed) for place in places))
            )
            if matters or not used.isdisjoint(places):
                raise VerificationError(f"nobody knows what stands in {_where(view, places[0])}")


def _retyped(original: Book, corrections: Corrections) -> set[Place]:
    """The cells that held a number, and get another one."""
    sheets = {sheet.name: sheet for sheet in original.sheets}
    return {
        (name.casefold(), row, column)
        for name, formulas in corrections.items()
        for row, column in formulas
        if (cell := sheets[name].cells.get((row, column))) is not None
        and cell.formula is None
        and type(cell.value) is float
    }


def _unheaded(check: JudgedTable) -> list[int]:
    """The columns of inputs and targets that no header names."""
    table = check.table
    found = []
    for name in table.exercise.given:
        column = table.columns.get(name)
        if column is not None:
            header = table.sheet.cells.get((table.header_row, column))
            text = "" if header is None else str(header.value)
            found += [column] if table.exercise.quantity(text) != name else []
    return found


def _changes(check: JudgedTable, column: int) -> bool:
    """Whether the numbers of a column change from row to row."""
    home, rows = check.surroundings.home, check.table.rows
    numbers = {number_of((home, row, column), check.surroundings) for row in rows}
    return len(numbers - {None}) > 1


def _strays(check: JudgedTable, used: Set[Place]) -> set[int]:
    """The columns in a table's rows that wrong formulas used, and that are nothing."""
    table, surroundings = check.table, check.surroundings
    columns = {
        place[2]
        for place in used
        if place[0] == surroundings.home
        and place[1] in table.rows
        and place[2] not in table.quantities
        and surroundings.in_another_table(place) is None
    }
    return {at for at in columns if _is_a_column(check, at)}


def _is_a_column(check: JudgedTable, column: int) -> bool:
    """Whether half of a table's rows hold a number in a column, or some a formula and some nothing.

    A number that stands alone beside a table, a spare learning rate, is no column of it.
    """
    home, rows = check.surroundings.home, check.table.rows
    cells = [check.surroundings.cell((home, row, column)) for row in rows]
    filled = [cell for cell in cells if cell is not None]
    typed = sum(cell.formula is None and isinstance(cell.value, float) for cell in filled)
    formulas = sum(cell.formula is not None for cell in filled)
    return 2 * typed >= len(rows) or (formulas > 0 and len(filled) < len(rows))


def _require_innocent(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """Where all that use an auxiliary column were wrong, the mistake may stand in that."""
    changed, view = _changed(corrections), checked.view
    for check in checked.tables:
        table, home = check.table, check.surroundings.home
        row = table.rows[len(table.rows) // 2]
        used: dict[Place, list[bool]] = {}
        # What a weight will be is used in the row below.
        for below, at in product((row, row + 1), table.columns.values()):
            user = view.back((home, below, at))
            cell = original.sheet(view.real_name(user[0])).cells.get(user[1:])
            for place in _referred(cell.formula if cell else None, user[0]):
                used.setdefault(place, []).append(user in changed)
        for name, _ in table.exercise.auxiliary:
            place = view.back((home, row, table.columns[name]))
            wrong = used.get(place, [])
            if place not in changed and len(wrong) > 1 and all(wrong):
                where = _where(view, place)
                raise VerificationError(f"the mistake may stand in {where}, which wrong cells use")


def _require_numbers(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
    """What is typed into formulas is what most of them bear, those apart that are to bear it.

    So it is with cells of inputs and targets that no label explains, to which formulas refer.
    """
    for check in checked.tables:
        outweighs = partial(_is_outweighed, check, checked.view, original, corrections)
        for name, number in check.judge.fixed:
            if outweighs(partial(_types, number)):
                raise VerificationError(f"{label(name)} may be another number than {number:g}")
        for name, places in _unlabelled(check, checked.view).items():
            if outweighs(partial(_refers, places)):
                where = _where(checked.view, min(places))
                raise VerificationError(f"{label(name)} may stand elsewhere than in {where}")


def _types(number: float, formula: str | None, _: str) -> bool:
    """Whether a number is typed into a formula."""
    return number in _numbers(formula)


def _refers(places: Set[Place], formula: str | None, sheet: str) -> bool:
    """Whether a formula on a sheet refers to one of these cells."""
    return not places.isdisjoint(_referred(formula, sheet))


def _is_outweighed(
    check: JudgedTable,
    view: View,
    original: Book,
    corrections: Corrections,
    bears: Callable[[str | None, str], bool],
) -> bool:
    """Whether of the formulas in a table's last row no more bear something than are to bear it."""
    kept = given = 0
    for column in check.table.columns.values():
        sheet, *position = view.back((check.surroundings.home, check.table.last_row, column))
        real, at = view.real_name(sheet), (position[0], position[1])
        cell = original.sheet(real).cells.get(at)
        corrected = corrections.get(real, {}).get(at)
        had = cell is not None and bears(cell.formula, sheet)
        kept += had and corrected is None
        given += not had and corrected is not None and bears(corrected, sheet)
    return 0 < given >= kept


def _unlabelled(check: JudgedTable, view: View) -> dict[str, set[Place]]:
    """The cells outside a table that are its inputs and targets though no label says so."""
    found: dict[str, set[Place]] = {}
    for place, name in check.judge.roles.cells.items():
        told = label_of(place, check.surroundings) == name
        if name in check.table.exercise.given and not told:
            found.setdefault(name, set()).add(view.back(place))
    return found


def _numbers(formula: str | None) -> set[float]:
    """The numbers that are typed into a formula."""
    try:
        return {float(t.text) for t in tokenise(formula or "") if t.kind == "number"}
    except FormulaError:
        return set()


def _require_convention(checked: JudgedBook, corrections: Corrections, retyped: Set[Place]) -> None:
    """Where all neurons of a layer, or all losses, computed something else, that may be meant.

    So it may where the tables of a book are read by different losses or activations.
    Where gradients by another loss than the class's are put over numbers, and no other column shows
    its slope, the numbers may have been right and the loss wrong.
    """
    changed, view = _changed(corrections), checked.view
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
        groups.append(("loss", [*network.losses, TOTAL_LOSS]))
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
    return any(_uses(view, place, shown) for place in kept)


def _changed(corrections: Corrections) -> set[Place]:
    """The cells that get another formula."""
    return {
        (name.casefold(), *position)
        for name, formulas in corrections.items()
        for position in formulas
    }


def _where(view: View, place: Place) -> str:
    """The address of a cell of the book itself, as a message tells it."""
    sheet, row, column = place
    return f"{view.real_name(sheet)}!{cell_name(row, column)}"


def _uses(view: View, place: Place, changed: Set[Place]) -> bool:
    """Whether the formula of a cell of the book itself refers to one that gets another."""
    cell = view.original.sheet(view.real_name(place[0])).cells.get(place[1:])
    return not changed.isdisjoint(_referred(cell.formula if cell else None, place[0]))


def _used(book: Book, corrections: Corrections) -> set[Place]:
    """The cells to which wrong formulas refer."""
    return {
        place
        for name, formulas in corrections.items()
        for position in formulas
        for cell in [book.sheet(name).cells.get(position)]
        for place in _referred(cell.formula if cell else None, name.casefold())
    }


def _referred(formula: str | None, sheet: str) -> Iterator[Place]:
    """The cells to which a formula on a sheet refers."""
    for reference in references_of(formula or ""):
        rows, columns = reference.area
        if len(rows) * len(columns) <= LARGEST_RANGE:
            there = sheet if reference.sheet is None else reference.sheet.casefold()
            yield from ((there, row, column) for row in rows for column in columns)
