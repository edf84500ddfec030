"""The page as people use it: by keyboard, on a phone, and its second tab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.workbook.build import write_workbook
from tests.check.homework import SIBLING
from tests.check.hostile import homework, right_book
from tests.site.visits import Server, Visit

ROUNDING = 1e-11


@pytest.mark.slow
def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    visit.check({"homework.xlsx": homework(SIBLING, steps=4), "right.xlsx": right_book()})
    page.get_by_role("tab", name="Check workbooks").focus()
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("() => document.activeElement.innerText || document.activeElement.id")
        )
    assert reached == [
        "files",
        "homework.xlsx",
        "right.xlsx",
        "Report as a page",
        "Mark sheet (CSV)",
        "Findings (JSON)",
        "Start afresh",
        reached[-1],
    ]
    page.get_by_role("button", name="homework.xlsx").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="homework.xlsx", expanded=True)).to_be_visible()
    expect(page.get_by_text("Uses a_h1 where a_h2 belongs.").first).to_be_visible()
    page.get_by_role("tab", name="Check workbooks").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Make a workbook")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Check workbooks")).to_be_hidden()
    expect(page.get_by_role("tab", name="Make a workbook")).to_be_focused()


def test_what_happens_is_told_to_a_screen_reader(visit: Visit) -> None:
    visit.check({"no.xlsx": b"no"})
    status = visit.page.get_by_role("status").first
    expect(status).to_have_text("Checked: 1 file: 1 not checked.")
    expect(status).to_have_attribute("aria-live", "polite")
    for box in visit.page.locator("input, select").all():
        assert box.evaluate("(box) => box.labels.length") == 1


def test_files_can_be_dropped(visit: Visit) -> None:
    visit.page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          for (const name of ["one.xlsx", "one.xlsx"]) transfer.items.add(new File(["no"], name));
          document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }"""
    )
    expect(visit.status).to_have_text(re.compile("^Checked: 2 files"))
    assert visit.verdicts() == {"one.xlsx": "not checked", "2/one.xlsx": "not checked"}


def test_the_second_tab_makes_the_command_s_workbook(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.get_by_role("tab", name="Make a workbook").click()
    expect(page.get_by_text("Class network (2-2-2): the loss at each step")).to_be_visible()
    page.get_by_label("Begin with").select_option("mazur")
    page.get_by_label("Steps").fill("many")
    expect(page.get_by_role("alert")).to_contain_text("steps: invalid int value: 'many'")
    page.get_by_label("Steps").fill("6")
    page.get_by_label("Learning rates").fill("0.1, 0.5")
    expect(page.locator("#legend li")).to_have_text(["Run A: η = 0.1", "Run B: η = 0.5"])
    expect(page.get_by_role("alert")).to_be_hidden()
    made = visit.kept(page.get_by_role("button", name="Make the workbook"), tmp_path)
    experiment = Experiment.preset("mazur", steps=6, learning_rates=[0.1, 0.5])
    write_workbook(experiment, tmp_path / "native.xlsx")
    for ours, theirs in zip(
        read_book(made).sheets, read_book(tmp_path / "native.xlsx").sheets, strict=True
    ):
        assert (ours.name, ours.cells.keys()) == (theirs.name, theirs.cells.keys())
        for position, cell in ours.cells.items():
            other = theirs.cells[position]
            assert cell.formula == other.formula
            if isinstance(cell.value, float) and isinstance(other.value, float):
                assert abs(cell.value - other.value) <= ROUNDING * max(abs(other.value), 1)
            else:
                assert cell.value == other.value
    assert "that proof was not run here" in page.get_by_role("tabpanel").inner_text()


@pytest.mark.slow
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, site: Path) -> None:
    with (
        Server(site) as server,
        Visit.of(browser, server.address, viewport={"width": 360, "height": 740}) as visit,
    ):
        visit.wait_for_example()
        wide = "() => document.documentElement.scrollWidth"
        assert visit.page.evaluate(wide) <= 360
        visit.page.get_by_role("tab", name="Make a workbook").click()
        expect(visit.page.locator("#preview")).to_be_visible()
        assert visit.page.evaluate(wide) <= 360
