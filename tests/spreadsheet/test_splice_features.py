"""Whatever Excel keeps in a file is there after a splice, byte for byte."""

from __future__ import annotations

from pathlib import Path

from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.splice import splice
from tests.oracles.open_xml_sdk import findings, require_open_xml_sdk
from tests.spreadsheet.books_to_splice import NAME, addition
from tests.spreadsheet.books_with_features import FEATURES, featured_book
from tests.spreadsheet.ooxml.packages import parts_in
from tests.spreadsheet.test_splice import CHANGED, is_kept_in

PARTS_IN_ALL = 50


def test_every_part_is_kept_when_a_sheet_comes_and_when_it_is_replaced(
    tmp_path: Path, added: Path
) -> None:
    book = featured_book(tmp_path / "book.xlsm")
    before = parts_in(book)
    assert len(before) > PARTS_IN_ALL
    assert {feature.part for feature in FEATURES.values()} < before.keys()
    splice(book, added, NAME)
    after = parts_in(book)
    assert {name for name in before if before[name] != after.get(name)} == CHANGED
    assert all(is_kept_in(before[name], after[name]) for name in CHANGED)
    splice(book, addition(tmp_path / "new.xlsx", factor=4), NAME, replace=True)
    again = parts_in(book)
    # A list of formulas that no longer fits goes; whoever calculates next makes a new one.
    gone = {"xl/calcChain.xml"}
    assert {name for name in before if before[name] != again.get(name)} == CHANGED | gone
    assert {name for name in after if name not in again} == gone
    assert read_book(book).sheet(NAME).cells[3, 1].value == 12


def test_the_way_to_each_part_is_kept(tmp_path: Path, added: Path) -> None:
    book = featured_book(tmp_path / "book.xlsm")
    splice(book, added, NAME)
    after = parts_in(book)
    for name, feature in FEATURES.items():
        assert f'PartName="/{feature.part}"'.encode() in after["[Content_Types].xml"], name
        folder, _, source = feature.source.rpartition("/")
        lines = after[f"{folder}/_rels/{source}.rels".lstrip("/")]
        way = f'Type="{feature.relationship}" Target="/{feature.part}"'
        assert way.encode() in lines, name


def test_microsofts_validator_finds_nothing_new(tmp_path: Path, added: Path) -> None:
    require_open_xml_sdk()
    before, after = (featured_book(tmp_path / f"{name}.xlsm") for name in ("before", "after"))
    splice(after, added, NAME)
    found = findings([before, after], tmp_path / "dotnet")
    assert not any(line.startswith("cannot be opened") for line in found[before])
    assert set(found[after]) <= set(found[before])
