"""The twelve public workbooks: exactly the known tables and wrong cells, and what is wrong."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import FileReport
from tests.optional import WORKBOOKS, require

EXPECTED_FILE = WORKBOOKS / "expected.json"
EXPECTED: list[dict[str, Any]] = (
    json.loads(EXPECTED_FILE.read_text()) if EXPECTED_FILE.exists() else []
)
FILES = sorted({table["file"] for table in EXPECTED})


@cache
def report_on(file: str) -> FileReport:
    return check_file(WORKBOOKS / file)


def without(faults: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    return sorted(
        ({k: v for k, v in fault.items() if k not in keys} for fault in faults),
        key=lambda fault: (fault["first_row"], fault["column"]),
    )


def plain(text: str) -> str:
    """An explanation without the parts that only say more: spaces, a list's order, what follows."""
    return re.sub(r"\s|: only the second.*?(?=, and|$)", "", text)


def test_the_workbooks_are_there() -> None:
    require(EXPECTED, "the folder of public workbooks")
    assert len(FILES) == 12


@pytest.mark.parametrize("file", FILES)
def test_exactly_the_known_cells_are_wrong(file: str) -> None:
    found = [table.as_json(file) for table in report_on(file).tables]
    expected = [table for table in EXPECTED if table["file"] == file]
    assert [table["sheet"] for table in found] == [table["sheet"] for table in expected]
    for ours, known in zip(found, expected, strict=True):
        for key in known.keys() - {"wrong"}:
            assert ours[key] == known[key], (known["sheet"], key)
        added = ("explanation", "reason", "expected", "effect", "kind")
        assert without(ours["wrong"], *added) == without(known["wrong"], *added)


@pytest.mark.parametrize("file", FILES)
def test_the_explanations_say_the_same(file: str) -> None:
    expected = [table for table in EXPECTED if table["file"] == file]
    for table, known in zip(report_on(file).tables, expected, strict=True):
        ours = {fault.column: fault.explanation for fault in table.faults}
        theirs = {fault["column"]: fault["explanation"] for fault in known["wrong"]}
        assert {c: plain(text) for c, text in ours.items()} == {
            c: plain(text) for c, text in theirs.items()
        }


@pytest.mark.parametrize("file", FILES)
def test_every_wrong_cell_has_a_correction(file: str) -> None:
    for table in report_on(file).tables:
        for fault in table.faults:
            assert fault.expected.startswith("=")
            assert fault.effect
            assert len(fault.corrections) == fault.cells


KISHKATH, BASANT, MURALEE = "kishkath.xlsx", "basant.xlsx", "muralee.xlsx"


@pytest.mark.parametrize(
    ("file", "kind", "words"),
    [
        (KISHKATH, "chart", "shows a row above and 4 rows below the losses"),
        (BASANT, "chart", "takes the first loss for the name of the series"),
        (MURALEE, "chart", "leaves out the last 32 rows of E_total"),
        (MURALEE, "steps", "has 99 steps, fewer than 100"),
        ("mittalneha.xlsx", "learning rates", "has no run with learning rates 0.1, 0.2, 0.8, 1"),
    ],
)
def test_warnings(file: str, kind: str, words: str) -> None:
    require(EXPECTED, "the folder of public workbooks")
    cautions = [c for table in report_on(file).tables for c in table.warnings]
    assert [c for c in cautions if c.kind == kind and words in c.text]


def test_numbers_filled_down_with_rounding_are_no_changing_inputs() -> None:
    require(EXPECTED, "the folder of public workbooks")
    kinds = {c.kind for f in FILES for table in report_on(f).tables for c in table.warnings}
    assert kinds == {"chart", "steps", "learning rates"}
