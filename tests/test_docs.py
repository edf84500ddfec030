"""The README and the pages tell every command, option and name, and what they show is there."""

from __future__ import annotations

import configparser
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

import generate
from backprop_xlsx import __main__ as write
from backprop_xlsx import preset_names
from backprop_xlsx.check import __main__ as check
from backprop_xlsx.exercise.practice import PARTS
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.site import __main__ as site
from mnist_model.commands import NAMES, compare, digit, evaluate, train
from mnist_model.training.recipes import PUBLISHED, RECIPES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
        *sorted(ROOT.glob("docs/**/*.md")),
    )
}
TEXT = "\n".join(PAGES.values())
PARSERS: dict[str, ArgumentParser] = {
    "backprop_xlsx": write._parser(),
    "backprop_xlsx.check": check._parser(),
    "backprop_xlsx.site": site._parser(),
    "mnist_model.train": train._parser(),
    "mnist_model.compare": compare._parser(),
    "mnist_model.evaluate": evaluate._parser(),
    "mnist_model.digit": digit._parser(),
}
# The pages in docs/guides/ that have a command's options.
GUIDES = {
    "backprop_xlsx": ("workbook", "networks", "practice"),
    "backprop_xlsx.check": ("check", "practice"),
    "backprop_xlsx.site": ("browser",),
    "mnist_model.train": ("training",),
    "mnist_model.compare": ("training",),
    "mnist_model.evaluate": ("training",),
    "mnist_model.digit": ("digit",),
}
PACKAGES = ("backprop_xlsx", "backprop_xlsx.check", "mnist_model.digit")
NAMED = {
    "preset": preset_names(),
    "part of the exercise": PARTS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "recipe": RECIPES,
    "published network": PUBLISHED,
}
LONGEST_PAGE = 165  # lines: what a reader has patience for
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def options(parser: ArgumentParser) -> set[str]:
    """The options of a command, but for that of its help."""
    found = {option for action in parser._actions for option in action.option_strings}
    return found - {"-h", "--help"}


def guides(command: str) -> str:
    return "\n".join(PAGES[ROOT / f"docs/guides/{name}.md"] for name in GUIDES[command])


def typed(text: str) -> list[str]:
    """The single commands of a page's blocks, as they are typed."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    return [part for line in lines for part in line.split(" && ")]


COMMANDS_TYPED = [(path, line) for path, text in PAGES.items() for line in typed(text)]


@pytest.mark.parametrize("command", PARSERS)
def test_every_command_and_option_is_documented(command: str) -> None:
    parser, text = PARSERS[command], guides(command)
    assert f"python -m {command} " in text
    for option in options(parser):
        said = rf"`{option}(?![\w-])"
        assert re.search(said, text), f"{command} {option} is in none of {GUIDES[command]}"
    for action in parser._actions:
        assert action.help, f"{command} {action.dest} has no help"


def test_every_option_that_is_documented_is_there() -> None:
    known = set().union(*map(options, PARSERS.values()))
    for path in ROOT.glob("docs/guides/*.md"):
        for option in re.findall(r"`(--[\w-]+)", PAGES[path]):
            assert option in known, f"{path.name}: no command has {option}"


@pytest.mark.parametrize(("path", "line"), COMMANDS_TYPED, ids=lambda value: str(value)[:60])
def test_every_command_is_understood(path: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[:2] == ["python", "-m"] and words[2] in PARSERS:
        PARSERS[words[2]].parse_args(words[3:])
    elif words[0] == "python" and words[1] != "-m":
        assert (ROOT / words[1]).is_file(), f"{path.name}: {line}"


def test_every_installed_command_is_documented() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    for script in setup["options.entry_points"]["console_scripts"].split("\n")[1:]:
        assert f"`{script.split(' = ')[0]}" in TEXT
    for name in NAMES:
        assert f"mnist_model.{name}" in PARSERS


def test_every_extra_is_documented() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    for extra in setup["options.extras_require"]:
        assert f"[{extra}]" in TEXT, f"nothing says when to install [{extra}]"


@pytest.mark.parametrize("kind", NAMED)
def test_every_name_that_can_be_given_is_documented(kind: str) -> None:
    for name in NAMED[kind]:
        assert f"`{name}`" in TEXT, f"{kind} {name} is in no page"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_documented(package: str) -> None:
    text = PAGES[ROOT / "docs/python.md"]
    section = text.partition(f"## {package}\n")[2].partition("\n## ")[0]
    for name in importlib.import_module(package).__all__:
        assert f"| `{name}` |" in section


def test_what_is_made_of_the_project_is_up_to_date() -> None:
    for path, content in generate.generated().items():
        said = f"{path.name} is not as python docs/tools/generate.py makes it"
        assert path.read_text(encoding="utf-8") == content, said


def test_every_promise_of_security_has_tests_that_are_there() -> None:
    promises = PAGES[ROOT / "docs/security.md"].split("\n## ")[1:]
    for promise in promises:
        tests = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", promise)
        if not promise.startswith("What is not promised"):
            assert tests, promise.splitlines()[0]
        for file, name in tests:
            source = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"{file} has no {name}"


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_every_example_is_mentioned(example: Path) -> None:
    assert f"examples/{example.name}" in TEXT


def test_every_picture_is_there_and_shown() -> None:
    shown = {
        (path.parent / target).resolve()
        for path, text in PAGES.items()
        for target in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    }
    drawn = {*(ROOT / "examples").rglob("*.png"), *(ROOT / "docs").rglob("*.svg")}
    assert shown == drawn


def test_every_link_leads_somewhere() -> None:
    for path, text in PAGES.items():
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            assert "://" in link or (path.parent / link).exists(), f"{path.name} links to {link}"


def test_no_page_is_too_long() -> None:
    for path, text in PAGES.items():
        assert text.count("\n") <= LONGEST_PAGE, path.name


@pytest.mark.slow
def test_the_commands_of_the_readme_work_as_typed(tmp_path: Path) -> None:
    """In an empty folder with the clone's examples, once the environment is there.

    And so does what is to be typed in Python, which reads the workbook that they make.
    """
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "PYTHONPATH": str(ROOT)}
    between = README.partition("## What you get")[2].partition("## Working on it")[0]
    # Training takes its time; it has tests of its own.
    lines = [line for line in typed(between) if not line.startswith(("pip ", "python -m mnist"))]
    assert len(lines) >= 7
    for line in lines:
        done = subprocess.run(
            line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        # The check ends with 1 where it finds what the example put there.
        expected = 1 if line.startswith("python -m backprop_xlsx.check") else 0
        assert done.returncode == expected, f"{line}: {done.stderr}"
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGES[ROOT / "docs/python.md"], re.M | re.S)
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
