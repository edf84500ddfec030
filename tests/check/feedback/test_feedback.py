"""The page of a student: whole, escaped, and with all that helps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx.check import __main__ as command
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.feedback.loss_drawing import HEIGHT, loss_drawing
from backprop_xlsx.check.feedback.network_drawing import network_drawing
from backprop_xlsx.check.feedback.page import feedback_on, feedback_page
from backprop_xlsx.check.findings import Diagram, FileReport, LossCurve
from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.network_parts import diagram_of
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from tests.check.homework import FORMULAS, SIBLING, write_homework
from tests.check.report.test_page import FAULT, RIGHT, TABLE, UNREAD, Reader, require_whole
from tests.oracles.class_table import UPDATE

UPHILL = {f"w{k}": UPDATE.format(k=k).replace("}-{", "}+{") for k in range(1, 9)}


def homework(tmp_path: Path, slips: Mapping[str, str], cached: bool = True) -> FileReport:
    path = tmp_path / "homework.xlsx"
    write_homework(path, slips, steps=20, chart=False, cached=cached)
    return check_file(path)


def test_it_tells_the_mark_the_first_cell_each_mistake_once_and_why(tmp_path: Path) -> None:
    source = feedback_page(homework(tmp_path, SIBLING))
    text = " ".join(Reader(source).text.split())
    for said in (
        "92.59 of 100: 25 of 27 columns right",
        "The first wrong cell: Back prop, Z5",
        "∂E/∂w3 and ∂E/∂w4 Z5:AA25, 42 cells",
        "Uses a_h1 where a_h2 belongs.",
        "Why: h2 feeds a_h2, so the slope of its sigmoid is a_h2·(1 − a_h2).",
        "The loss, step by step",
    ):
        assert said in text
    assert text.count("Uses a_h1 where a_h2 belongs.") == 1
    assert re.findall("<mark>(.*?)</mark>", source)[:4] == ["J5", "J5", "L5", "L5"]


def test_the_path_is_marked_on_the_drawing_of_the_network() -> None:
    diagram = diagram_of(CLASS_NETWORK)
    assert diagram is not None
    drawing = network_drawing(diagram, ("i1", "w3", "h2", "w6", "o1", "w8", "o2"))
    assert {node.name for node in drawing.nodes} == {
        *("i1", "i2", "h1", "h2", "o1", "o2", "E1", "E2", "E_total")
    }
    assert {way.name for way in drawing.ways if way.marked} == {"w3", "w6", "w8"}
    assert {node.name for node in drawing.nodes if node.marked} == {"i1", "h2", "o1", "o2"}
    assert len(drawing.ways) == 8 + 2 + 2
    for node in drawing.nodes:
        assert 0 < node.x < drawing.width
        assert 0 < node.y < drawing.height


def test_of_a_larger_network_only_marked_weights_are_named_and_a_large_one_is_not_drawn() -> None:
    diagram = diagram_of(Network((3, 5, 4), ("sigmoid", "sigmoid")))
    assert isinstance(diagram, Diagram)
    drawing = network_drawing(diagram, ("w2",))
    assert {way.name for way in drawing.ways} == {"w2", ""}
    assert diagram_of(Network((10, 10, 10), ("sigmoid", "sigmoid"))) is None


def test_the_losses_of_the_file_stand_beside_the_right_ones(tmp_path: Path) -> None:
    report = homework(tmp_path, UPHILL)
    curve = report.tables[0].curve
    assert curve is not None
    assert len(curve.steps) == len(curve.theirs) == len(curve.right) == 21
    assert curve.theirs[0] == pytest.approx(curve.right[0])
    first, last, right_last = curve.theirs[0], curve.theirs[20], curve.right[20]
    assert first is not None
    assert last is not None
    assert right_last is not None
    assert last > first > right_last
    right = homework(tmp_path, {"E1": "0.5*(0.5-{a_o1})^2"}).tables[0].curve
    assert right is not None
    assert right.theirs == pytest.approx(curve.right, rel=1e-12)
    path = tmp_path / "typed.xlsx"
    write_homework(path, UPHILL, steps=20, typed={("h1", 7): 0.5}, chart=False)
    typed = check_file(path).tables[0].curve
    assert typed is not None
    assert typed.theirs[:7] == pytest.approx(curve.theirs[:7], rel=1e-12)
    assert feedback_page(report).count("<polyline") == 4


def test_the_losses_are_computed_where_the_file_holds_none(tmp_path: Path) -> None:
    with_values, without = (
        homework(tmp_path, UPHILL, cached).tables[0].curve for cached in (True, False)
    )
    assert with_values == without


def test_a_file_without_computed_values_whose_losses_cannot_be_computed_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "homework.xlsx"
    write_homework(path, steps=20, typed={("h1", 7): 0.5}, chart=False, cached=False)
    source = feedback_page(check_file(path))
    assert "holds no computed losses" in source
    assert source.count("<polyline") == 3


def test_a_line_is_broken_where_there_is_no_number_and_cut_where_it_explodes() -> None:
    drawing = loss_drawing(LossCurve((0, 1, 2, 3), (1.0, None, 1e300, 0.5), (1.0, 0.9, 0.8, 0.7)))
    assert len(drawing.theirs) == 2
    assert len(drawing.right) == 1
    assert drawing.top == "4"
    points = " ".join([*drawing.theirs, *drawing.right]).split()
    assert all(0 <= float(point.split(",")[1]) <= HEIGHT for point in points)


def test_a_right_file_and_one_that_was_not_checked() -> None:
    assert "Every formula that was judged is right." in feedback_page(RIGHT)
    assert "The file is cut short." in feedback_page(UNREAD)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_text_of_the_workbook_is_never_markup(text: str, tmp_path: Path) -> None:
    fault = replace(
        FAULT, found=text, expected=text, explanation=text, reason=text, effect=text, path=(text,)
    )
    hostile = replace(
        homework(tmp_path, SIBLING).tables[0], sheet=text, faults=(fault,), right=text
    )
    report = FileReport(Path("a.xlsx"), (hostile,))
    source = feedback_on(Entry(text, report, Marking().of(report), student=text))
    assert require_whole(source).text.count(text) >= 6


def test_a_page_for_each_file_and_no_two_of_the_same_name(tmp_path: Path) -> None:
    files = []
    for folder in ("a", "b", "a_b"):
        (tmp_path / folder).mkdir()
        files.append(str(tmp_path / folder / "x.xlsx"))
        write_homework(Path(files[-1]), steps=3, chart=False, cached=False)
    (tmp_path / "a_b_x.xlsx").write_bytes(b"nothing")
    command.main([*files, str(tmp_path / "a_b_x.xlsx"), "--feedback", str(tmp_path / "pages")])
    pages = list((tmp_path / "pages").iterdir())
    assert len(pages) == 4
    assert all(page.suffix == ".html" for page in pages)


def test_a_folder_that_cannot_be_made_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "x.xlsx"
    write_homework(book, {"h1": FORMULAS["h2"]}, steps=3, chart=False, cached=False)
    assert command.main([str(book), "--feedback", str(book)]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


def test_a_table_without_a_drawing_has_none() -> None:
    report = FileReport(Path("a.xlsx"), (replace(TABLE, faults=(FAULT,)),))
    assert "<svg" not in feedback_page(report)
