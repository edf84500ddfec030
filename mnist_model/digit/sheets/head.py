"""What most sheets share: a frozen head with a title and links, and how they go to print."""

from __future__ import annotations

from typing import NamedTuple

from backprop_xlsx.spreadsheet.sheets.page import Page, Position, prepare
from mnist_model.digit.sheets.looks import Looks

HEAD_ROWS = 4
TOP = HEAD_ROWS + 1
"""The row of the first heading below the frozen head."""


class Links(NamedTuple):
    """The sheets that a head leads to: the first two of the book, those before and after it."""

    first: str
    layers: str
    before: str
    after: str


def put_head(page: Page, looks: Looks, title: str, links: Links) -> None:
    """The title, and the links in the first column."""
    page.text((0, 1), title, looks("title"))
    page.height(0, 26)
    signs = ("", "", "← ", "→ ")
    for row, (sheet, sign) in enumerate(zip(links, signs, strict=True)):
        page.link((row, 0), sheet, sign + sheet, looks("link"))


def finish(page: Page, last: Position, frozen_columns: int = 0) -> None:
    """Writes the page, whose last row and column that go to print are ``last``."""
    page.write()
    page.worksheet.freeze_panes(HEAD_ROWS, frozen_columns)
    prepare(page.worksheet, *last)
    page.worksheet.print_area(0, 1, *last)  # links are of no use on paper
