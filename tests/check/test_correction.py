"""A corrected copy is right, consistent and complete, and all else in it is as it was."""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_xlsx import reference
from backprop_xlsx.check import proof
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import Copy, Fixed, fix
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.reading.tables import Table, find_tables
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.model.optimisers import GradientDescent
from backprop_xlsx.spreadsheet.engines import Recalculated, recalculate
from backprop_xlsx.spreadsheet.errors import FileError, VerificationError
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import Book, ErrorValue, Sheet, read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet, spoil
from tests.check.homework import FORMULAS, SIBLING, write_homework
from tests.optional import WORKBOOKS, require_libreoffice
from tests.oracles.class_biases import DELTA_H, BiasedTable
from tests.oracles.class_table import CLASS_ORDER, ClassTable

SLOW = ("basant", "karthikmohan", "pankaj")
WRONG_BOOKS = (
    "basant",
    "karthikmohan",
    "kishkath",
    "muralee",
    "pankaj",
    "priye",
    "sudarshan",
    "yetiwu",
)
FAULTS = {
    "sibling": SIBLING,
    "parentheses": {"dE/dw1": FORMULAS["dE/dw1"][1:].replace("{w7})*", "{w7}*")},
    "target typed in": {"E1": "0.5*(0.5-{a_o1})^2"},
    "wrong gradient": {"w6": "{above w6}-{rate}*{above dE/dw5}"},
    "two at once": {"w6": "{above w6}-{rate}*{above dE/dw5}", **SIBLING},
    "each needs the one before": {
        "h1": "{w1}*{i2}+{w2}*{i2}",
        "a_h1": "1/(1+EXP({h1}))",
        "o1": "{w5}*{a_h2}+{w6}*{a_h2}",
        "dE/dw5": "({t1}-{a_o1})*{a_o1}*(1-{a_o1})*{a_h1}",
    },
}


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A book of twelve steps with the most frequent mistake."""
    write_homework(tmp_path / "wrong.xlsx", SIBLING, steps=12)
    return tmp_path / "wrong.xlsx"


def corrected(source: Path, folder: Path) -> tuple[Path, Fixed]:
    target = folder / "corrected.xlsx"
    return target, fix(check_file(source), target)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def require_steps_of_gradient_descent(path: Path, book: Book) -> None:
    """Each table's start values, rate and rows, against the matrix form: every row from its own."""
    tables = check_file(path).tables
    rates = {(table.sheet, table.first_row): table.learning_rate for table in tables}
    for sheet in book.sheets:
        for table in find_tables(sheet):
            rate = rates[sheet.name, table.first_row]
            assert rate is not None
            inputs, targets, weights = (
                np.stack([column(table, name) for name in names], axis=-1)
                for names in (CLASS_NETWORK.inputs, CLASS_NETWORK.targets, CLASS_NETWORK.weights)
            )
            sample = inputs[:, None], targets[:, None]
            expected = reference.quantities(CLASS_NETWORK, *sample, weights)
            for name in (TOTAL_LOSS, *map(gradient_name, CLASS_NETWORK.weights)):
                np.testing.assert_allclose(
                    column(table, name), expected[name], rtol=1e-9, atol=1e-12
                )
            before, after = ([part[rows] for part in sample] for rows in (np.s_[:-1], np.s_[1:]))
            stepped = reference.step(
                CLASS_NETWORK,
                GradientDescent(rate),
                (before[0], before[1]),
                (after[0], after[1]),
                reference.State(weights[:-1], {}),
                np.arange(1.0, len(weights)),
            )
            for index, name in enumerate(CLASS_NETWORK.weights):
                np.testing.assert_allclose(weights[1:, index], stepped[name], rtol=1e-9, atol=1e-12)


def numbers(sheet: Sheet) -> dict[tuple[int, int], float]:
    cells = sheet.cells.items()
    return {place: cell.value for place, cell in cells if isinstance(cell.value, float)}


def column(table: Table, name: str) -> np.ndarray:
    """A quantity's numbers, (rows,)."""
    numbers = []
    for row in table.rows:
        cell = table.cell(name, row)
        assert cell is not None
        numbers.append(cell.value)
    return np.array(numbers, dtype=float)


def require_forced_recalculation_gives_what_is_cached(path: Path, folder: Path) -> None:
    spoilt = folder / "spoilt.xlsx"
    spoil(read_book(path), spoilt)
    recalculated = recalculate(spoilt, "libreoffice")
    for sheet in read_book(path).sheets:
        for (row, column_number), cell in sheet.cells.items():
            if cell.formula is None:
                continue
            value = recalculated.value(sheet.name, row, column_number)
            if isinstance(cell.value, float):
                assert isinstance(value, (int, float)), (sheet.name, row, column_number, value)
                assert math.isclose(value, cell.value, rel_tol=1e-9, abs_tol=1e-12)
            else:
                assert (value or "") == (cell.value or "")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_corrected_copy_is_the_right_book(fault: str, tmp_path: Path) -> None:
    write_homework(tmp_path / "wrong.xlsx", FAULTS[fault], steps=12)
    write_homework(tmp_path / "right.xlsx", steps=12)
    target, fixed = corrected(tmp_path / "wrong.xlsx", tmp_path)
    expected, found = read_book(tmp_path / "right.xlsx"), read_book(target)
    for sheet in found.sheets:
        assert numbers(sheet) == pytest.approx(
            numbers(expected.sheet(sheet.name)), rel=1e-12, abs=1e-15
        )
    assert check_file(target).faults == 0
    assert fixed.corrected == 13 * len(FAULTS[fault]) - ("w6" in FAULTS[fault])
    assert fixed.placed.path == target


def test_only_what_depends_on_the_correction_changes(wrong: Path, tmp_path: Path) -> None:
    inputs = parts(wrong)["xl/charts/chart2.xml"]
    as_excel_writes = inputs.replace(b"<c:v>0.05<", b"<c:v>5.0000000000000003E-2<")
    assert as_excel_writes != inputs
    Archive.open(wrong).rewrite({"xl/charts/chart2.xml": as_excel_writes}, wrong)
    target, _ = corrected(wrong, tmp_path)
    before, after = parts(wrong), parts(target)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "xl/worksheets/sheet1.xml",  # the table
        "xl/worksheets/sheet2.xml",  # a reference to the final loss
        "xl/charts/chart1.xml",  # the losses; chart2 shows the inputs
    }
    old, new = read_book(wrong), read_book(target)
    assert new.sheet("Summary").cells[3, 2] == old.sheet("Summary").cells[3, 2]
    assert new.sheet("Summary").cells[1, 2].value != old.sheet("Summary").cells[1, 2].value


@pytest.mark.parametrize("sheet", ["Back prop", "it's η=0.5", "Sheet1"])
def test_the_chart_shows_the_new_losses(sheet: str, tmp_path: Path) -> None:
    write_homework(tmp_path / "wrong.xlsx", SIBLING, steps=12, sheet=sheet)
    target, _ = corrected(tmp_path / "wrong.xlsx", tmp_path)
    points = re.findall(r"<c:v>([^<]*)</c:v>", parts(target)["xl/charts/chart1.xml"].decode())
    (table,) = find_tables(read_book(target).sheets[0])
    assert [float(point) for point in points if "." in point] == list(column(table, TOTAL_LOSS))


@pytest.mark.parametrize(("rows", "drawn"), [(50_000, True), (50_001, False)])
def test_a_chart_of_too_many_cells_is_left_alone(rows: int, drawn: bool, wrong: Path) -> None:
    """A hundred thousand, here in two columns."""
    book = read_book(wrong)
    sheet = book.sheets[0]
    copy = Copy(book, {sheet.name: {(9, 2): Change("A1", 0.5)}})
    values = copy.values(f"'{sheet.name}'!$A$1:$B${rows}")
    assert (values is not None) == drawn


@pytest.mark.parametrize("typed", [{}, {("i1", step): 0.0 for step in range(13)}])
def test_values_that_do_not_change_keep_their_digits(
    typed: dict[tuple[str, int], float], tmp_path: Path
) -> None:
    """The target is typed in, with the right value; Google writes ten digits of each number.

    An input of 0 leaves no gradient to its weights.
    """
    source = tmp_path / "wrong.xlsx"
    write_homework(source, {"E1": "0.5*(0.5-{a_o1})^2"}, steps=12, typed=typed)
    archive = Archive.open(source)
    ten_digits = {
        position: Change(None, float(f"{cell.value:.10g}"))
        for position, cell in read_book(source).sheets[0].cells.items()
        if cell.formula is not None
    }
    sheet = "xl/worksheets/sheet1.xml"
    archive.rewrite({sheet: patch_sheet(archive.read(sheet), ten_digits)}, source)
    target, fixed = corrected(source, tmp_path)
    assert fixed.followed == 0
    assert numbers(read_book(source).sheets[0]) == numbers(read_book(target).sheets[0])


def test_a_value_that_becomes_an_error_is_one(tmp_path: Path) -> None:
    source = tmp_path / "wrong.xlsx"
    write_homework(tmp_path / "right.xlsx", steps=12)
    write_homework(source, SIBLING, steps=12)
    right, wrong = (
        numbers(read_book(tmp_path / f"{name}.xlsx").sheet("Summary"))[1, 2]
        for name in ("right", "wrong")
    )
    side = "<" if right < wrong else ">"
    formula = f"IF(B1{side}{(right + wrong) / 2!r},NA(),2)"
    archive = Archive.open(source)
    sheet = "xl/worksheets/sheet2.xml"
    changed = patch_sheet(archive.read(sheet), {(2, 2): Change(formula, 2.0)})
    archive.rewrite({sheet: changed}, source)
    target, _ = corrected(source, tmp_path)
    value = read_book(target).sheet("Summary").cells[2, 2].value
    assert isinstance(value, ErrorValue)
    assert value == "#N/A"


def test_the_engine_that_knows_most_functions_recalculates(tmp_path: Path) -> None:
    """ironcalc gives no number for SUMXMY2 of two cells."""
    loss = {f"E{n}": f"0.5*SUMXMY2({{t{n}}},{{a_o{n}}})" for n in (1, 2)}
    source = tmp_path / "wrong.xlsx"
    write_homework(source, SIBLING | loss, steps=12)
    target, _ = corrected(source, tmp_path)
    assert not check_file(target).tables[0].faults


def test_another_engine_takes_over(
    wrong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = []

    def failing(path: Path, engine: str) -> Recalculated:
        used.append(engine)
        if engine == "ironcalc":
            raise FileError(f"{path}: ironcalc cannot recalculate it")
        return recalculate(path, engine)

    monkeypatch.setattr("backprop_xlsx.check.correction.recalculate", failing)
    target, _ = corrected(wrong, tmp_path)
    assert used == ["ironcalc", "formualizer", "formualizer"]
    require_steps_of_gradient_descent(target, read_book(target))


@pytest.mark.parametrize(
    ("engines", "reason"),
    [
        ((), "install ironcalc or formualizer"),
        (("abacus",), r"abacus gives no number for Back prop!Z5\)"),
    ],
)
def test_without_an_engine_nothing_is_written(
    wrong: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engines: tuple[str, ...],
    reason: str,
) -> None:
    def unable(_: Path, engine: str) -> Recalculated:
        return Recalculated(engine, lambda sheet, row, column: "#NAME?")

    monkeypatch.setattr("backprop_xlsx.check.correction.engines", lambda: engines)
    monkeypatch.setattr("backprop_xlsx.check.correction.recalculate", unable)
    with pytest.raises(VerificationError, match=reason):
        corrected(wrong, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.xlsx"]


def test_values_that_were_never_computed_are_filled_in_the_table(tmp_path: Path) -> None:
    source = tmp_path / "wrong.xlsx"
    write_homework(source, SIBLING, steps=12, cached=False)
    target, _ = corrected(source, tmp_path)
    require_steps_of_gradient_descent(target, read_book(target))


@pytest.mark.parametrize("held", ["not computed", ErrorValue("#NAME?")])
def test_a_value_that_is_no_number_where_one_belongs_is_computed(
    held: str, wrong: Path, tmp_path: Path
) -> None:
    """No correction leads to it."""
    archive, book = Archive.open(wrong), read_book(wrong)
    sheet, place = book.sheets[0], (5, 1 + CLASS_ORDER.index("h1"))
    computed = sheet.cells[place].value
    assert isinstance(computed, float)
    content = patch_sheet(archive.read(sheet.part), {place: Change(None, held)})
    archive.rewrite({sheet.part: content}, tmp_path / "spoilt.xlsx")
    target, _ = corrected(tmp_path / "spoilt.xlsx", tmp_path)
    assert read_book(target).sheets[0].cells[place].value == pytest.approx(computed, rel=1e-12)


def test_what_has_no_correction_is_not_written(wrong: Path, tmp_path: Path) -> None:
    (table,) = check_file(wrong).tables
    unknown = replace(table.faults[0], expected="", corrections={})
    report = FileReport(wrong, (replace(table, faults=(unknown,)),))
    with pytest.raises(VerificationError, match="no correction is known for ∂E/∂w3 in Back prop!Z"):
        fix(report, tmp_path / "corrected.xlsx")
    assert not (tmp_path / "corrected.xlsx").exists()


def test_a_copy_that_would_not_pass_is_not_written(wrong: Path, tmp_path: Path) -> None:
    (table,) = check_file(wrong).tables
    half = replace(table, faults=table.faults[:1])
    with pytest.raises(VerificationError, match="would not pass the check .*AA5:AA17"):
        fix(FileReport(wrong, (half,)), tmp_path / "corrected.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.xlsx"]


def test_a_copy_that_would_be_read_as_another_exercise_is_not_written(tmp_path: Path) -> None:
    write_homework(tmp_path / "book.xlsx", SIBLING)
    report = check_file(tmp_path / "book.xlsx")
    (table,) = report.tables
    other = replace(table, network=table.network.replace("2-2-2", "2-3-2"))
    with pytest.raises(VerificationError, match="it would be read as another exercise"):
        fix(replace(report, tables=(other,)), tmp_path / "fixed.xlsx")
    assert not (tmp_path / "fixed.xlsx").exists()


def test_a_copy_is_held_against_the_reference_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows no equation, so that an error in those would be seen."""

    def another(*given: Any) -> dict[str, np.ndarray]:
        found = reference.quantities(*given)
        return found | {TOTAL_LOSS: 2 * found[TOTAL_LOSS]}

    write_homework(tmp_path / "book.xlsx", SIBLING)
    monkeypatch.setattr(proof, "quantities", another)
    with pytest.raises(VerificationError, match="E_total of step 0 would be"):
        fix(check_file(tmp_path / "book.xlsx"), tmp_path / "fixed.xlsx")


def test_an_open_target_is_refused_and_the_old_copy_is_kept(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "corrected.xlsx").write_bytes(b"an older copy")
    target, fixed = corrected(wrong, tmp_path)
    assert fixed.placed.kept == tmp_path / "corrected-1.xlsx"
    assert (tmp_path / "corrected-1.xlsx").read_bytes() == b"an older copy"
    assert corrected(wrong, tmp_path)[1].placed.unchanged
    (tmp_path / ".~lock.corrected.xlsx#").touch()
    with pytest.raises(FileError, match="open in another program"):
        fix(check_file(wrong), target)


def test_libreoffice_computes_the_same(tmp_path: Path) -> None:
    require_libreoffice()
    write_homework(tmp_path / "wrong.xlsx", FAULTS["two at once"], steps=30)
    target, _ = corrected(tmp_path / "wrong.xlsx", tmp_path)
    require_forced_recalculation_gives_what_is_cached(target, tmp_path)
    require_steps_of_gradient_descent(target, read_book(target))


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in WRONG_BOOKS],
)
def test_public_workbooks_are_corrected(name: str, tmp_path: Path) -> None:
    source = WORKBOOKS / f"{name}.xlsx"
    if not source.exists():
        pytest.skip("the public workbooks are not here")
    require_libreoffice()
    target, _ = corrected(source, tmp_path)
    report = check_file(target)
    assert report.error is None
    assert report.faults == 0
    assert [table.range for table in report.tables] == [
        table.range for table in check_file(source).tables
    ]
    require_only_cells_and_number_caches_differ(source, target)
    require_steps_of_gradient_descent(target, read_book(target))
    require_forced_recalculation_gives_what_is_cached(target, tmp_path)


def require_only_cells_and_number_caches_differ(source: Path, target: Path) -> None:
    before, after = parts(source), parts(target)
    assert list(before) == list(after)
    changed = [name for name in before if before[name] != after[name]]
    assert changed
    for name in changed:
        assert re.match(r"xl/(worksheets/sheet|charts/chart)[0-9]*\.xml$", name), name
        hole = rb"<c [^>]*?(/>|>.*?</c>)" if "sheet" in name else rb"<c:numCache>.*?</c:numCache>"
        assert re.sub(hole, b"", before[name]) == re.sub(hole, b"", after[name])


@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        ("h2", "{w3}*{i1}+{w4}*{i2}"),
        ("b2", "{above b2}+{rate}*{above dE/db2}"),
        ("dE/db1", DELTA_H[0]),
    ],
)
def test_a_table_with_biases_is_corrected(quantity: str, template: str, tmp_path: Path) -> None:
    """Shared biases that are trained: the corrected values are those of such a run."""
    table = BiasedTable(biases="trained", steps=12)
    right = table.numbers()
    table.put(quantity, template, table.computed_rows(quantity))
    target, fixed = corrected(table.write(tmp_path / "wrong.xlsx"), tmp_path)
    assert fixed.corrected == len(table.computed_rows(quantity))
    found = numbers(read_book(target).sheets[0])
    for place, value in right.items():
        assert found[place] == pytest.approx(value, rel=1e-9)


def test_a_deleted_formula_is_put_back(tmp_path: Path) -> None:
    table = ClassTable()
    row = table.first_row + 2
    cell = row, table.columns["dE/dw5"]
    right = table.cells.pop(cell)
    target, fixed = corrected(table.write(tmp_path / "book.xlsx"), tmp_path)
    written = read_book(target).sheet(table.sheet).cells[cell]
    assert f"={written.formula}" == right
    assert isinstance(written.value, float)
    assert fixed.corrected == 1


def refused(table: ClassTable, folder: Path) -> str:
    with pytest.raises(VerificationError) as caught:
        corrected(table.write(folder / "book.xlsx"), folder)
    assert not (folder / "corrected.xlsx").exists()
    return str(caught.value)


def with_column(table: ClassTable, name: str, template: str) -> None:
    """A further column to the right, without a header."""
    table.columns[name] = max(table.columns.values()) + 1
    table.put(name, template, table.rows)


def test_what_wrong_formulas_used_must_be_known(tmp_path: Path) -> None:
    table = ClassTable()
    with_column(table, "x", "{a_o1}*7.3")
    table.put("dE/dw5", "{x}+{a_h1}", table.rows)
    assert "nobody knows what stands in Sheet1!AF9" in refused(table, tmp_path)


def test_an_auxiliary_column_is_not_trusted_if_all_that_use_it_are_wrong(tmp_path: Path) -> None:
    table = ClassTable()
    with_column(table, "slope", "{a_o1}*(1-{a_o1})")
    table.put("dE/dw5", "{slope}*{a_h1}", table.rows)
    table.put("dE/dw6", "{slope}+{a_h2}", table.rows)
    assert "the mistake may stand in Sheet1!AF" in refused(table, tmp_path)


def test_a_column_that_changes_is_trusted_as_a_target_by_its_header_alone(tmp_path: Path) -> None:
    table = ClassTable()
    for column in table.columns.values():
        del table.cells[table.header_row, column]
    for number, row in enumerate(table.rows):
        table.cells[row, table.columns["t2"]] = 0.99 - 0.01 * number
    table.put("E2", "({t2}-{a_o2})^2", table.rows)
    assert "nobody knows what stands in Sheet1!B9" in refused(table, tmp_path)
