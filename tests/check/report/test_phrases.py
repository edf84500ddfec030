"""Phrases that every report shares: a table's heading, a remark as a sentence, what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx.check.findings import Caution, FileReport
from backprop_xlsx.check.report import phrases
from tests.check.report.test_page import TABLE


@pytest.mark.parametrize(
    ("rate", "cell", "told"),
    [
        (0.5, "B2", "η = 0.5 in B2"),
        (0.5, None, "η = 0.5"),  # typed into the formulas
        (None, "B2", "η = ? in B2"),
        (None, None, "no learning rate"),
    ],
)
def test_a_learning_rate_is_told_as_far_as_it_is_known(
    rate: float | None, cell: str | None, told: str
) -> None:
    table = replace(TABLE, learning_rate=rate, learning_rate_cell=cell)
    assert phrases.heading(table) == f"Sheet1!A4:AF104: 99 steps, {told}, 2-2-2 network"


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        ("uses a_h1 where a_h2 belongs", "Uses a_h1 where a_h2 belongs."),
        ("is not updated", "Is not updated."),
        ("a_h1 is a sigmoid", "a_h1 is a sigmoid."),
        ("w6 copies w5", "w6 copies w5."),
        ("did you mean w5?", "Did you mean w5?"),
    ],
)
def test_a_remark_is_told_as_a_sentence_that_leaves_names_as_they_are(
    remark: str, sentence: str
) -> None:
    assert phrases.sentence(remark) == sentence


def test_a_warning_that_several_tables_share_is_told_once_with_how_often() -> None:
    often, once = Caution("chart", "chart 1", "leaves out a row"), Caution("steps", "", "too few")
    tables = tuple(replace(TABLE, warnings=given) for given in ((often, once), (often,)))
    assert phrases.cautions(FileReport(Path("a.xlsx"), tables)) == [
        "leaves out a row (2 times)",
        "too few",
    ]
