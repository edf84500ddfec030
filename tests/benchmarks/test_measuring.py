"""What is waited for counts on the clock, whichever process works meanwhile."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

import digit
from measuring import printed_numbers

WAIT = 0.05


def test_the_seconds_of_another_program_are_those_of_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: time.sleep(WAIT))
    assert digit.opening(Path("Digit.xlsx")) >= WAIT


def test_a_script_may_say_more_before_its_numbers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint('Python 3\\n')\nprint(*sys.argv[1:], 2.5)\n")
    assert printed_numbers(str(script), "1") == [1.0, 2.5]
