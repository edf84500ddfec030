"""Painting: what the network sees is the painting, scaled and centred, whatever marks it has."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from backprop_xlsx.spreadsheet.engines import LiveWorkbook, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.cell_patch import Change
from backprop_xlsx.spreadsheet.ooxml.patching.patch import patch_sheet, spoil
from mnist_model.digit import Examples
from tests.mnist_model.digit.as_seen import INVITATION, AsSeen
from tests.optional import require_libreoffice

Page = NDArray[numpy.float64]
SIDE = 28
READS = "is what the network reads, with probability"
DOUBTS = "is the nearest, but it may be no digit"
# Its mass is so far to the right that the left would fall off a page centred by mass.
FLAG = {(row, column): "x" for row in range(9) for column in range(28) if column > 20 or row == 4}
ONE_MARK: st.SearchStrategy[float | str] = st.sampled_from(["x", 1, 255, "#", 128, 0.5])


def scaled_as_mnist(ink: Page) -> Page:
    """By running totals: what lies above each new line is read off the old ones in between."""
    rows, columns = (numpy.flatnonzero(ink.sum(axis)) for axis in (1, 0))
    scale = 20 / (max(numpy.ptp(rows), numpy.ptp(columns)) + 1)
    for axis, there in ((0, rows), (1, columns)):
        mass = ink.sum(1 - axis)
        centre = numpy.average(numpy.arange(SIDE) + 0.5, weights=mass)
        start = numpy.clip(14 - scale * centre, -scale * there[0], SIDE - scale * (there[-1] + 1))
        lines = (numpy.arange(SIDE + 1) - start) / scale
        totals = numpy.insert(ink.cumsum(axis), 0, 0, axis)
        sums = [
            numpy.interp(lines, numpy.arange(SIDE + 1), one)
            for one in numpy.moveaxis(totals, axis, 1)
        ]
        above = numpy.moveaxis(numpy.array(sums), 1, axis)
        ink = numpy.diff(above, axis=axis) * scale
    return ink


def clear(live: LiveWorkbook, seen: AsSeen) -> None:
    top, left = seen.squares
    for row, column in numpy.ndindex(SIDE, SIDE):
        if live.value("Digit", top + row, left + column) not in (None, ""):
            live.type("Digit", top + row, left + column, None)


def paint(live: LiveWorkbook, seen: AsSeen, marks: dict[tuple[int, int], float | str]) -> Page:
    """Paints on an empty page; the page of marks."""
    clear(live, seen)
    top, left = seen.squares
    page = numpy.zeros((SIDE, SIDE))
    for (row, column), mark in marks.items():
        live.type("Digit", top + row, left + column, mark)
        page[row, column] = 1
    live.recalculate()
    return page


def soft(page: Page, share: float) -> Page:
    """Each mark gives its neighbours a share of its ink."""
    around = numpy.zeros((SIDE, SIDE))
    for step, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        moved = numpy.roll(page, step, axis)
        edge = [slice(None), slice(None)]
        edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
        moved[tuple(edge)] = 0
        around = numpy.maximum(around, moved)
    return 255 * numpy.maximum(page, share * around)


@st.composite
def drawings(draw: st.DrawFn) -> dict[tuple[int, int], float | str]:
    """A walk over the page from anywhere, each square marked with something."""
    places = [(draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1)))]
    for _ in range(draw(st.integers(0, 30))):
        down, right = draw(st.sampled_from([(0, 1), (1, 0), (1, 1), (0, -1), (-1, 0)]))
        row, column = places[-1][0] + down, places[-1][1] + right
        places.append((min(max(row, 0), SIDE - 1), min(max(column, 0), SIDE - 1)))
    return {place: draw(ONE_MARK) for place in places}


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(marks=drawings())
@example(marks=FLAG)
def test_a_painting_is_seen_scaled_and_centred_wherever_it_is(
    seen: AsSeen,
    live: LiveWorkbook,
    network: nn.Sequential,
    marks: dict[tuple[int, int], float | str],
) -> None:
    seen.choose(live, "digit 2")  # nothing of it may show through
    ink = scaled_as_mnist(soft(paint(live, seen, marks), 0.3))
    found = numpy.array(seen.seen(live, SIDE))
    assert found == pytest.approx((ink / 255 - 0.1307) / 0.3081, abs=1e-9)
    with torch.no_grad():
        expected = network(torch.from_numpy(found)[None, None])[0].tolist()
    assert seen.outputs(live, 10) == pytest.approx(expected, abs=1e-9)
    digit, words, probability, verdict, advice = seen.told(live)
    assert digit == expected.index(max(expected))
    shares = torch.tensor(expected, dtype=torch.float64).softmax(0)
    assert probability == pytest.approx(float(shares.max()), abs=1e-9)
    is_doubtful = not 4 <= len(marks) <= 392 or probability < 0.6
    assert words == (DOUBTS if is_doubtful else READS)
    assert verdict == "painted by hand"
    assert advice == "Clear the squares to see the chosen one."
    assert seen.verdict(live) == "torch's outputs are stored only for what is unchanged"


@pytest.mark.parametrize(("brush", "share"), [("thin", 0), ("medium", 0.3), ("thick", 1)])
def test_the_brush_sets_how_thick_a_line_is(
    brush: str, share: float, seen: AsSeen, live: LiveWorkbook
) -> None:
    row, column = seen.find(seen.first, "Brush")
    live.type("Digit", row, column + 1, brush)
    page = paint(live, seen, {(row, 9): "x" for row in range(3, 12)})
    expected = (scaled_as_mnist(soft(page, share)) / 255 - 0.1307) / 0.3081
    assert numpy.array(seen.seen(live, SIDE)) == pytest.approx(expected, abs=1e-9)
    live.type("Digit", row, column + 1, "medium")
    live.recalculate()


def test_an_empty_page_invites_and_clearing_brings_the_chosen_digit_back(
    seen: AsSeen, live: LiveWorkbook, examples: Examples
) -> None:
    seen.choose(live, "blank page")
    paint(live, seen, {})
    assert seen.told(live) == ("?", INVITATION, "", "", "")
    # Paper, what looks like it, and what is no ink.
    paint(live, seen, {(3, 3): 0, (4, 4): " ", (5, 5): "  ", (7, 7): -1})
    assert seen.told(live) == ("?", INVITATION, "", "", "")
    paint(live, seen, {(3, 3): "x"})
    assert seen.told(live)[3:] == ("painted by hand", "")
    clear(live, seen)
    seen.choose(live, "digit 1")
    image = examples.values[1, 0].numpy()
    assert numpy.array(seen.seen(live, SIDE)) == pytest.approx(
        (image / 255 - 0.1307) / 0.3081, abs=1e-9
    )  # as it is, not scaled
    assert seen.told(live)[4] == "✓ agrees with torch"


def test_nothing_painted_is_no_answer_on_any_sheet(seen: AsSeen, live: LiveWorkbook) -> None:
    seen.choose(live, "blank page")
    paint(live, seen, {})
    row, column = seen.find(seen.first, "class")
    for offset, shown in enumerate(("", "", "", 0), start=1):  # the last is what the bars show
        found = {live.value("Digit", row + 1 + digit, column + offset) for digit in range(10)}
        assert found == {shown}
    assert live.value("Why", 2, 2) == INVITATION
    assert {live.value("Why", 8 + y, 3 + x) for y, x in numpy.ndindex(SIDE, SIDE)} == {""}
    assert {live.value("Why", 37 + line, 3) for line in range(4)} == {""}
    assert seen.verdict(live) == "nothing is painted yet"
    note = "Nothing is painted yet: the numbers below are those of empty paper."
    stages = [name for name in seen.book.sheetnames if name[0].isdigit() and "Grad" not in name]
    assert [live.value(name, 4, 2) for name in stages] == [note] * 3
    table_row, _ = seen.find(seen.proof, "What torch computed")
    assert seen.proof.cell(table_row + 2, 2).value == "blank page"
    assert seen.proof.cell(table_row + 2, 14).value == "–"
    paint(live, seen, {(9, 9): "x"})
    assert [live.value(name, 4, 2) for name in stages] == [""] * 3
    assert str(live.value("Why", 2, 2)).startswith("It reads ")


@pytest.mark.parametrize("count", [1, 3, 28 * 28])
def test_too_few_marks_and_too_many_may_be_no_digit(
    count: int, seen: AsSeen, live: LiveWorkbook
) -> None:
    paint(live, seen, {divmod(number, SIDE): "x" for number in range(count)})
    assert seen.told(live)[1] == DOUBTS


def test_a_choice_that_is_wiped_out_is_the_first_page(seen: AsSeen, live: LiveWorkbook) -> None:
    paint(live, seen, {})
    for name in ("", "nonsense"):
        seen.choose(live, "digit 7")
        assert seen.told(live)[1] == READS
        seen.choose(live, name)
        assert seen.told(live) == ("?", INVITATION, "", "", "")


def test_the_three_squares_are_those_of_torchs_autograd(
    seen: AsSeen, live: LiveWorkbook, network: nn.Sequential
) -> None:
    seen.choose(live, "digit 40")
    paint(live, seen, {})
    inputs = torch.tensor(seen.seen(live, SIDE), dtype=torch.float64)[None, None].requires_grad_()
    outputs = network(inputs)[0]
    first, second = outputs.topk(2).indices.tolist()
    (gradient,) = torch.autograd.grad(outputs[first] - outputs[second], inputs)
    evidence = (gradient * inputs).flatten()
    assert live.value("Why", 2, 2) == f"It reads {first}; next comes {second}."
    assert live.value("Why", 37, 3) == f"The three squares that speak most for {second}"
    for line, place in enumerate(evidence.argsort()[:3].tolist(), start=38):
        row, column = divmod(place, SIDE)
        assert live.value("Why", line, 3) == (
            f"row {row + 1}, column {column + 1}: evidence −{-evidence[place]:.4f}, "
            f"where it reads {inputs.flatten()[place]:.4f}"
        )


def test_numbers_that_are_no_ink_are_marked_and_counted(seen: AsSeen, live: LiveWorkbook) -> None:
    top, left = seen.squares
    paint(live, seen, {(1, 1): -3, (2, 2): 256, (3, 3): 255, (4, 4): "x", (5, 5): 0})
    words = live.value("Digit", top + SIDE, left)
    assert words == "2 marked: expected 0 to 255, or any letter"
    paint(live, seen, {(3, 3): 255})
    assert live.value("Digit", top + SIDE, left) == ""
    rules = [
        (str(area.sqref), rule.formula)
        for area in seen.first.conditional_formatting
        for rule in area.rules
    ]
    assert ("B7:AC34", ["AND(ISNUMBER(B7),OR(B7<0,B7>255))"]) in rules


def test_a_painting_is_right_in_libreoffice(
    book: Path, seen: AsSeen, network: nn.Sequential, tmp_path: Path
) -> None:
    require_libreoffice()
    top, left = seen.squares
    page = numpy.zeros((SIDE, SIDE))
    changes: dict[tuple[int, int], Change] = {}
    for number in range(3, 11):
        page[number, 20] = page[10, number + 10] = 1
        for row, column in ((number, 20), (10, number + 10)):
            changes[top + row, left + column] = Change(None, ("x", 1.0, 255.0)[number % 3])
    spoil(read_book(book), tmp_path / "spoilt.xlsx")
    read = read_book(tmp_path / "spoilt.xlsx")
    part = read.sheet("Digit").part
    read.archive.rewrite(
        {part: patch_sheet(read.archive.read(part), changes)}, tmp_path / "painted.xlsx"
    )
    found = recalculate(tmp_path / "painted.xlsx", "libreoffice")
    values: NDArray[numpy.float64] = numpy.array(seen.seen(found, SIDE))  # type: ignore[arg-type]
    expected = (scaled_as_mnist(soft(page, 0.3)) / 255 - 0.1307) / 0.3081
    assert values == pytest.approx(expected, abs=1e-9)
    with torch.no_grad():
        outputs = network(torch.from_numpy(values)[None, None])[0].tolist()
    assert seen.outputs(found, 10) == pytest.approx(outputs, abs=1e-9)  # type: ignore[arg-type]
