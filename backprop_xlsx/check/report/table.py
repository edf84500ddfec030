"""What there is to say about a judged table: its faults, their effect, warnings, what is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backprop_xlsx.check.faults.consequences import curve_of, effect_of, start_of
from backprop_xlsx.check.faults.effect import Simulator, Start
from backprop_xlsx.check.faults.gathering import WrongCells, without_standing, wrong_cells_of
from backprop_xlsx.check.faults.given import follows_a_schedule, wrong_cells_of_given
from backprop_xlsx.check.faults.reasons import path
from backprop_xlsx.check.findings import Caution, Coverage, Fault, TableReport
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.repair.diagnosis import Diagnoses
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.check.report.network_parts import diagram_of, parts_of
from backprop_xlsx.check.report.table_lines import network_line, right_line
from backprop_xlsx.check.warnings.cautions import learning_rate_cautions, table_cautions
from backprop_xlsx.check.warnings.charts import chart_cautions
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.ooxml.book import Book
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name, column_letters

FEWEST_HEADED = 3
"""Columns with headings of gradients that no table has: they may be those of one unread."""


@dataclass
class Explanations:
    """What the faults of a book's tables came to: the same formulas come to the same."""

    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    simulator: Simulator = field(default_factory=Simulator)
    _headed: list[tuple[str, str]] | None = None

    def headed(self, book: Book) -> list[tuple[str, str]]:
        """Each text of a book that heads a formula, with where the formula stands."""
        if self._headed is None:
            self._headed = [
                (cell.value, f"{sheet.name}!{cell_name(row + 1, column)}")
                for sheet in book.sheets
                for (row, column), cell in sheet.cells.items()
                if type(cell.value) is str
                and (below := sheet.cells.get((row + 1, column))) is not None
                and below.formula is not None
            ]
        return self._headed


def table_warnings(judged: JudgedTable) -> list[Caution]:
    """What deserves a look in one table, without the others of its book."""
    rate = (
        ()
        if judged.own_loss is not None
        else learning_rate_cautions(judged.surroundings, judged.learning_rate, judged.rate)
    )
    return [
        *table_cautions(judged.surroundings, judged.columns),
        *rate,
        *chart_cautions(judged.surroundings.book, judged.table),
    ]


def table_report(
    judged: JudgedTable, cautions: Sequence[Caution], known: Explanations
) -> TableReport:
    """The report of one table with these warnings; ``known`` is what its book's tables came to."""
    table = judged.table
    wrong = _wrong_cells(judged, known.diagnoses)
    start = start_of(judged)
    # What a mistake does where the learning rate changes is not followed.
    followed = None if follows_a_schedule(judged.surroundings) else start
    wrong_quantities = {cells.quantity for cells in wrong}
    return TableReport(
        sheet=table.sheet.name,
        range=table.range,
        header_row=table.header_row,
        first_row=table.first_row,
        last_row=table.last_row,
        network=(
            network_line(table.exercise, start)
            if judged.own_loss is None
            else f"by a rule of its own, down the slope of {column_letters(judged.own_loss)}"
        ),
        learning_rate_cell=judged.rate_cell,
        learning_rate=judged.rate,
        formulas=sum(column.formulas for column in judged.columns.values()),
        faults=tuple(_fault(judged, cells, followed, known.simulator) for cells in wrong),
        warnings=tuple(cautions),
        right=right_line(table.exercise, judged.columns, wrong_quantities),
        coverage=_coverage(judged, known),
        parts=parts_of(table.exercise, judged.columns, wrong_quantities | _blank(judged)),
        curve=curve_of(judged, wrong, followed, known.simulator) if wrong else None,
        diagram=diagram_of(table.exercise.network) if wrong else None,
    )


def _coverage(judged: JudgedTable, known: Explanations) -> Coverage:
    kinds: dict[str, list[str]] = {}
    for name in judged.columns:
        kinds.setdefault(_kind(judged, name), []).append(label(name))
    kinds["unexplained"] = [column_letters(column) for column in judged.unexplained]
    kinds["unexplained"] += _headed_elsewhere(judged, known)
    return Coverage(**{kind: tuple(names) for kind, names in kinds.items()})


def _headed_elsewhere(judged: JudgedTable, known: Explanations) -> list[str]:
    """The formulas outside all tables of a book that are headed as gradients that none of them has.

    Where there are so few that they are something else, none.
    """
    surroundings, quantity = judged.surroundings, judged.exercise.quantity
    tables = (judged.table, *surroundings.others)
    missing = set(judged.exercise.gradients).difference(*(table.columns for table in tables))
    found = [
        f"{label(name)} in {place}"
        for text, place in (known.headed(surroundings.book) if missing else ())
        if (name := quantity(text)) in missing
    ]
    return found if len(found) >= FEWEST_HEADED else []


def _blank(judged: JudgedTable) -> set[str]:
    return {name for name in judged.columns if _kind(judged, name) == "blank"}


def _kind(judged: JudgedTable, name: str) -> str:
    """By what a column was judged, as :class:`Coverage` names it."""
    column = judged.columns[name]
    if column.unjudged:
        return "unread"
    if (
        column.forms
        and any(form.rows[-1] != judged.table.first_row for form in column.forms)
        or name in judged.exercise.starts
        and len(judged.table.rows) == 1
    ):
        return "formulas"
    if column.typed or column.numbers:
        return "numbers"
    return "formulas" if column.forms else "blank"


def _wrong_cells(judged: JudgedTable, diagnoses: Diagnoses) -> list[WrongCells]:
    writer = CellWriter(judged.surroundings, judged.learning_rate)
    found: list[WrongCells] = []
    for column in judged.columns.values():
        for cells in wrong_cells_of(judged.judge, writer, column, judged.rate_cell, diagnoses):
            wrong, standing = without_standing(judged.judge, cells)
            found += [] if wrong is None else [wrong]
            if standing:
                column.unjudged.append((standing, "refers to what nobody knows"))
    if judged.own_loss is None:
        found += wrong_cells_of_given(judged.judge, writer)
    return sorted(found, key=lambda cells: (cells.rows[0], cells.column))


def _fault(
    judged: JudgedTable, cells: WrongCells, start: Start | None, simulator: Simulator
) -> Fault:
    rows = cells.rows
    expected = cells.corrections[rows[0]]
    return Fault(
        quantity=cells.quantity,
        column=column_letters(cells.column),
        first_row=min(rows),
        last_row=max(rows),
        kind=cells.kind,
        found=cells.found,
        expected="" if expected is None else f"={expected}",
        explanation=cells.explanation,
        effect="" if start is None else effect_of(judged, cells, start, simulator),
        reason=cells.reason,
        path=path(judged.table.exercise, cells.quantity),
        corrections={
            (row, cells.column): formula or "" for row, formula in cells.corrections.items()
        },
        sheet=cells.sheet,
    )
