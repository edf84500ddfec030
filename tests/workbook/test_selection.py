"""The chosen run, step and sample: what the sheet Selected and the drawing show of it."""

from __future__ import annotations

import re
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx import Experiment, reference
from backprop_xlsx.formula.names import label
from backprop_xlsx.spreadsheet.engines import ENGINES, open_live, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from backprop_xlsx.spreadsheet.sheets.readable import (
    number_formula,
    number_text,
    short_formula,
    short_text,
)
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.columns import trained_run
from backprop_xlsx.workbook.layout import NETWORK, SELECTED, runs
from backprop_xlsx.workbook.network.diagram import LABEL_HEIGHT, Diagram, diagram
from backprop_xlsx.workbook.network.drawing import SHAPE_COLUMN
from backprop_xlsx.workbook.network.selection import (
    NUMBER_COLUMN,
    SAMPLE_NAME,
    STEP_NAME,
    TEXT_COLUMN,
    Selection,
)
from tests.strategies import any_experiments
from tests.workbook.names import named_cells


def selection_of(experiment: Experiment) -> Selection:
    """The selection of a book, with the reference's numbers."""
    trained = zip(runs(experiment), reference.train(experiment), strict=True)
    return Selection([trained_run(run, quantities) for run, quantities in trained])


@settings(max_examples=8, deadline=None)
@given(any_experiments(), st.data())
def test_every_quantity_of_any_choice_is_shown(
    tmp_path: Path, experiment: Experiment, data: st.DataObject
) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(experiment, path)
    selection, cells = selection_of(experiment), named_cells(path)
    chosen = data.draw(st.sampled_from(selection.runs))
    step = data.draw(st.integers(0, experiment.steps))
    sample = data.draw(st.integers(0, len(experiment.samples) - 1))
    with open_live(path, data.draw(st.sampled_from(ENGINES))) as live:
        live.type(*cells["chosen_run"], chosen.letter)
        live.type(*cells[STEP_NAME], step)
        if SAMPLE_NAME in cells:
            live.type(*cells[SAMPLE_NAME], sample + 1)
        live.recalculate()
        for name in selection.names:
            row = selection.row(name) + 1
            number = live.value(SELECTED, row, NUMBER_COLUMN + 1)
            text = live.value(SELECTED, row, TEXT_COLUMN + 1)
            constants, numbers = chosen.optimiser.constants, experiment.samples[sample].numbers
            given = dict(zip(experiment.network.given, numbers, strict=True))
            own = f"{name}[{sample + 1}]" if selection.has_samples else name
            if name in constants:
                assert number == constants[name]
                assert text == f"{name} = {short_text(constants[name])}"
            elif own in chosen.values or name in chosen.values:
                expected = chosen.values[own if own in chosen.values else name][step]
                assert number == pytest.approx(expected, rel=1e-7, abs=1e-12), name
                assert text == f"{label(name)} = {number_text(number)}"
            elif name in given:
                assert number == given[name]
            else:
                assert (number, text) == ("–", f"{label(name)} = ?")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unusable_choice_shows_the_nearest_usable_one(tmp_path: Path, engine: str) -> None:
    experiment = Experiment.preset("xor", steps=7)
    write_workbook(experiment, tmp_path / "book.xlsx")
    cells, selection = named_cells(tmp_path / "book.xlsx"), selection_of(experiment)
    for step, sample, shown in ((99, 0, (7, 1)), (-3, 9, (0, 4)), ("abc", "x", (0, 1))):
        with open_live(tmp_path / "book.xlsx", engine) as live:
            live.type(*cells["chosen_run"], "Q")
            live.type(*cells[STEP_NAME], step)
            live.type(*cells[SAMPLE_NAME], sample)
            live.recalculate()
            found = live.value(SELECTED, selection.row("h1") + 1, NUMBER_COLUMN + 1)
        expected = selection.runs[0].values[f"h1[{shown[1]}]"][shown[0]]
        assert found == pytest.approx(expected, rel=1e-9)


def test_the_sample_shown_at_first_has_no_zeros_where_another_has_none() -> None:
    xor = selection_of(Experiment.preset("xor", steps=4))
    assert (xor.value("i1"), xor.value("i2")) == (1, 1)
    in_turn = selection_of(Experiment.preset("xor", steps=4, batch="one"))
    assert (in_turn.step, in_turn.value("i1"), in_turn.value("i2")) == (3, 1, 1)


def drawn_texts(path: Path) -> list[str]:
    """The name of each labelled series of the drawing, recalculated from spoilt values."""
    book = read_book(path)
    (chart,) = (
        chart
        for sheet in book.sheets
        if sheet.name == NETWORK
        for chart in sheet.charts
        if b"showSerName" in book.archive.read(chart.part)
    )
    xml = book.archive.read(chart.part).decode()
    rows = re.findall(rf"<c:tx><c:strRef><c:f>{SELECTED}!\$H\$(\d+)</c:f>", xml)
    assert len(rows) == xml.count("<c:ser>")
    spoil(book, path.with_name("spoilt.xlsx"))
    found = recalculate(path.with_name("spoilt.xlsx"), "ironcalc")
    texts = [str(found.value(SELECTED, int(row), SHAPE_COLUMN + 1)) for row in rows]
    cached = re.findall(r"<c:tx>.*?<c:v>(.*?)</c:v>", xml, re.S)
    assert cached == texts
    return texts


@pytest.mark.parametrize("preset", ["classroom", "mazur", "xor", "spiral"])
def test_the_drawing_shows_every_quantity_once(tmp_path: Path, preset: str) -> None:
    experiment = Experiment.preset(preset, steps=2)
    write_workbook(experiment, tmp_path / "book.xlsx")
    lines = "\n".join(drawn_texts(tmp_path / "book.xlsx")).replace("=\n", "= ").split("\n")
    selection, network = selection_of(experiment), experiment.network
    wanted = [*network.inputs, *network.targets, *network.weights, *network.bias_names]
    wanted += [name for n in network.neurons for name in (n.pre_activation, n.activation)]
    wanted += [*network.losses, "E_total"]
    wanted += ["E_mean"] if len(experiment.samples) > 1 else []
    expected = [selection.text(name) for name in wanted]
    assert sorted(line for line in lines if " = " in line) == sorted(expected)


@settings(max_examples=60, deadline=None)
@given(any_experiments())
def test_no_label_covers_another(experiment: Experiment) -> None:
    found = diagram(experiment)
    if found is None:
        # Two outputs beside two neurons leave four layers too little room for all labels.
        assert max(experiment.network.widths) > 2 or len(experiment.network.widths) > 3
        return
    assert_legible(found)


def test_the_small_networks_of_a_course_are_drawn() -> None:
    for layers in ("2-2-2", "2-4-1", "2-6-1", "3-5-3", "4-3-3", "2-3-3-1", "2-1"):
        found = diagram(Experiment.of({"layers": layers, "biases": "trained", "steps": 1}))
        assert found is not None, layers
        assert_legible(found)
    for layers in ("10-10-2", "4-8-3", "2-2-2-2-2"):
        assert diagram(Experiment.of({"layers": layers, "steps": 1})) is None, layers


@pytest.mark.parametrize("preset", ["classroom", "mazur", "xor", "spiral"])
def test_an_arrow_leads_from_the_rim_of_a_node_to_that_of_another(preset: str) -> None:
    """Its weight stands on the way, and the head at its end points on."""
    found = diagram(Experiment.preset(preset, steps=1))
    assert found is not None
    for edge in found.edges:
        start, label, tip, *head = edge.points
        ends = [
            [node.at for node in found.nodes if is_close(dist(node.at, end), found.diameter / 2)]
            for end in (start, tip)
        ]
        sources = [
            (source, target)
            for source in ends[0]
            for target in ends[1]
            if is_close(
                dist(source, target), dist(source, start) + dist(start, tip) + dist(tip, target)
            )
        ]
        assert len(sources) == 1
        assert is_close(dist(start, tip), dist(start, label) + dist(label, tip))
        assert all(dist(start, corner) <= dist(start, tip) for corner in head)


def is_close(one: float, other: float) -> bool:
    return one == pytest.approx(other, abs=1e-6)


def assert_legible(found: Diagram) -> None:
    labels = [edge.points[1] for edge in found.edges if edge.weight is not None]
    for (x, y), (other_x, other_y) in combinations(labels, 2):
        assert abs(x - other_x) > 1 or abs(y - other_y) >= LABEL_HEIGHT - 1e-9
    for one, other in combinations(found.nodes, 2):
        apart = max(abs(one.at[0] - other.at[0]), abs(one.at[1] - other.at[1]))
        assert apart >= found.diameter


NUMBERS = st.floats(-1e30, 1e30).map(lambda number: float(f"{number:.12g}"))


@settings(max_examples=10, deadline=None)
@given(st.lists(NUMBERS | st.floats(-2, 2).map(lambda n: round(n, 5)), min_size=20, max_size=40))
@pytest.mark.parametrize("engine", [*ENGINES])
def test_a_number_in_a_text_is_the_same_everywhere(
    tmp_path: Path, engine: str, numbers: list[float]
) -> None:
    from xlsxwriter import Workbook

    with Workbook(str(tmp_path / "numbers.xlsx")) as book:
        sheet = book.add_worksheet("Numbers")
        for row, number in enumerate(numbers):
            sheet.write_number(row, 0, number)
            sheet.write_formula(row, 1, "=" + number_formula(f"A{row + 1}"), None, "")
            sheet.write_formula(row, 2, "=" + short_formula(f"A{row + 1}"), None, "")
    found = recalculate(tmp_path / "numbers.xlsx", engine)
    for row, number in enumerate(numbers, start=1):
        assert found.value("Numbers", row, 2) == number_text(number)
        assert found.value("Numbers", row, 3) == short_text(number)


def test_numbers_for_people() -> None:
    assert [number_text(n) for n in (0.15, 0.0142, 0.00123, 1.0, 0.0, -0.2, 2.5e-9)] == [
        "0.1500",
        "0.0142",
        "0.00123",
        "1",
        "0",
        "−0.2000",
        "2.50·10⁻⁹",
    ]
    assert [short_text(n) for n in (1 / 3, 0.5, 2.0, 1e-5, 0.00012345, 123456.0)] == [
        "0.3333",
        "0.5",
        "2",
        "1·10⁻⁵",
        "0.0001235",
        "123456",
    ]
