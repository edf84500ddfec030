"""Components that the README calls optional: a test without them skips, but never in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from backprop_xlsx.site.interpreter import NUMPY
from backprop_xlsx.spreadsheet.engines import engines

ROOT = Path(__file__).resolve().parents[1]
WORKBOOKS = ROOT.parent / "shared" / "workbooks"
PYODIDE = ROOT / ".pyodide"
"""The interpreter's files; the README tells how they get there."""


def require(present: object, component: str) -> None:
    """Skips the test where an optional component is missing; in CI that is a failure."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{component} is missing, and CI must have it")
    pytest.skip(f"{component} is not here")


def require_libreoffice() -> None:
    """Skips the test where LibreOffice is not installed."""
    require(shutil.which("soffice"), "LibreOffice")


def require_engine(name: str) -> None:
    """Skips the test where an engine, or LibreOffice, is not installed."""
    require(shutil.which("soffice") if name == "libreoffice" else name in engines(), name)


def require_browser() -> str:
    """Chromium's path; skips the test where it, or the interpreter for the page, is not here."""
    chromium = shutil.which("chromium")
    require(chromium, "Chromium")
    require((PYODIDE / NUMPY.name).exists(), "Pyodide with its numpy")
    assert chromium is not None
    return chromium
