"""The terminal: a screen for each file, each mistake once with all its places, no blank marked."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import Caution, Coverage, Fault, FileReport
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.phrases import Verdict, difference, verdict
from backprop_xlsx.check.report.terminal import MOST_LINES, print_report
from tests.check.report.test_page import FAULT, TABLE, WRONG
from tests.optional import WORKBOOKS, require


def printed(report: FileReport, in_full: bool = False, width: int = 80) -> str:
    text = io.StringIO()
    console = Console(file=text, width=width, highlight=False, markup=False, emoji=False)
    print_report(console, Entry("a.xlsx", report, None), "a.xlsx", in_full)
    return text.getvalue()


def many(number: int) -> tuple[Fault, ...]:
    return tuple(
        replace(FAULT, first_row=row, last_row=row, explanation=f"uses h{row} where h1 belongs")
        for row in range(5, 5 + number)
    )


def test_identical_faults_of_several_tables_are_told_once_with_all_their_places() -> None:
    text = printed(WRONG)
    assert text.count("Uses a_h1 where a_h2 belongs.") == 1
    assert "∂E/∂w3 and ∂E/∂w4, AA5:AB6 on sheets Sheet1 and Sheet2, 8 cells" in text
    assert "Why it is so." in text


@pytest.mark.parametrize("number", [1, 3, 20, 700])
@pytest.mark.parametrize("warnings", [0, 2, 40])
def test_a_file_takes_a_screen_at_most_and_what_is_left_out_is_counted(
    number: int, warnings: int
) -> None:
    cautions = tuple(Caution("chart", "", f"warning {k}") for k in range(warnings))
    table = replace(TABLE, faults=many(number), warnings=cautions)
    text = printed(FileReport(Path("a.xlsx"), (table,)))
    assert len(text.splitlines()) <= MOST_LINES + 1
    told = len(re.findall(r"[uU]ses h\d+ where", text))
    assert told > 0
    if told < number:
        assert f"and {number - told} more mistake" in text


@pytest.mark.parametrize("number", [1, 700])
def test_in_full_nothing_is_left_out(number: int) -> None:
    warning = Caution("chart", "chart 1", "leaves out a row")
    report = FileReport(
        Path("a.xlsx"), (replace(TABLE, faults=many(number), warnings=(warning,)),) * 7
    )
    text = printed(report, in_full=True)
    assert all(f"Uses h{row} where h1 belongs." in text for row in range(5, 5 + number))
    assert text.count("leaves out a row") == 7


def test_the_twelve_workbooks_take_a_screen_each() -> None:
    books = sorted(WORKBOOKS.glob("*.xlsx"))
    require(books, "the folder of public workbooks")
    for path in books:
        assert len(printed(check_file(path)).splitlines()) <= MOST_LINES + 1


@given(
    st.lists(st.sampled_from(["A1", "*", "(", ")", " ", "  ", "0.5", "+"]), max_size=12),
    st.lists(st.sampled_from(["A1", "*", "(", ")", " ", "  ", "0.5", "+"]), max_size=12),
)
def test_the_diff_marks_what_differs_and_no_blanks(before: list[str], after: list[str]) -> None:
    texts = "".join(before), "".join(after)
    runs = difference(*texts)
    for text, side in zip(texts, runs, strict=True):
        assert "".join(piece for piece, _ in side) == text
        assert not any(piece.isspace() for piece, marked in side if marked)
    same = [text.replace(" ", "") for text in texts]
    if same[0] == same[1]:
        assert not any(marked for side in runs for _, marked in side)
    kept = ["".join(p for p, marked in side if not marked).replace(" ", "") for side in runs]
    assert kept[0] == kept[1]


def test_formulas_that_differ_in_blanks_alone_have_nothing_marked() -> None:
    found, expected = difference("=(A1 - B1) * C1", "=(A1-B1)*D1")
    assert [piece for piece, marked in found if marked] == ["C1"]
    assert [piece for piece, marked in expected if marked] == ["D1"]


def test_a_column_that_nobody_understands_keeps_a_file_from_being_plainly_right() -> None:
    coverage = Coverage(formulas=("w1",), unexplained=("AD", "Run 2!C"))
    report = FileReport(Path("a.xlsx"), (replace(TABLE, faults=(), coverage=coverage),))
    assert verdict(report) is Verdict.PARTLY
    assert "not read AD and Run 2!C: nobody knows what these formulas are for" in printed(report)
    hostile = replace(coverage, unexplained=("\x1b[2JRun!C",))
    assert "\x1b" not in printed(
        FileReport(Path("a.xlsx"), (replace(TABLE, faults=(), coverage=hostile),))
    )
    read = replace(TABLE, faults=(), coverage=Coverage(formulas=("w1",)))
    assert verdict(FileReport(Path("a.xlsx"), (read,))) in (Verdict.RIGHT, Verdict.WARNED)
