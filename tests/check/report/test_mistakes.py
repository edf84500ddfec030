"""A mistake is told once, with every place where it is made, however the tables differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from backprop_xlsx.check.findings import Fault, FileReport
from backprop_xlsx.check.report.mistakes import Mistake, mistakes
from tests.check.report.test_page import FAULT, TABLE


def told(*faults: tuple[str, Fault]) -> list[Mistake]:
    """The mistakes of a file whose tables, one for each sheet, have these faults."""
    sheets = dict.fromkeys(sheet for sheet, _ in faults)
    tables = tuple(
        replace(TABLE, sheet=name, faults=tuple(fault for sheet, fault in faults if sheet == name))
        for name in sheets
    )
    return mistakes(FileReport(Path("book.xlsx"), tables))


def fault(column: str, first_row: int, last_row: int, **changes: Any) -> Fault:
    rows = range(first_row, last_row + 1)
    corrections = {(row, 1): "1" for row in rows}
    return replace(
        FAULT, column=column, first_row=first_row, last_row=last_row, corrections=corrections,
        **changes,
    )  # fmt: skip


def test_columns_side_by_side_are_one_place_and_others_are_not() -> None:
    (mistake,) = told(
        ("A", fault("AC", 5, 9)), ("A", fault("AA", 5, 9)), ("A", fault("AB", 5, 9)),
        ("A", fault("AE", 5, 9)), ("A", fault("AD", 5, 8)),
    )  # fmt: skip
    assert mistake.places == ("AD5:AD8", "AA5:AC9", "AE5:AE9")
    assert (mistake.tables, mistake.cells) == (1, 24)


def test_places_that_sheets_share_are_named_once_and_those_that_differ_each() -> None:
    same, other = fault("AA", 5, 9), fault("AA", 7, 7)
    (mistake,) = told(("A", same), ("B", other), ("C", same))
    assert mistake.places == ("AA5:AA9 on sheets A and C", "AA7 on sheet B")
    assert str(mistake).endswith(" (3 tables)")
    assert mistake.effect == f"{FAULT.effect} (A!AA5:AA9 alone)"


def test_places_of_one_sheet_are_named_together() -> None:
    (mistake,) = told(("A", fault("AA", 5, 6)), ("A", fault("AD", 5, 6)), ("B", fault("AA", 5, 6)))
    assert mistake.places == ("AA5:AA6, AD5:AD6 on sheet A", "AA5:AA6 on sheet B")


def test_a_mistake_that_differs_from_table_to_table_is_told_for_each() -> None:
    other = fault("AA", 5, 6, explanation="has the sign turned")
    found = told(("A", fault("AA", 5, 5)), ("B", other))
    assert [mistake.first.explanation for mistake in found] == [
        "has the sign turned",  # in more cells
        FAULT.explanation,
    ]
    assert [mistake.places for mistake in found] == [("AA5:AA6",), ("AA5",)]
    assert [mistake.effect for mistake in found] == [FAULT.effect] * 2
    assert not str(found[0]).endswith("tables)")


def test_a_mistake_on_another_sheet_than_its_table_is_told_where_it_stands() -> None:
    (mistake,) = told(("A", fault("B", 2, 2, sheet="Rates")), ("B", fault("B", 2, 2)))
    assert mistake.places == ("B2 on sheets Rates and B",)
    assert mistake.effect == f"{FAULT.effect} ('Rates'!B2 alone)"
