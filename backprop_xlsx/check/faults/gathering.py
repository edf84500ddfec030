"""Gather the wrong cells of a column into faults: those that are wrong in the same way together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from backprop_xlsx.check.faults.reasons import reason_for
from backprop_xlsx.check.judging.columns import FormRows, JudgedColumn
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.forms import Form
from backprop_xlsx.check.reading.meanings import Meaning, Outside, Place
from backprop_xlsx.check.repair.changes import Replacement
from backprop_xlsx.check.repair.corrections import ColumnCorrections
from backprop_xlsx.check.repair.diagnosis import Diagnoses, Diagnosis, diagnose
from backprop_xlsx.check.repair.slips.contents import (
    MissingFormula,
    TypedNumber,
    TypedText,
    WrongStart,
    WrongValue,
)
from backprop_xlsx.check.repair.slips.slip import Case, Slip
from backprop_xlsx.check.repair.writing import CellWriter
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE
from backprop_xlsx.formula.parse import parse
from backprop_xlsx.formula.tokens import FormulaError
from backprop_xlsx.spreadsheet.ooxml.cells import Cell

MOST_COMPARED = 8
"""Kinds of mistake in one column with which another formula is compared, the latest ones."""


@dataclass
class WrongCells:
    """Cells of one column that are wrong in the same way, with each one's right formula.

    ``kind`` is the code of the slip that ``explanation`` tells, of several the first one's,
    ``reason`` the sentence on why it is one; ``sheet`` is where they stand, None on that of the
    table.
    """

    quantity: str
    column: int
    found: str
    kind: str
    explanation: str
    reason: str
    corrections: dict[int, str | None]
    forms: list[FormRows] = field(default_factory=list)
    sheet: str | None = None

    @property
    def rows(self) -> list[int]:
        """The rows of the wrong cells."""
        return list(self.corrections)


def without_standing(judge: Judge, cells: WrongCells) -> tuple[WrongCells | None, list[int]]:
    """Wrong cells without those that hold their correction already, and the rows of these.

    What is taken for a mistake there is none of the formula's: nobody knows what it refers to.
    """
    standing = {row for form, rows in cells.forms for row in rows if _stands(cells, form, row)}
    if not standing:
        return cells, []
    left = {row: formula for row, formula in cells.corrections.items() if row not in standing}
    if not left:
        return None, sorted(standing)
    forms = [(form, [row for row in rows if row in left]) for form, rows in cells.forms]
    forms = [(form, rows) for form, rows in forms if rows]
    found = _as_typed(judge.table.cell(cells.quantity, min(left)))
    return replace(cells, found=found, corrections=left, forms=forms), sorted(standing)


def _stands(cells: WrongCells, form: Form, row: int) -> bool:
    """Whether a row's formula is what it is corrected to, but for anchors."""
    correction = cells.corrections[row]
    return correction is not None and _bare(correction) == _bare(form.at(row))


def _bare(formula: str) -> str:
    return "".join(formula.split()).replace("$", "").upper()


@dataclass
class _Group:
    diagnosis: Diagnosis
    forms: list[FormRows]


def wrong_cells_of(
    judge: Judge,
    writer: CellWriter,
    column: JudgedColumn,
    learning_rate: str | None,
    known: Diagnoses,
) -> list[WrongCells]:
    """What is wrong in a judged column, the first row first."""
    corrections = ColumnCorrections(judge, writer, column)
    found = [
        _of_group(judge, column, group, _case(judge, column, group, learning_rate), corrections)
        for group in _groups(judge, column, known)
    ]
    found += (
        of_contents(
            judge,
            column.quantity,
            slip,
            {row: corrections.formula(row, None, None) for row in rows},
        )
        for slip, rows in _contents(judge, column)
    )
    if column.wrong_start is not None:
        found.append(_of_wrong_start(judge, column))
    return sorted(found, key=lambda cells: cells.rows[0])


def of_contents(
    judge: Judge,
    quantity: str,
    slip: Slip,
    corrections: dict[int, str | None],
    where: tuple[str, int] | None = None,
) -> WrongCells:
    """Cells that hold something else than the right formula, and each one's right formula.

    They stand in the quantity's column, or on the sheet and in the column that are given.
    """
    home = judge.surroundings.home
    sheet, column = where or (home, judge.table.columns[quantity])
    words = slip.words(Case(judge.exercise, quantity))
    return WrongCells(
        quantity,
        column,
        _as_typed(judge.surroundings.cell((sheet, min(corrections), column))),
        slip.code,
        words,
        slip.why or reason_for(judge.exercise, quantity, words),
        corrections,
        sheet=None if sheet == home else judge.surroundings.sheet_name(sheet),
    )


def _contents(judge: Judge, column: JudgedColumn) -> Iterator[tuple[Slip, list[int]]]:
    """What was typed in, wrong numbers, wrong values of formulas that nobody evaluates here."""
    if column.typed:
        texts = [
            row
            for row in column.typed
            if (cell := judge.table.cell(column.quantity, row)) and isinstance(cell.value, str)
        ]
        numbers = [row for row in column.typed if row not in texts]
        if texts:
            yield TypedText(), texts
        if numbers:
            yield TypedNumber(), numbers
    if column.missing:
        yield MissingFormula(), column.missing
    reasons = {row: reason for rows, reason in column.unjudged for row in rows}
    for reason in dict.fromkeys(reasons.get(row) for row in column.disagreeing):
        rows = [row for row in column.disagreeing if reasons.get(row) == reason]
        yield WrongValue(reason), rows


def _of_wrong_start(judge: Judge, column: JudgedColumn) -> WrongCells:
    start = judge.exercise.starts[column.quantity]
    right = None if start is None else f"{start:g}"
    return of_contents(judge, column.quantity, WrongStart(start), {judge.table.first_row: right})


def _of_group(
    judge: Judge, column: JudgedColumn, group: _Group, case: Case, corrections: ColumnCorrections
) -> WrongCells:
    form, rows = group.forms[0]
    slips = group.diagnosis.slips(case)
    words = ", and ".join(dict.fromkeys(slip.words(case) for slip in slips))
    return WrongCells(
        column.quantity,
        column.number,
        "=" + form.at(rows[0]),
        slips[0].code,
        words,
        slips[0].why or reason_for(judge.exercise, column.quantity, words),
        {
            row: corrections.formula(row, same, group.diagnosis)
            for same, same_rows in group.forms
            for row in same_rows
        },
        group.forms,
    )


def _as_typed(cell: Cell | None) -> str:
    """What a cell holds as somebody would type it."""
    if cell is None:
        return ""
    if cell.formula is not None:
        return f"={cell.formula}"
    return f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value)


def _groups(judge: Judge, column: JudgedColumn, known: Diagnoses) -> list[_Group]:
    groups: list[_Group] = []
    for form, rows in column.wrong:
        recent = groups[-MOST_COMPARED:]
        group = next((g for g in recent if _same_way(judge, column.quantity, g, form, rows)), None)
        if group is None:
            typical = _typical(judge, form, rows)
            diagnosis = diagnose(judge, column.quantity, form, typical, known)
            group = next((g for g in recent if diagnosis.is_like(g.diagnosis)), None)
            if group is None:
                group = _Group(diagnosis, [])
                groups.append(group)
        group.forms.append((form, rows))
    return groups


def _typical(judge: Judge, form: Form, rows: Sequence[int]) -> int:
    """A row that shows a mistake as most rows have it: above the first one, headers stand."""
    reaches_up = any(
        token.reference is not None and token.reference.first.row < form.first_row
        for token in form.tokens
    )
    skips = reaches_up and rows[0] == judge.table.first_row and len(rows) > 1
    return rows[1] if skips else rows[0]


def _same_way(judge: Judge, quantity: str, group: _Group, form: Form, rows: Sequence[int]) -> bool:
    """Whether the repair of a group makes another formula right, and changes the same in it."""
    repair = group.diagnosis.repair
    first = group.forms[0][0]
    if repair is None or [t.kind for t in form.tokens] != [t.kind for t in first.tokens]:
        return False
    try:
        meanings = judge.surroundings.meanings(form.tokens, rows[0], rows[0] - form.first_row)
        for change in repair.replacements:
            if not _comparable(change, [meanings[index] for index in change.indices]):
                return False
        tokens = repair.tokens(form.tokens, lambda expression, token: "x")
        return judge.right_tokens(quantity, tokens, parse(tokens), repair.meanings(meanings))
    except FormulaError:
        return False


def _comparable(change: Replacement, found: Sequence[Meaning | None]) -> bool:
    old, new = change.old.expression, change.new
    for meaning in found:
        assert meaning is not None
        other = meaning.expression
        drifts = new == Symbol(LEARNING_RATE) and not isinstance(other, Number)
        same_column = (
            isinstance(other, Symbol) and isinstance(old, Symbol) and other.name == old.name
        )
        blank = isinstance(other, Outside) and isinstance(old, Outside) and other.kind == old.kind
        if not (meaning.key == change.old.key or drifts or same_column or blank):
            return False
    return True


def _case(judge: Judge, column: JudgedColumn, group: _Group, learning_rate: str | None) -> Case:
    """What the words for a group need to know of its cells, and of those they refer to."""
    diagnosis, repair = group.diagnosis, group.diagnosis.repair
    tokens = group.forms[0][0].tokens
    if repair is None:
        return Case(judge.exercise, column.quantity, tokens, learning_rate=learning_rate)
    places = _referred(judge, column, group, repair.replacements[0]) if repair.replacements else []
    return Case(
        judge.exercise,
        column.quantity,
        tokens,
        repair.replaced(diagnosis.meanings),
        sum(len(rows) for _, rows in group.forms),
        places,
        [judge.surroundings.name_of(place) for place in places],
        learning_rate,
    )


def _referred(
    judge: Judge, column: JudgedColumn, group: _Group, change: Replacement
) -> list[Place]:
    """The cells to which the operands refer that a change replaces; none if all have a meaning."""
    forms = list(group.forms)
    if change.new == Symbol(LEARNING_RATE):
        kinds = [token.kind for token in forms[0][0].tokens]
        forms += [
            (form, rows)
            for form, rows in column.right
            if [token.kind for token in form.tokens] == kinds
        ]
    cells = sorted(
        (row, place)
        for form, rows in forms
        for row in rows
        if (place := judge.surroundings.place(form.tokens[change.indices[0]], row - form.first_row))
    )
    places = list(dict.fromkeys(place for _, place in cells))
    return places if set(places) - set(judge.surroundings.roles.cells) else []
