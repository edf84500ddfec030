"""What the check found as one self-contained HTML page, to be read, printed or sent."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import jinja2

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.report import phrases

_TEMPLATE = "page.html"


def page(reports: Sequence[FileReport]) -> str:
    """The page: a summary of all files, then a section a file.

    Whatever comes from a workbook is escaped; the page asks for nothing from elsewhere.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["printable"] = phrases.printable
    source = (resources.files(__package__) / _TEMPLATE).read_text(encoding="utf-8")
    numbers = [
        (kind, sum(phrases.verdict(report) is kind for report in reports))
        for kind in phrases.Verdict
    ]
    return environment.from_string(source).render(
        reports=reports,
        names=phrases.names(reports),
        numbers=[entry for entry in numbers if entry[1]],
        phrases=phrases,
    )
