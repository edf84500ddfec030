"""Progress: on a terminal and of long work only, on standard error, and gone at the end."""

from __future__ import annotations

import io
import sys
import time

import pytest

from backprop_xlsx.spreadsheet import progress
from backprop_xlsx.spreadsheet.progress import part_of, shown_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, patience: float, awaited: str = ""
) -> str:
    """What is written while a piece of work reports, until there is what is awaited."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    with shown_progress() as report:
        part_of(report, 0.5, 1)("writing Run A", 0.5)
        for _ in range(6_000 if awaited else 30):
            if awaited and awaited in stream.getvalue():
                break
            time.sleep(0.01)
    return stream.getvalue()


def test_a_terminal_shows_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(monkeypatch, Terminal(), 0, awaited="writing Run A")
    assert "writing Run A" in said
    # The line is cleared, and the cursor shown again.
    assert said.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), 60) == ""


def test_a_file_gets_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), 0) == ""


def test_a_part_goes_from_its_start_to_its_end() -> None:
    heard: list[tuple[str, float]] = []
    half = part_of(lambda doing, done: heard.append((doing, done)), 0.5, 1)
    for done in (0, 0.5, 1):
        half("x", done)
    assert heard == [("x", 0.5), ("x", 0.75), ("x", 1)]
