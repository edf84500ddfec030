"""The table of what others publish, with its sources."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.comparison.published import PUBLISHED
from mnist_model.sheets.grid import COUNT, NUMBERS, PER_CENT, WORDS, Headed, put_head, put_number

PARAMETERS, BEST, LAST, EPOCHS, SOURCE = range(NUMBERS, NUMBERS + 5)
HEADERS = ("published by others", "parameters", "best epoch, %", "last epoch, %", "epochs")


# The chart takes the names of its series from here, in this order.
KEY = SOURCE + 5
DRAWN = (
    "last epoch, mean of our runs",
    "best epoch of our runs",
    "last epoch, published",
    "best epoch, published",
)


@dataclass(frozen=True)
class PublishedTable(Headed):
    """The table from row ``top`` on."""

    @property
    def bottom(self) -> int:
        """The last row."""
        return self.first_row + len(PUBLISHED) - 1

    def put(self, page: Page, theme: Theme) -> None:
        """Writes the table; all of it is typed, none was measured here."""
        title = "What others publish, not measured here"
        put_head(page, theme, self.top, title, HEADERS, "targets")
        page.text(
            (self.top + 1, SOURCE), "where", theme("header_left", "group_targets", "indented")
        )
        page.text((self.top + 1, KEY), "in the chart", theme("header_left", "group_targets"))
        for row, name in enumerate(DRAWN, start=self.first_row):
            page.text((row, KEY), name, theme("left"))
        accuracy = theme("value", "ruled", number_format=PER_CENT)
        whole = theme("whole", "ruled", number_format=COUNT)
        for row, network in enumerate(PUBLISHED, start=self.first_row):
            page.text((row, WORDS), network.name, theme("bold", "ruled"))
            for column, number, style in (
                (PARAMETERS, network.parameters, whole),
                (BEST, network.best, accuracy),
                (LAST, network.last, accuracy),
                (EPOCHS, network.epochs, whole),
            ):
                put_number(page, (row, column), number, style)
            page.text((row, SOURCE), network.source, theme("left", "quiet", "indented"))
