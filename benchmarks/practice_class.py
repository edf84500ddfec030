"""A made-up class: books handed out, filled in with planted mistakes and copies, and graded.

    python benchmarks/practice_class.py [--students 200] [--seed 1]

Every submission is saved by openpyxl, as another program would. It prints how many of them were
attributed: points, the quantity of the first mistake and its words, the sender, and whose start
values they are.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.__main__ import main as write
from backprop_xlsx.exercise.grading.command import grade_files
from backprop_xlsx.exercise.grading.grades import Grade
from backprop_xlsx.exercise.layout import EXERCISE, Layout
from backprop_xlsx.exercise.sheets.top import WHO
from backprop_xlsx.exercise.students.key import Handed, Key, read_key

FIRST = ("Anna", "Jörg", "Zoë", "Ünal", "Li", "O'Neil", "=SUM(1)", "Max, Jr.", 'Bo "B"', "Ada")
LAST = ("Müller", "Schmidt", "Öztürk", "García", "Smith", "van der Berg", "Łuczak", "Nguyễn")
MISTAKES = (
    ("a_h2", "1/(1+EXP({h2}))", "sign"),
    ("o1", "{w5}*{a_h2}+{w6}*{a_h2}", "uses a_h2 where a_h1"),
    ("h2", "{w2}*{i1}+{w4}*{i2}", "uses w2 where w3"),
    ("E1", "({t1}-{a_o1})^2", "factor"),
    ("E2", "0.5*({t2}-{a_o2})", "square"),
    ("dE/dw5", "({t1}-{a_o1})*{a_o1}*(1-{a_o1})*{a_h1}", "sign is wrong"),
    ("dE/dw6", "({a_o1}-{t1})*{a_o1}*{a_h2}", "is missing"),
    ("dE/dw1", "({dE/dw5}*{w5}+{dE/dw7}*{w7})*{a_h1}*(1-{a_h1})*{i1}", "weight gradients"),
    (
        "dE/dw3",
        "(({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{w6}+({a_o2}-{t2})*{a_o2}*(1-{a_o2})*{w8})"
        "*{a_h1}*(1-{a_h1})*{i1}",
        "uses a_h1 where a_h2",
    ),
    ("new w7", "{w7}+{η}*{dE/dw7}", "− belongs"),
    ("new w2", "{w2}-{η}*{dE/dw1}", "gradient of w1"),
    ("a_o1", "0.6", "typed"),
)


@dataclass
class Planted:
    """A submission as it was made: by whom, from whose book, with which mistakes."""

    path: Path
    sender: Handed
    owner: Handed
    mistakes: list[tuple[str, str, str]] = field(default_factory=list)
    untouched: bool = False


def hand_in(key: Key, books: Path, folder: Path, source: random.Random, sender: Handed) -> Planted:
    """One student's submission: own or copied, right, wrong, or as it was handed out."""
    others = [each for each in key.books if each is not sender]
    owner = source.choice(others) if source.random() < 0.15 else sender
    mistakes = source.sample(MISTAKES, source.choice((0, 0, 1, 1, 2, 3)))
    planted = Planted(folder / sender.file, sender, owner, mistakes, source.random() < 0.04)
    book = openpyxl.load_workbook(books / owner.file)
    sheet = book[EXERCISE]
    if owner is not sender and source.random() < 0.5:  # and the name on it is changed
        sheet.cell(WHO[0] + 1, WHO[1] + 1).value = f" {sender.student}"
    if not planted.untouched:
        layout = Layout(key.practice)
        wrong = {name: template for name, template, _ in mistakes}
        for blank in key.practice.blanks:
            right = blank.equations[0].formula(_braced)
            for row in (0, 1):
                text = _placed(layout, wrong.get(blank.name, right), row)
                place = layout.position(blank.name, row)
                sheet.cell(place[0] + 1, place[1] + 1).value = f"={text}"
    book.save(planted.path)
    return planted


def _braced(leaf: object) -> str:
    return f"{{{leaf.name}}}"  # type: ignore[attr-defined]


def _placed(layout: Layout, template: str, row: int) -> str:
    parts = re.split(r"\{([^}]+)\}", template)
    parts[1::2] = [xl_rowcol_to_cell(*layout.position(name, row)) for name in parts[1::2]]
    return "".join(parts)


def first_of(key: Key, planted: Planted) -> tuple[str, str]:
    """The mistake that comes first in the book, and what its words should say."""
    order = [blank.name for blank in key.practice.blanks]
    if planted.untouched or not planted.mistakes:
        return "", ""
    name, _, words = min(planted.mistakes, key=lambda mistake: order.index(mistake[0]))
    return name.replace("dE/d", "∂E/∂"), words


def attributed(key: Key, planted: Planted, grade: Grade) -> dict[str, bool]:
    """What of a submission the grade has right."""
    points = 0 if planted.untouched else len(key.practice.blanks) - len(planted.mistakes)
    quantity, words = first_of(key, planted)
    return {
        "points": grade.points == points,
        "first mistake": grade.mistake.partition(":")[0] == quantity,
        "its words": words in grade.mistake,
        "sender": grade.sender == planted.sender,
        "whose start values": grade.owner == planted.owner,
        "copied or not": grade.is_copied == (planted.owner is not planted.sender),
    }


def timed(what: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = what()
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        out, submissions = Path(folder), Path(folder) / "submissions"
        submissions.mkdir()
        names = [
            f"{source.choice(FIRST)} {source.choice(LAST)}".replace('"', '""')
            for _ in range(options.students)
        ]
        lines = [f'"{name}",{1000 + number}' for number, name in enumerate(names)]
        (out / "students.csv").write_text("\n".join(lines), encoding="utf-8")
        arguments = ["--exercise", "--roster", str(out / "students.csv")]
        writing, status = timed(lambda: write([*arguments, "--out", str(out / "Class.xlsx")]))
        assert status == 0
        key = read_key(out / "Class-key.csv")
        planted = [hand_in(key, out / "Class", submissions, source, each) for each in key.books]
        paths = [each.path for each in planted]
        grading, grades = timed(lambda: grade_files(paths, key))
        assert isinstance(grades, list)
        right: Counter[str] = Counter()
        for each, grade in zip(planted, grades, strict=True):
            found = attributed(key, each, grade)
            right.update({name: int(is_right) for name, is_right in found.items()})
            if not all(found.values()):
                print(f"not attributed: {each.mistakes} {found} {grade.summary}")
    copies = sum(each.owner is not each.sender for each in planted)
    mistakes = sum(len(each.mistakes) for each in planted if not each.untouched)
    print(f"\n{len(planted)} submissions, {copies} copied, {mistakes} mistakes planted\n")
    print("| what | attributed |\n|---|---|")
    for name, count in right.items():
        print(f"| {name} | {count} of {len(planted)} |")
    print(
        f"\n{writing / len(planted):.2f} s to write a book, {grading / len(planted):.2f} to grade"
    )


if __name__ == "__main__":
    main()
