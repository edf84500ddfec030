"""The check in a real browser: the same findings as natively, and nothing leaves the computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx.check import check_files, to_json
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.correction import fix
from backprop_xlsx.check.report.phrases import reason, verdict
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.check.homework import SIBLING, write_homework
from tests.check.hostile import hostile_files, markup, right_book
from tests.optional import WORKBOOKS, require
from tests.site.visits import Visit

TWELVE = sorted(WORKBOOKS.glob("*.xlsx"))


def formulas(path: Path) -> dict[tuple[str, int, int], str | None]:
    return {
        (sheet.name, *position): cell.formula
        for sheet in read_book(path).sheets
        for position, cell in sheet.cells.items()
    }


@pytest.mark.slow
def test_the_public_workbooks_give_the_same_json(visit: Visit, tmp_path: Path) -> None:
    require(TWELVE, "the folder of public workbooks")
    visit.check(TWELVE)
    button = visit.page.get_by_role("button", name="Findings (JSON)")
    found = visit.kept(button, tmp_path).read_text("utf-8")
    assert found == to_json(list(check_files(TWELVE)))


def test_a_file_makes_no_request(visit: Visit, tmp_path: Path) -> None:
    write_homework(tmp_path / "homework.xlsx", SIBLING, steps=10)
    assert visit.check([tmp_path / "homework.xlsx"]) == {"homework.xlsx": "wrong"}
    details = visit.open("homework.xlsx")
    assert "Uses a_h1 where a_h2 belongs." in details.inner_text()
    visit.kept(details.get_by_role("button", name="Corrected workbook"), tmp_path)
    for name in ("Report as a page", "Mark sheet (CSV)", "Findings (JSON)"):
        visit.kept(visit.page.get_by_role("button", name=name), tmp_path)
    assert [address for address in visit.requests if not address.startswith("blob:")] == []


@pytest.mark.parametrize("faults", [SIBLING, {"E1": "0.5*(0.5-{a_o1})^2"}])
def test_a_corrected_copy_passes_the_native_check(
    visit: Visit, faults: dict[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "homework.xlsx"
    write_homework(source, faults, steps=12)
    visit.check([source])
    details = visit.open("homework.xlsx")
    (tmp_path / "page").mkdir()
    button = details.get_by_role("button", name="Corrected workbook")
    copy = visit.kept(button, tmp_path / "page")
    assert "No other spreadsheet engine runs here" in details.inner_text()
    report = check_file(copy)
    assert (report.error, report.faults) == (None, 0)
    fix(check_file(source), tmp_path / "native.xlsx")
    assert formulas(copy) == formulas(tmp_path / "native.xlsx")


@pytest.mark.slow
def test_hostile_files_give_one_line_each_and_the_page_lives(visit: Visit, tmp_path: Path) -> None:
    files = hostile_files()
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    verdicts = visit.check(sorted(folder.iterdir()))
    assert verdicts.keys() == files.keys()
    for report in check_files(sorted(folder.iterdir())):
        name = report.path.name
        assert verdicts[name] == verdict(report).word
        if report.error is not None:
            line = reason(report)
            assert visit.line(name).casefold().startswith(line.casefold())
    assert visit.requests == []
    assert visit.check({"after.xlsx": right_book()})["after.xlsx"] == "right, with warnings"


def test_no_text_of_a_workbook_is_markup(visit: Visit) -> None:
    visit.check({"<img src=x>.xlsx": markup()})
    details = visit.open("<img src=x>.xlsx")
    assert "<script>alert('1')</script>" in details.inner_text()
    assert "<b>&'\"<b>!" in details.inner_text()
    assert visit.page.locator("#verdicts").locator("script, img, h3 b").count() == 0
