"""The workbook as its reader gets it: numbers, formulas, charts, looks, and file validity."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas
import pytest
from hypothesis import given, settings
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from backprop_xlsx import Experiment, build, preset_names, reference, verify
from backprop_xlsx.formula.names import label
from backprop_xlsx.model.network import CLASS_NETWORK
from backprop_xlsx.spreadsheet.engines import ENGINES, engines, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.workbook.layout import DRAWN_LOSS, DRAWN_STEP, FIRST_ROW, runs
from tests.optional import require_libreoffice
from tests.oracles.known_values import LOSSES, START_LOSSES, shows
from tests.oracles.workbook_lint import lint
from tests.strategies import experiments
from tests.workbook.names import named_cells

RUNS = [f"Run {letter}" for letter in "ABCDEF"]
CLASS_HEADER = [
    *("step", "E_total ▸"),  # the loss once more, which stays in sight
    *("t1", "t2", "i1", "i2", "w1", "w2", "w3", "w4", "h1", "a_h1", "h2", "a_h2"),
    *("w5", "w6", "w7", "w8", "o1", "a_o1", "o2", "a_o2", "E1", "E2", "E_total"),
    *(f"∂E/∂w{number}" for number in range(1, 9)),
]
HEADER_ROW, LOSS_COLUMN = 8, 25
USUAL_WIDTH, WIDTH_OF_A_LETTER = 8.43, 0.85  # in digits, of bold letters on the average


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "Backpropagation.xlsx"
    build(Experiment.preset(), path)
    return path


@pytest.fixture(scope="module")
def sheets(book: Path) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(book)}


def test_sheets_stand_in_order_and_carry_no_number(sheets: dict[str, Worksheet]) -> None:
    assert list(sheets) == ["Network", "Derivation", *RUNS, "Learning rates", "Checks", "Selected"]
    assert not any(re.search(r"\d", name) for name in sheets)


@pytest.mark.parametrize("run", RUNS)
def test_run_has_the_class_columns_and_a_row_for_each_step(
    sheets: dict[str, Worksheet], run: str
) -> None:
    rows = sheets[run].iter_rows(min_row=HEADER_ROW, values_only=True)
    header = next(rows)
    assert list(header[: len(CLASS_HEADER)]) == CLASS_HEADER
    steps = [row for row in rows if row[0] is not None]
    assert len(steps) == 101
    for row in steps:
        assert all(isinstance(cell, str) and cell.startswith("=") for cell in row[:33])


def test_cached_losses_are_the_published_ones(book: Path) -> None:
    for run, (_, (after_1, after_100)) in zip(RUNS, LOSSES["classroom"].items(), strict=True):
        table = pandas.read_excel(book, sheet_name=run, header=HEADER_ROW - 1, engine="openpyxl")
        assert shows(table["E_total"].iloc[0], START_LOSSES["classroom"])
        assert shows(table["E_total"].iloc[1], after_1)
        assert shows(table["E_total"].iloc[100], after_100)


def test_only_start_values_and_stored_values_are_typed_numbers(
    sheets: dict[str, Worksheet],
) -> None:
    typed = {
        name: sum(isinstance(cell.value, (int, float)) for row in sheet.iter_rows() for cell in row)
        for name, sheet in sheets.items()
    }
    assert typed.pop("Network") == 2 + 2 + 8 + 6 + 1  # the last is the chosen step
    shapes = 8 * 6 + 4 * 6 + 6 + 3 + 4  # eight weights, four other arrows, nodes, losses, titles
    assert typed.pop("Selected") == 2 * shapes
    assert typed.pop("Learning rates") == 1  # the threshold
    # numpy's values: per run E_total, 8 weights, the learning rate and a margin; 12 start values.
    assert typed.pop("Checks") == 6 * 11 + 12
    assert set(typed.values()) == {0}


def test_every_number_has_a_format_of_its_own(book: Path) -> None:
    values = openpyxl.load_workbook(book, data_only=True)
    for sheet in values:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)):
                    assert cell.number_format != "General", f"{sheet.title}!{cell.coordinate}"


def test_start_values_are_named_and_validated(book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    names = {f"start_{name}" for name in ("i1", "i2", "t1", "t2", *CLASS_NETWORK.weights)}
    names |= {f"learning_rate_{letter}" for letter in "ABCDEF"}
    choice = {f"{kind}_{what}" for kind in ("chosen", "selected") for what in ("run", "step")}
    assert set(workbook.defined_names) - {"loss_threshold"} == names | choice
    validated = {str(rule.sqref) for rule in workbook["Network"].data_validations.dataValidation}
    for name in names:
        target = workbook.defined_names[name].attr_text
        assert target.startswith("'Network'!") or target.startswith("Network!")
        assert target.split("!")[1].replace("$", "") in validated


def test_charts_cache_every_number_and_name(book: Path) -> None:
    trained = reference.train(Experiment.preset())
    charts = {sheet.name: sheet.charts for sheet in read_book(book).sheets if sheet.charts}
    # A run has its chart twice: in the corner of the screen, and on paper.
    assert {name: len(found) for name, found in charts.items()} == dict.fromkeys(RUNS, 2) | {
        "Learning rates": 2,
        "Network": 2,
    }
    archive = read_book(book).archive
    for run, name in enumerate(RUNS):
        xml = archive.read(charts[name][0].part).decode()
        values = re.search(r"<c:yVal>.*?</c:yVal>", xml, re.S)
        assert values is not None
        cached = [float(v) for v in re.findall(r"<c:v>([^<]*)</c:v>", values.group())]
        assert cached == pytest.approx(trained[run]["E_total"].tolist(), rel=1e-15)
        assert f"Run {'ABCDEF'[run]}: η = " in xml
    for chart in charts["Learning rates"]:
        assert [series.name_is_reference for series in chart.series] == [True] * 6


def test_lint_and_openxml_audit_find_nothing(book: Path) -> None:
    assert lint(book) == []
    from openxml_audit import OpenXmlValidator

    assert OpenXmlValidator().validate(str(book)).errors == []


def test_run_sheets_are_frozen_and_all_print_on_one_width(
    sheets: dict[str, Worksheet],
) -> None:
    for name, sheet in sheets.items():
        free = ("Network", "Derivation", "Selected")
        assert (sheet.freeze_panes is None) == (name in free), name
        portrait = name == "Selected" or name in RUNS
        assert sheet.page_setup.orientation == ("portrait" if portrait else "landscape"), name
        assert sheet.page_setup.fitToWidth in (None, 1), name
        if name == "Derivation":  # of which Excel keeps the breaks between boxes only so
            assert sheet.page_setup.scale == 70
            assert [mark.id for mark in sheet.row_breaks.brk] == [46]
        else:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage, name
    assert sheets["Run A"].freeze_panes == "C9"
    assert sheets["Run A"].print_title_rows == "$127:$127"


@pytest.mark.parametrize("preset", ["classroom", "xor"])
def test_a_sheet_begins_with_a_margin_and_a_title_and_nothing_is_cut_on_paper(
    tmp_path: Path, preset: str
) -> None:
    build(Experiment.preset(preset, learning_rates=[0.5], steps=2), tmp_path / "book.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        if sheet.title in RUNS:  # a run has a table of its own for paper
            continue
        assert sheet.column_dimensions["A"].width < 4, sheet.title
        heights = [sheet.row_dimensions[row].height or 15 for row in (1, 2)]
        assert heights[0] > heights[1], sheet.title
        if sheet.title not in ("Network", "Samples", "Surface"):  # others have helpers beside
            continue
        _, _, right, bottom = range_boundaries(sheet.print_area.rpartition("!")[2])
        filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert max(cell.column for cell in filled) <= right, sheet.title
        assert max(cell.row for cell in filled) <= bottom, sheet.title


@pytest.mark.parametrize("preset", ["classroom", "xor"])
def test_no_header_of_a_table_is_cut_off(tmp_path: Path, preset: str) -> None:
    """A text goes on over an empty cell beside it; else its own column has to hold it."""
    build(Experiment.preset(preset, learning_rates=[0.5], steps=2), tmp_path / "book.xlsx")
    cut = []
    for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx"):
        widths = {
            column: own.width
            for own in sheet.column_dimensions.values()
            for column in range(own.min, own.max + 1)
        }
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "s"):
            sides = {"left": 1} | ({"right": -1} if cell.column > 1 else {})
            if cell.font.b and cell.border.bottom.style and cell.alignment.horizontal in sides:
                beside = cell.offset(0, sides[cell.alignment.horizontal])
                room = widths.get(cell.column, USUAL_WIDTH)
                if beside.value is not None and len(cell.value) * WIDTH_OF_A_LETTER > room:
                    cut.append((sheet.title, cell.coordinate, cell.value))
    assert cut == []


def test_a_box_of_the_derivation_is_closed_by_a_line_like_that_at_its_side(
    sheets: dict[str, Worksheet],
) -> None:
    sides = {
        cell.coordinate: cell
        for row in sheets["Derivation"].iter_rows()
        for cell in row
        if cell.border.left.style is not None
    }
    ends = 0
    for cell in sides.values():
        is_end = cell.offset(1, 0).coordinate not in sides
        below = cell.border.bottom
        assert (below.style is not None and below.color == cell.border.left.color) == is_end
        ends += is_end
    assert ends == sum(cell.border.top.style is not None for cell in sides.values()) == 8


def test_same_experiment_gives_the_same_bytes(book: Path, tmp_path: Path) -> None:
    build(Experiment.preset(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


@pytest.fixture(scope="module")
def preset_book(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Experiment, Path]:
    """A preset and its book."""
    experiment = Experiment.preset(request.param)
    path = tmp_path_factory.mktemp("preset") / "book.xlsx"
    build(experiment, path)
    return experiment, path


def presets(*quick: str) -> list[object]:
    """All presets; all but these are slow."""
    return [
        pytest.param(name, marks=() if name in quick else pytest.mark.slow)
        for name in preset_names()
    ]


@pytest.mark.parametrize("preset_book", presets("classroom", "eva", "eva6", "mazur"), indirect=True)
def test_presets_are_right_in_every_engine(preset_book: tuple[Experiment, Path]) -> None:
    experiment, path = preset_book
    verification = verify(path, experiment)
    assert verification.engines == engines()
    assert verification.unsteady == ()
    assert verification.largest_difference < 1e-13
    assert verification.formulas > 20_000


def test_both_engines_are_present() -> None:
    assert engines() == ENGINES


@pytest.mark.parametrize("preset_book", presets("classroom"), indirect=True)
def test_presets_are_right_in_libreoffice(preset_book: tuple[Experiment, Path]) -> None:
    require_libreoffice()
    experiment, path = preset_book
    verification = verify(path, experiment, ("libreoffice",))
    assert verification.unsteady == ()


@settings(max_examples=8)
@given(experiments())
def test_random_books_are_right(tmp_path: Path, experiment: Experiment) -> None:
    path = tmp_path / "random.xlsx"
    build(experiment, path)
    verify(path, experiment)


@settings(max_examples=8)
@given(experiments(largest=1e40, learning_rate=1e40, steps=4))
def test_no_start_value_makes_a_cell_overflow(tmp_path: Path, experiment: Experiment) -> None:
    _assert_nothing_overflows(experiment, tmp_path / "extreme.xlsx")


def test_a_margin_does_not_overflow_where_a_change_spreads_far(tmp_path: Path) -> None:
    experiment = Experiment.preset(learning_rates=[0.5], steps=1)
    (sample,) = experiment.samples
    far = replace(sample, inputs=(2.5e37, 0.0), targets=(0.0, 0.0))
    weights = (2.5e37, *[0.0] * 6, -3.5e36)
    huge = replace(experiment, samples=(far,), weights=weights)
    _assert_nothing_overflows(huge, tmp_path / "huge.xlsx")


def _assert_nothing_overflows(experiment: Experiment, path: Path) -> None:
    build(experiment, path)
    found = recalculate(path, "formualizer")
    for sheet in read_book(path).sheets:
        for (row, column), cell in sheet.cells.items():
            if cell.formula is not None:
                value = found.value(sheet.name, row, column)
                assert isinstance(value, (int, float, str)) and not str(value).startswith("#")


@settings(max_examples=8)
@given(experiments(largest=2.0))
@pytest.mark.parametrize("engine", ENGINES)
def test_an_edit_inside_an_engine_moves_everything(
    book: Path, engine: str, experiment: Experiment
) -> None:
    """All start values and the first learning rate are typed in; run A must follow."""
    sample = experiment.samples[0]
    numbers = sample.inputs + sample.targets + experiment.weights
    cells = named_cells(book)
    names = ("i1", "i2", "t1", "t2", *CLASS_NETWORK.weights)
    edits = {cells[f"start_{name}"]: n for name, n in zip(names, numbers, strict=True)}
    edits[cells["learning_rate_A"]] = experiment.optimisers[0].learning_rate
    found = recalculate(book, engine, edits)
    shorter = replace(experiment, optimisers=experiment.optimisers[:1], steps=5)
    (expected,) = reference.train(shorter)
    for step in range(6):
        loss = found.value("Run A", HEADER_ROW + 1 + step, LOSS_COLUMN)
        np.testing.assert_allclose(loss, expected["E_total"][step], rtol=1e-7, atol=1e-10)
    sentence = "✓ 45 that apply agree; 6 belong to the original start values"
    assert found.value("Checks", 4, 3) == sentence


def test_a_run_on_paper_shows_every_tenth_step_of_every_quantity(book: Path) -> None:
    sheet = openpyxl.load_workbook(book, data_only=True)["Run C"]
    trained = reference.train(Experiment.preset())[2]
    first, last = sheet.print_area.split("!")[1].replace("$", "").split(":")
    rows = list(sheet[f"{first}:{last}"])
    header = next(i for i, row in enumerate(rows) if row[0].value == "step")
    assert [cell.value for cell in rows[header][1:]] == list(range(0, 101, 10))
    shown = {str(row[0].value).replace("∂E/∂", "dE/d"): row[1:] for row in rows[header + 1 :]}
    assert [label(name) for name in shown] == CLASS_HEADER[2:]
    for name, cells in shown.items():
        assert [cell.value for cell in cells] == pytest.approx(trained[name][::10].tolist())
    formulas = openpyxl.load_workbook(book)["Run C"]
    assert all(str(formulas[cell.coordinate].value).startswith("=") for cell in shown["w1"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_line_on_a_logarithmic_axis_ends_where_its_loss_is_rounding(
    tmp_path: Path, engine: str
) -> None:
    experiment = Experiment.preset(learning_rates=[1], steps=60)
    path = tmp_path / "book.xlsx"
    build(experiment, path)
    book = read_book(path)
    (charts,) = (sheet.charts for sheet in book.sheets if sheet.name == "Learning rates")
    logarithmic = book.archive.read(charts[1].part).decode()
    assert "<c:logBase" in logarithmic
    # No end of its own: it follows whatever is edited.
    assert "<c:min val" not in logarithmic.split("<c:logBase")[1]
    run = runs(experiment)[0]
    columns = {name: run.columns[name] + 1 for name in ("step", run.loss, DRAWN_STEP, DRAWN_LOSS)}
    # With this learning rate the loss is soon nothing but rounding.
    edited = recalculate(path, engine, {named_cells(path)["learning_rate_A"]: 20.0})
    rows = range(FIRST_ROW + 1, FIRST_ROW + experiment.steps + 2)
    table = {name: [edited.value(run.sheet, r, c) for r in rows] for name, c in columns.items()}
    points = list(zip(table[DRAWN_STEP], table[DRAWN_LOSS], strict=True))
    visible = [(s, e) for s, e in zip(table["step"], table[run.loss], strict=True) if e >= 1e-15]
    assert 3 < len(visible) < len(points)
    assert list(dict.fromkeys(points)) == visible
