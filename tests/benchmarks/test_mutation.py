"""Mutants change one thing, and are told from the code only by tests that look."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mutation

SOURCE = '''"""Ünïcode before what is changed."""


def grown(numbers: list | None, limit: float = 0.5) -> int | None:
    """Not a statement to delete."""
    total = 0
    for number in numbers:
        total += number * 2
    if not numbers or total < limit:
        raise ValueError("ü")
    return total
'''
CHANGES = [
    ("0.5", "500000.0"),
    ("0", "1"),
    ("total += number * 2", "pass"),
    ("number * 2", "(number / 2)"),
    ("2", "3"),
    ("not numbers or total < limit", "(not numbers and total < limit)"),
    ("not numbers", "(numbers)"),
    ("total < limit", "(total <= limit)"),
    ('raise ValueError("ü")', "pass"),
    ("return total", "pass"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "grown.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_each_mutant_changes_one_thing_and_is_sound(path: Path) -> None:
    found = list(mutation.mutants(path))
    assert sorted((mutant.before, mutant.after) for mutant in found) == sorted(CHANGES)
    for mutant in found:
        changed = mutant.source().decode()
        ast.parse(changed)
        assert changed == SOURCE.replace(mutant.before, mutant.after, 1) or mutant.before in "02"


def test_every_room_has_code_and_tests_and_a_sample_that_repeats() -> None:
    for name, room in mutation.ROOMS.items():
        assert all((mutation.ROOT / place).exists() for place in room.code + room.tests), name
        assert len(mutation.sample(room, 5, seed=1)) == 5, name
    room = mutation.ROOMS["formula"]
    assert mutation.sample(room, 5, seed=1) == mutation.sample(room, 5, seed=1)
    assert mutation.sample(room, 5, seed=1) != mutation.sample(room, 5, seed=2)


@pytest.mark.parametrize(("assertion", "survives"), [("grown([1]) == 2", 0), ("grown", 1)])
def test_who_survives_is_told(
    path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    assertion: str,
    survives: int,
) -> None:
    monkeypatch.setattr(mutation, "ROOT", path.parent)
    test = f"from grown import grown\n\n\ndef test_it():\n    assert {assertion}\n"
    (path.parent / "test_grown.py").write_text(test)
    (mutant,) = (mutant for mutant in mutation.mutants(path) if mutant.after == "(number / 2)")
    copies = tmp_path_factory.mktemp("copies")
    room = mutation.Room(("grown.py",), ("test_grown.py",))
    assert len(mutation.judge(mutation.Copy(copies), room, [mutant], 60)) == survives
