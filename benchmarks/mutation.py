"""Which small mistakes in the code no test notices: a seeded sample of mutants of each room.

python benchmarks/mutation.py --seed 1 --number 25
python benchmarks/mutation.py --rooms verify judging --number 10

A mutant is a copy of the tree with one operator, constant or comparison changed, or one statement
deleted. The tests that mirror its room run in one process, the quickest files first, and stop at
the first failure; those that start other programs are left out. Survivors are printed as rows of
a table; whether one is equivalent to the code is for a person to judge.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, settings

IN_PROCESS = "not libreoffice and not gnumeric"
"""Which tests: what another program's recalculation shows, an engine's shows sooner."""
HANGS = 3
"""How many times longer than the code's own tests those of a mutant take that hangs."""
ROOT = Path(__file__).resolve().parents[1]
# What takes long to load, and is none of ours, is loaded once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "hypothesis", "numpy", "torch", "openpyxl"])
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", "*.egg-info", "build"
)


@dataclass(frozen=True)
class Room:
    """Where a room's code is, and the tests that mirror it."""

    code: tuple[str, ...]
    tests: tuple[str, ...]


def _check(room: str, *more: str) -> Room:
    tests = (f"tests/check/{room}", "tests/check/test_tolerances.py", *more)
    return Room((f"backprop_xlsx/check/{room}",), tests)


ROOMS = {
    "formula": Room(("backprop_xlsx/formula",), ("tests/formula",)),
    "model": Room(("backprop_xlsx/model", "backprop_xlsx/equations.py"), ("tests/model",)),
    "reference": Room(("backprop_xlsx/reference",), ("tests/reference", "tests/model")),
    "derivation": Room(("backprop_xlsx/derivation",), ("tests/derivation",)),
    "workbook": Room(("backprop_xlsx/workbook",), ("tests/workbook",)),
    "checks": Room(("backprop_xlsx/workbook/checks",), ("tests/workbook/checks",)),
    "verify": Room(("backprop_xlsx/verification.py",), ("tests/test_verification.py",)),
    "reading": _check("reading"),
    "judging": _check("judging"),
    "repair": _check("repair"),
    "faults": _check("faults"),
    "warnings": _check("warnings"),
    "report": _check("report", "tests/check/test_command.py"),
    "correction": Room(
        ("backprop_xlsx/check/correction.py", "backprop_xlsx/check/proof.py"),
        ("tests/check/test_correction.py", "tests/check/test_tolerances.py"),
    ),
    "exercise": Room(("backprop_xlsx/exercise",), ("tests/exercise",)),
    "spreadsheet": Room(("backprop_xlsx/spreadsheet",), ("tests/spreadsheet",)),
    "training": Room(("mnist_model/training",), ("tests/mnist_model/training",)),
    "digit": Room(("mnist_model/digit",), ("tests/mnist_model/digit",)),
}


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from `start` to `stop` of a file of the tree give way to others."""

    path: Path
    original: bytes
    line: int
    start: int
    stop: int
    before: str
    after: str

    def source(self) -> bytes:
        """The file with the change."""
        return b"".join(
            (self.original[: self.start], self.after.encode(), self.original[self.stop :])
        )


_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a file, in its order."""
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _without_types(ast.parse(source)):
        changed = _changed(node)
        if changed is None:
            continue
        assert isinstance(node, (ast.expr, ast.stmt))
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[node.end_lineno - 1] + node.end_col_offset
        before = source[start:stop].decode()
        yield Mutant(path, source, node.lineno, start, stop, before, changed)


def _without_types(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all within it, but for the hints of types, which compute nothing."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _without_types(child)


def _changed(node: ast.AST) -> str | None:
    """A node with one thing changed, as text; None for one that is left alone."""
    if isinstance(node, (ast.Return, ast.Raise, ast.AugAssign, ast.Continue, ast.Break)):
        return "pass"
    if isinstance(node, ast.Expr):
        return "pass" if isinstance(node.value, ast.Call) else None  # not a docstring
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        return f"({ast.unparse(node.operand)})"
    if isinstance(node, ast.Constant):
        return _other_constant(node.value)
    operator: ast.AST | None = None
    if isinstance(node, (ast.BinOp, ast.BoolOp)):
        operator = node.op
    elif isinstance(node, ast.Compare):
        operator = node.ops[0]
    if operator is None or type(operator) not in _OPERATORS:
        return None
    other = _OPERATORS[type(operator)]()
    changed: Any = ast.parse(ast.unparse(node), mode="eval").body
    if isinstance(node, ast.Compare):
        changed.ops[0] = other
    else:
        changed.op = other
    return f"({ast.unparse(changed)})"


def _other_constant(value: object) -> str | None:
    if isinstance(value, bool):
        return str(not value)
    if isinstance(value, int):
        return str(value + 1)
    if isinstance(value, float):
        return repr(value * 1e6) if 0 < abs(value) < 1 else repr(value * 2 + 1)
    return None


def sample(room: Room, number: int, seed: int) -> list[Mutant]:
    """So many mutants of a room, each file's chance by the mutants that it has."""
    files = [
        path
        for place in room.code
        for path in (
            [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
        )
    ]
    every = [mutant for path in files for mutant in mutants(path)]
    return random.Random(seed).sample(every, min(number, len(every)))


class FirstCounterexample:
    """The tests' settings, with which a mutant need not be told by the simplest example."""

    def pytest_collection(self) -> None:
        phases = [
            phase for phase in settings().phases if phase not in (Phase.shrink, Phase.explain)
        ]
        settings.register_profile("mutants", settings(), phases=phases)
        settings.load_profile("mutants")


def _run(root: Path, tests: tuple[str, ...]) -> None:
    """Runs tests of a tree, as a process of its own and the first of a group."""
    os.setsid()
    os.chdir(root)
    sys.path.insert(0, str(root))
    sys.dont_write_bytecode = True
    # The same examples for the code and for each of its mutants.
    os.environ |= {"PYTHONPATH": str(root), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-o", "addopts="]
    options += ["-m", "not slow", "-k", IN_PROCESS]
    os._exit(pytest.main([*options, *tests], plugins=[FirstCounterexample()]))


class Copy:
    """A copy of the tree, in which mutants live one after the other."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "tree"
        shutil.copytree(ROOT, self._root, ignore=LEFT_BEHIND)
        beside = ROOT.parent / "shared"
        if beside.exists():  # what tests read where it is there, as in CI it must be
            (folder / beside.name).symlink_to(beside.resolve())

    def quickest_first(
        self, tests: tuple[str, ...], seconds: float
    ) -> tuple[tuple[str, ...], bool]:
        """The files of the tests by how long each takes, and whether they all end well in the time.

        They may take ten times as long here, so that the order is known; in the order that was
        given, if that is not enough.
        """
        report = self._root.with_name("durations.xml")
        told = (f"--junitxml={report}", "-o", "junit_family=xunit1")
        status, lasted = self.run((*tests, *told), 10 * seconds)
        if status is None:
            return tests, False
        if status != 0:
            raise SystemExit(f"the tests {' '.join(tests)} fail on the code as it is")
        took: dict[str, float] = {}
        for case in ElementTree.parse(report).iter("testcase"):
            file = case.attrib["file"]
            took[file] = took.get(file, 0.0) + float(case.attrib["time"])
        return tuple(sorted(took, key=lambda file: took[file])), HANGS * lasted < seconds

    def run(self, tests: tuple[str, ...], seconds: float) -> tuple[int | None, float]:
        """The exit status of the tests, None if their time was up, and how long they took."""
        start = time.monotonic()
        process = PROCESSES.Process(target=_run, args=(self._root, tests))
        process.start()
        process.join(seconds)
        status = process.exitcode
        if process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return status, time.monotonic() - start

    @contextlib.contextmanager
    def with_mutant(self, mutant: Mutant) -> Iterator[None]:
        """The copy with one change for as long as it is entered."""
        path = self._root / mutant.path.relative_to(ROOT)
        path.write_bytes(mutant.source())
        try:
            yield
        finally:
            path.write_bytes(mutant.original)


def judge(copy: Copy, room: Room, chosen: list[Mutant], seconds: float) -> list[Mutant]:
    """The mutants that survive.

    One whose tests do not end in time hangs, and died, if those of the code itself end in a third
    of it; where they do not, it survived what could be run.
    """
    tests, all_end = copy.quickest_first(room.tests, seconds)
    survivors = []
    for mutant in chosen:
        with copy.with_mutant(mutant):
            outcome, took = copy.run(tests, seconds)
        survived = outcome == 0 or (outcome is None and not all_end)
        verdict = "SURVIVED" if survived else "died"
        print(f"{verdict:8} {took:5.1f} s  {row(mutant)}", flush=True)
        if survived:
            survivors.append(mutant)
    return survivors


def row(mutant: Mutant) -> str:
    """A mutant as a row of a table."""
    place = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
    before, after = (" ".join(text.split())[:90] for text in (mutant.before, mutant.after))
    return f"| `{place}` | `{before}` | `{after}` |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS), metavar="ROOM")
    parser.add_argument("--number", type=int, default=25, help="mutants a room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="for the tests of one mutant")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for name in options.rooms:
            room = ROOMS[name]
            chosen = sample(room, options.number, options.seed)
            survivors = judge(copy, room, chosen, options.seconds)
            print(f"{name}: {len(chosen) - len(survivors)} of {len(chosen)} died", flush=True)


if __name__ == "__main__":
    main()
