"""The page on a class, as HTML that is whole in itself."""

from __future__ import annotations

from backprop_xlsx.check.classroom.gathered import BINS, Gathered
from backprop_xlsx.check.report.pages.templates import template


def class_page(gathered: Gathered) -> str:
    """The page: marks, what to teach again, each mistake with how many made it, who shares one.

    Whatever comes from a workbook is escaped; the page asks for nothing from elsewhere.
    """
    return template("page.html", __package__).render(gathered=gathered, bins=BINS)
