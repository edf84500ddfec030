"""Every script in examples/ runs as it stands, in an empty folder; the gallery shows them all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.optional import require_browser, require_libreoffice

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))
PICTURES = sorted(path.name for path in (EXAMPLES / "pictures").iterdir())
GALLERY = (EXAMPLES / "README.md").read_text(encoding="utf-8")
NEED_LIBREOFFICE = ("convert_homework.py",)
SLOW = (
    "any_network.py",
    "classify_samples.py",
    "compare_networks.py",
    "convert_homework.py",
    "read_digit.py",
    "read_picture.py",
    "render.py",
    "train_mnist.py",
)
ARGUMENTS = {"render.py": ["check-report", "--into", "."]}


@pytest.mark.parametrize(
    "example",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SCRIPTS],
)
def test_every_example_runs(example: str, tmp_path: Path) -> None:
    if example in NEED_LIBREOFFICE:
        require_libreoffice()
    if example == "render.py":
        require_browser()
    done = _run(example, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert made, "an example leaves something to look at"


def _run(example: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLES / example, *ARGUMENTS.get(example, [])],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )


def test_the_gallery_shows_every_script_and_every_picture() -> None:
    linked = re.findall(r"\]\(([^)]+)\)", GALLERY)
    assert {link for link in linked if link.endswith(".py")} == set(SCRIPTS)
    shown = {link.removeprefix("pictures/") for link in linked if link.endswith(".png")}
    assert shown == set(PICTURES)


@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_has_a_maker_that_names_it(picture: str) -> None:
    makers = (EXAMPLES / "render.py").read_text(encoding="utf-8")
    found = re.search(rf'"{Path(picture).stem}": \((CLASS|"\w+\.py")', makers)
    assert found, "render.py cannot make it"
    script = found[1].strip('"').replace("CLASS", "write_workbook.py")
    assert f"pictures/{picture}" in (EXAMPLES / script).read_text(encoding="utf-8")


@pytest.mark.parametrize("script", sorted({*SCRIPTS} - {"render.py"}))
def test_every_script_has_a_picture(script: str) -> None:
    named = re.findall(r"pictures/([\w-]+\.png)", (EXAMPLES / script).read_text(encoding="utf-8"))
    assert named
    assert {*named} <= {*PICTURES}
