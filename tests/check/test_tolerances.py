"""How far off a right number may be: half of what is allowed passes, twice of it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backprop_xlsx.check import correction
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.judging.probes import Probes
from backprop_xlsx.spreadsheet.engines import Recalculated, recalculate
from backprop_xlsx.spreadsheet.errors import VerificationError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.check.faults.test_given import with_rates
from tests.check.faults.test_mistakes import check, wrong_cells
from tests.check.warnings.test_cautions import cautions, losses, write
from tests.oracles.class_table import ClassTable

BOTH_SIDES = pytest.mark.parametrize(("share", "passes"), [(0.5, True), (2.0, False)])
UNREADABLE = 'INDIRECT("E"&ROW())*{i1}+{w2}*{i2}'


@BOTH_SIDES
def test_a_formula_agrees_to_a_thousand_millionth(
    tmp_path: Path, share: float, passes: bool
) -> None:
    table = ClassTable()
    cells = table.put("h1", f"({{i1}}*{{w1}}+{{i2}}*{{w2}})*{1 + share * 1e-9!r}", table.rows)
    assert wrong_cells(check(table, tmp_path)) == (set() if passes else cells)


@BOTH_SIDES
def test_values_of_nothing_are_equal_by_their_rounding_alone(share: float, passes: bool) -> None:
    near = Probes.agrees(np.array([share * 1e-14]), np.zeros(1), rounding=1e-14)
    assert bool(near.all()) == passes


@BOTH_SIDES
def test_an_unrounded_number_agrees_to_eleven_digits(
    tmp_path: Path, share: float, passes: bool
) -> None:
    """Beside it stand numbers of seventeen digits, of which none is in doubt."""
    table = ClassTable()
    table.cells |= dict(table.numbers())
    place = (table.last_row, table.columns["E_total"])
    exact = table.cells[place]
    assert isinstance(exact, float)
    table.cells[place] = exact * (1 + share * 1e-11)
    expected = set() if passes else {("E_total", table.last_row)}
    assert wrong_cells(check(table, tmp_path)) == expected


@BOTH_SIDES
def test_a_programs_value_may_be_rounded_by_as_much_as_what_it_is_made_of(
    tmp_path: Path, share: float, passes: bool
) -> None:
    """1e-11 of a formula that nobody can follow; its own last digit is a thousandth of that."""
    table = ClassTable()
    cells = table.put("h1", UNREADABLE, table.rows)
    values = table.numbers()
    for name, row in cells:
        values[row, table.columns[name]] *= 1 + share * 1e-11
    (report,) = check_file(table.write(tmp_path / "book.xlsx", values)).tables
    assert wrong_cells(report) == (set() if passes else cells)


@pytest.mark.parametrize(("units", "passes"), [(2, True), (3, False)])
@pytest.mark.parametrize("digits", [4, 7])
def test_a_rounded_number_is_trusted_to_its_last_digit(
    tmp_path: Path, digits: int, units: int, passes: bool
) -> None:
    """Half a unit of E_total, half a unit up and down of E1 and of E2: two and a half in all."""
    table = ClassTable()
    table.cells |= dict(table.numbers())
    unit = 10.0**-digits
    for row in table.rows:
        off = units * (row == table.last_row)
        for name, number, last in (("E1", 0.3, 1), ("E2", 0.2, 1), ("E_total", 0.5, 2 + off)):
            table.cells[row, table.columns[name]] = round(number + last * unit, digits)
    wrong = {row for name, row in wrong_cells(check(table, tmp_path)) if name == "E_total"}
    assert wrong == (set() if passes else {table.last_row})


@BOTH_SIDES
def test_inputs_that_were_filled_down_as_a_series_are_the_same(
    tmp_path: Path, share: float, passes: bool
) -> None:
    table = ClassTable(steps=100)
    table.cells[table.last_row, table.columns["i1"]] = 0.05 * (1 + share * 1e-9)
    wrong = set() if passes else {("i1", table.last_row)}
    assert wrong_cells(check(table, tmp_path)) == wrong


@BOTH_SIDES
def test_a_learning_rate_in_every_row_is_the_same(
    tmp_path: Path, share: float, passes: bool
) -> None:
    rates = [0.5] * 7
    rates[-2] *= 1 + share * 1e-9
    table = with_rates(rates)
    wrong = set() if passes else {("η", table.last_row - 1)}
    assert wrong_cells(check(table, tmp_path)) == wrong


@BOTH_SIDES
def test_pasted_losses_are_those_of_their_run_to_a_millionth(
    tmp_path: Path, share: float, passes: bool
) -> None:
    pasted = {rate: losses(rate) for rate in (0.1, 0.2)}
    pasted[0.2][50] *= 1 + share * 1e-6
    warned = {caution.kind for caution in cautions(write(tmp_path / "book.xlsx", pasted=pasted))}
    assert ("pasted table" in warned) != passes


def wrong_book(path: Path, stale: float = 0.0) -> Path:
    """A mistake in the last row, all its other values as they are, but for one that is stale."""
    table = ClassTable()
    values = table.numbers()
    values[table.first_row, table.columns["h1"]] *= 1 + stale
    table.put("dE/dw8", "{dE/dw7}", [table.last_row])
    return table.write(path, values)


@BOTH_SIDES
def test_a_cached_value_that_is_a_millionth_off_is_stale(
    tmp_path: Path, share: float, passes: bool
) -> None:
    """It hangs on no correction, so that it is left alone unless it is stale."""
    book = wrong_book(tmp_path / "book.xlsx", stale=share * 1e-6)
    fix(check_file(book), tmp_path / "fixed.xlsx")
    place = (ClassTable().first_row, ClassTable().columns["h1"])
    before, after = (
        read_book(path).sheet("Sheet1").cells[place].value
        for path in (book, tmp_path / "fixed.xlsx")
    )
    assert (before == after) == passes


@BOTH_SIDES
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(
    ("quantity", "allowed"), [("w1", 1e-9 * 0.15 + 1e-12), ("dE/dw1", 1e-9 * 0.0004 + 1e-12)]
)
def test_a_corrected_copy_is_the_references_to_a_thousand_millionth(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    quantity: str,
    allowed: float,
    step: int,
    share: float,
    passes: bool,
) -> None:
    table = ClassTable()
    place = (table.rows[step], table.columns[quantity])

    def off(path: Path, engine: str) -> Recalculated:
        value = recalculate(path, engine).value
        return Recalculated(
            engine,
            lambda sheet, row, column: (
                value(sheet, row, column) + (share * allowed if (row, column) == place else 0.0)
            ),
        )

    monkeypatch.setattr(correction, "recalculate", off)
    report, fixed = check_file(wrong_book(tmp_path / "book.xlsx")), tmp_path / "fixed.xlsx"
    if passes:
        fix(report, fixed)
        assert fixed.exists()
    else:
        with pytest.raises(VerificationError):
            fix(report, fixed)
        assert not fixed.exists()
