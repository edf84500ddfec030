"""Whether what is typed, or stands in a cell without a label, is what was meant."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial

from backprop_xlsx.check.book_check import JudgedBook
from backprop_xlsx.check.doubts.references import Corrections, address_of, referred
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.single_cells import label_of
from backprop_xlsx.formula.names import label
from backprop_xlsx.formula.tokens import FormulaError, tokenise
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import Book


def require_numbers(checked: JudgedBook, original: Book, corrections: Corrections) -> None:
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
                where = address_of(checked.view, min(places))
                raise VerificationError(f"{label(name)} may stand elsewhere than in {where}")


def _types(number: float, formula: str | None, _: str) -> bool:
    """Whether a number is typed into a formula."""
    return number in _numbers(formula)


def _refers(places: Set[Place], formula: str | None, sheet: str) -> bool:
    """Whether a formula on a sheet refers to one of these cells."""
    return not places.isdisjoint(referred(formula, sheet))


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
