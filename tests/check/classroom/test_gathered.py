"""The page on a class: frequent mistakes, topics, and rare mistakes that are shared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backprop_xlsx.check.classroom.gathered import Gathered
from backprop_xlsx.check.classroom.page import class_page
from backprop_xlsx.check.classroom.topics import topic_of
from backprop_xlsx.check.findings import Fault, FileReport
from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.repair.slips.catalogue import SLIPS
from backprop_xlsx.check.report.entry import Entry
from tests.check.report.test_page import FAULT, TABLE, UNREAD, WRONG_PARTS, require_whole

HIDDEN = replace(FAULT, path=("i1", "w3", "h2", "w6", "o1"))
UPDATE = replace(
    FAULT,
    quantity="w6",
    kind="wrong-gradient",
    explanation="w6 is updated with the gradient of w5",
    path=("w6",),
)
ODD = replace(FAULT, quantity="h1", kind="wrong-operand", explanation="uses t2 where w1 belongs")


def gathered(*files: tuple[Fault, ...]) -> Gathered:
    found = Gathered()
    for number, faults in enumerate(files):
        parts = WRONG_PARTS if faults else TABLE.parts
        table = replace(TABLE, faults=faults, parts=parts)
        report = FileReport(Path(f"{number}.xlsx"), (table,))
        found.add(Entry(report.path.name, report, Marking().of(report)))
    return found


def test_how_many_made_which_mistake() -> None:
    found = gathered((HIDDEN, UPDATE), (HIDDEN,), (), (HIDDEN,))
    assert [(made.title, made.number, made.names) for made in found.made] == [
        ("∂E/∂w3: uses a_h1 where a_h2 belongs", 3, ["0.xlsx", "1.xlsx", "3.xlsx"]),
        ("w6 is updated with the gradient of w5", 1, ["0.xlsx"]),
    ]
    assert found.mean == pytest.approx((3 * 96.29 + 100) / 4)


def test_what_to_teach_again_is_what_a_fifth_has_wrong() -> None:
    found = gathered(*[(HIDDEN,)] * 3, *[(UPDATE,)] * 2, (ODD,), *[()] * 4)
    assert [(topic.name, number) for topic, number in found.again] == [
        ("The way back through the hidden layer", 3),
        ("The update", 2),
    ]
    assert [(topic.name, number) for topic, number in gathered((UPDATE,), *[()] * 9).again] == [
        ("The update", 1)
    ]
    assert gathered(()).again == []


def test_a_rare_mistake_in_the_same_cells_is_told_with_who_shares_it() -> None:
    elsewhere = replace(ODD, first_row=15, last_row=16)
    found = gathered((ODD,), (ODD,), (elsewhere,), *[(HIDDEN,)] * 20, *[()] * 20)
    (shared,) = found.shared
    assert shared.made.names == ["0.xlsx", "1.xlsx"]
    assert shared.places == "AA5:AA6"


def test_a_frequent_mistake_is_nobodys() -> None:
    assert gathered(*[(HIDDEN,)] * 4, *[()] * 4).shared == []


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.code)
@pytest.mark.parametrize("quantity", ["h1", "E1", "dE/dw1", "w1"])
def test_every_mistake_belongs_to_a_topic(slip: type, quantity: str) -> None:
    topic = topic_of(replace(FAULT, kind=slip.code, quantity=quantity))  # type: ignore[attr-defined]
    assert topic.lesson.endswith(".")


def test_the_page_is_whole_and_nothing_of_a_workbook_is_markup() -> None:
    text = "<script>alert(1)</script>"
    found = gathered((replace(ODD, explanation=text, found=text),) * 2, (HIDDEN,))
    found.add(Entry(text, replace(UNREAD, path=Path("b.xlsx")), None))
    assert text in require_whole(class_page(found)).text
