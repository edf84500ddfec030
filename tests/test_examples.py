"""Every script in examples/ runs as it stands, in an empty folder, and says what it made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.optional import require_libreoffice

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
ARGUMENTS = {"render.py": ["Book.xlsx", "1"]}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_runs(example: str, tmp_path: Path) -> None:
    if example == "render.py":
        require_libreoffice()
        program = "from backprop_xlsx import *; build(Experiment.preset(steps=1), 'Book.xlsx')"
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / example, *ARGUMENTS.get(example, [])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert made, "an example leaves something to look at"
