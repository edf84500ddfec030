"""The README documents every option and example, and what it shows is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backprop_xlsx import __main__ as write
from backprop_xlsx.check import __main__ as check
from backprop_xlsx.site import __main__ as site
from mnist_model.commands import compare, digit, evaluate, train

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = {
    "backprop_xlsx": write._parser(),
    "backprop_xlsx.check": check._parser(),
    "backprop_xlsx.site": site._parser(),
    "mnist_model.train": train._parser(),
    "mnist_model.compare": compare._parser(),
    "mnist_model.evaluate": evaluate._parser(),
    "mnist_model.digit": digit._parser(),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    parser = COMMANDS[command]
    assert f"python -m {command} " in README
    for action in parser._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"`{option}" in README, f"{command} {option} is not in the README"
        assert action.help, f"{command} {action.dest} has no help"


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_every_example_is_mentioned(example: Path) -> None:
    assert f"examples/{example.name}" in README


def test_every_picture_is_there_and_shown() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README))
    assert shown == {f"examples/{path.name}" for path in (ROOT / "examples").glob("*.png")}


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert "://" in link or (page.parent / link).exists(), f"{page.name} links to {link}"
