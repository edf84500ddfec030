"""Check files of other kinds too: LibreOffice makes a workbook of each, and that is checked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.spreadsheet import libreoffice
from backprop_xlsx.spreadsheet.errors import FileError, InputError


@dataclass(frozen=True)
class Converting:
    """A check that lets LibreOffice make a workbook of what is a spreadsheet of another kind."""

    check: Callable[[Path], FileReport]

    def __call__(self, path: Path) -> FileReport:
        """The report, under the file's own name; its ``foreign`` says what was converted."""
        report = self.check(path)
        if report.foreign is None:
            return report
        with tempfile.TemporaryDirectory() as folder:
            try:
                workbook = libreoffice.converted(path, Path(folder), report.foreign)
            except InputError as error:
                return replace(report, error=f"{report.error}; --convert: {error}")
            except FileError as error:
                return replace(report, error=str(error))
            found = self.check(workbook)
        return replace(found.renamed(path), foreign=report.foreign)
