"""Components that the README calls optional: a test without them skips, but never in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

WORKBOOKS = Path(__file__).resolve().parents[2] / "shared" / "workbooks"


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
