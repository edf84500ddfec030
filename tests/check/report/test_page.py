"""The HTML page: whole, self-contained, escaped, and honest about every file."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from backprop_xlsx.check.findings import Caution, Fault, FileReport, Part, TableReport
from backprop_xlsx.check.report.pages.page import page
from backprop_xlsx.check.report.phrases import Verdict
from backprop_xlsx.site import building

ASSETS = Path(building.__file__).parent / "assets"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Reader(HTMLParser):
    """The text of a page as it is shown, its tags, and whether they nest."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.cells: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if "td" in self.open:
            self.cells[-1] += data


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_has_its_colour(verdict: Verdict) -> None:
    ours, theirs = page([]), (ASSETS / "page.css").read_text("utf-8")
    rule = re.compile(rf"\.{verdict.name.lower()}\b[^{{}}]*\{{ color: var")
    assert rule.search(ours) and rule.search(theirs)


def require_whole(source: str) -> Reader:
    """The page is one, its tags nest, and it asks for nothing from elsewhere."""
    reader = Reader(source)
    assert reader.open == []
    assert source.startswith("<!DOCTYPE html>")
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in reader.tags}
    for _, attributes in reader.tags:
        assert not {"src", "onerror"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    for address in ("url(", "@import", "http:", "https:"):
        assert address not in source
    return reader


FAULT = Fault(
    quantity="dE/dw3",
    column="AA",
    first_row=5,
    last_row=6,
    kind="wrong-operand",
    found="=K5*(1-K5)*D5",
    expected="=M5*(1-M5)*D5",
    explanation="uses a_h1 where a_h2 belongs",
    effect="the final loss is 3 % too large",
    corrections={(5, 27): "M5*(1-M5)*D5", (6, 27): "M6*(1-M6)*D6"},
    reason="why it is so",
)
TABLE = TableReport(
    sheet="Sheet1",
    range="A4:AF104",
    header_row=4,
    first_row=5,
    last_row=104,
    network="2-2-2 network",
    learning_rate_cell="B2",
    learning_rate=0.5,
    formulas=2700,
    faults=(),
    warnings=(),
    right="the other 26 quantities",
    parts=(Part("forward", 11, 11), Part("gradients", 8, 8), Part("updates", 8, 8)),
)
WRONG_PARTS = (Part("forward", 11, 11), Part("gradients", 8, 7), Part("updates", 8, 8))
RIGHT = FileReport(Path("class/ada.xlsx"), (TABLE,))
WRONG = FileReport(
    Path("class/bob.xlsx"),
    tuple(
        replace(
            TABLE,
            sheet=sheet,
            faults=(FAULT, replace(FAULT, quantity="dE/dw4", column="AB")),
            parts=WRONG_PARTS,
        )
        for sheet in ("Sheet1", "Sheet2")
    ),
)
WARNED = FileReport(
    Path("class/cem.xlsx"),
    (replace(TABLE, warnings=(Caution("chart", "chart 1", "leaves out a row"),)),),
)
UNREAD = FileReport(Path("class/dee.xlsx"), error="class/dee.xlsx: the file is cut short")


def test_the_summary_has_a_line_for_each_file_with_its_verdict_in_words_and_symbols() -> None:
    cells = Reader(page([RIGHT, WRONG, WARNED, UNREAD])).cells
    rows = [[" ".join(cell.split()) for cell in cells[row : row + 8]] for row in range(0, 32, 8)]
    assert rows == [
        ["ada.xlsx", "✓ right", "1", "0", "0", "0", "27 of 27", "100"],
        [
            "bob.xlsx ∂E/∂w3 and ∂E/∂w4: uses a_h1 where a_h2 belongs (2 tables)",
            *("✗ wrong", "2", "4", "8", "0", "52 of 54", "96.29"),
        ],
        ["cem.xlsx", "! right, with warnings", "1", "0", "0", "1", "27 of 27", "100"],
        ["dee.xlsx the file is cut short", "? not checked", "0", "0", "0", "0", "", ""],
    ]


def test_each_finding_is_told_in_full() -> None:
    text = " ".join(Reader(page([WRONG, WARNED])).text.split())
    for said in (
        "Sheet1!A4:AF104",
        "99 steps, η = 0.5 in B2, 2-2-2 network",
        "∂E/∂w3 and ∂E/∂w4 AA5:AB6 on sheets Sheet1 and Sheet2, 8 cells",
        "Uses a_h1 where a_h2 belongs.",
        "Why it is so.",
        "Mark 96.29 of 100: 52 of 54 columns right",
        "there is =K5*(1-K5)*D5",
        "should be =M5*(1-M5)*D5",
        "effect the final loss is 3 % too large",
        "Warning: chart 1: leaves out a row",
        "Right: the other 26 quantities",
    ):
        assert said in text


def test_what_differs_in_a_formula_is_marked() -> None:
    marked = re.findall(
        "<mark>(.*?)</mark>", page([FileReport(Path("a.xlsx"), (replace(TABLE, faults=(FAULT,)),))])
    )
    assert marked == ["K5", "K5", "M5", "M5"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_text_of_the_workbook_is_never_markup(text: str) -> None:
    warning = Caution(text, text, text)
    hostile = FileReport(
        Path(f"{text.replace('/', '')}.xlsx"),
        (
            replace(
                TABLE,
                faults=(replace(FAULT, found=text, expected=text, explanation=text, effect=text),),
                sheet=text,
                network=text,
                learning_rate_cell=text,
                warnings=(warning,),
                right=text,
            ),
        ),
    )
    source = page([hostile, FileReport(Path("b.xlsx"), error=text)])
    plain = page([WRONG, UNREAD])
    assert {tag for tag, _ in Reader(source).tags} <= {tag for tag, _ in Reader(plain).tags} | {
        "ul",
        "li",
        "b",
    }
    assert Reader(source).text.count(text) >= 9


def test_the_summary_names_the_worst_mistake_first_and_only_once() -> None:
    update = replace(
        FAULT,
        quantity="w6",
        explanation="w6 is updated with the gradient of w5",
        corrections={(row, 14): "x" for row in range(5, 10)},
    )
    report = FileReport(Path("a.xlsx"), (replace(TABLE, faults=(FAULT, update, FAULT)),))
    cell = " ".join(Reader(page([report])).cells[0].split())
    assert cell == "a.xlsx w6 is updated with the gradient of w5 and 1 more"


def test_characters_that_control_the_display_are_replaced() -> None:
    reversed_name = FileReport(Path("a.xlsx"), (replace(TABLE, sheet="\u202etxet\x1b[31m"),))
    source = page([reversed_name])
    assert "\u202e" not in source
    assert "\x1b" not in source


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere() -> None:
    require_whole(page([RIGHT, WRONG, WARNED, UNREAD]))


def test_the_links_of_the_summary_lead_to_the_sections() -> None:
    reader = Reader(page([RIGHT, WRONG]))
    links = [attributes["href"] for tag, attributes in reader.tags if tag == "a"]
    sections = [attributes["id"] for tag, attributes in reader.tags if tag == "section"]
    assert links == [f"#{section}" for section in sections] == ["#file-1", "#file-2"]


def test_files_of_the_same_name_are_told_apart_by_their_folders() -> None:
    cells = Reader(page([FileReport(Path(f"{name}/hw.xlsx"), (TABLE,)) for name in "ab"])).cells
    assert [cells[0].strip(), cells[8].strip()] == ["a/hw.xlsx", "b/hw.xlsx"]
