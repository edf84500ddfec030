"""What only looks like a run of the exercise is not judged, beside one that is."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import FileReport
from tests.check.faults.test_mistakes import wrong_cells
from tests.check.reading.test_arrangement import SIBLING, Cells, of
from tests.check.reading.test_columns import unnamed
from tests.oracles.class_table import FORMULAS, WEIGHTS, ClassTable

RATE = "$B$1"
PLAIN = {
    "C": ("=C{a}-{rate}*U{a}", "=C{b}-{rate}*U{b}"),
    "D": ("=D{a}-{rate}*V{a}", "=D{b}-{rate}*V{b}"),
    "F": ("=C{m}*A{m}+D{m}*A{n}", "=C{n}*A{m}+D{n}*A{n}"),
    "G": ("=1/(1+EXP(-F{m}))", "=1/(1+EXP(-F{n}))"),
    "I": ("=I{a}-{rate}*X{a}", "=I{b}-{rate}*X{b}"),
    "J": ("=J{a}-{rate}*Y{a}", "=J{b}-{rate}*Y{b}"),
    "L": ("=I{m}*G{m}+J{m}*G{n}", "=I{n}*G{m}+J{n}*G{n}"),
    "M": ("=1/(1+EXP(-L{m}))", "=1/(1+EXP(-L{n}))"),
    "P": ("=0.5*(O{m}-M{m})^2", "=0.5*(O{n}-M{n})^2"),
    "R": ("=(M{m}-O{m})*M{m}*(1-M{m})", "=(M{n}-O{n})*M{n}*(1-M{n})"),
    "S": ("=(R{m}*I{m}+R{n}*I{n})*G{m}*(1-G{m})", "=(R{m}*J{m}+R{n}*J{n})*G{n}*(1-G{n})"),
    "U": ("=S{m}*A{m}", "=S{n}*A{m}"),
    "V": ("=S{m}*A{n}", "=S{n}*A{n}"),
    "X": ("=R{m}*G{m}", "=R{n}*G{m}"),
    "Y": ("=R{m}*G{n}", "=R{n}*G{n}"),
}
"""A step as blocks of two rows, m and n; a and b are those of the step before."""
GIVEN = {"A": (0.05, 0.1), "O": (0.5, 0.3)}
START = {"C": (0.15, 0.25), "D": (0.2, 0.3), "I": (0.4, 0.5), "J": (0.45, 0.55)}
HEADINGS = {"A": "x", "C": "W", "F": "z", "G": "a", "I": "V", "L": "zo", "M": "y", "O": "t"}
HEADINGS |= {"P": "E", "R": "do", "S": "dh", "U": "dW", "X": "dV"}


def blocks(steps: int, every: int) -> Cells:
    """A right run whose steps are blocks, so many rows from one to the next."""
    found: Cells = {("Blocks", 1, 1): "eta", ("Blocks", 1, 2): 0.8}
    for step in range(steps):
        m = 4 + every * step
        rows = {"m": m, "n": m + 1, "a": m - every, "b": m + 1 - every, "rate": RATE}
        contents: dict[str, tuple[object, object]] = {**PLAIN, **GIVEN}
        contents |= START if step == 0 else {}
        for letter, both in contents.items():
            for row, content in zip((m, m + 1), both, strict=True):
                text = content.format(**rows) if isinstance(content, str) else content
                found["Blocks", row, ord(letter) - 64] = text  # type: ignore[assignment]
        for letter, heading in HEADINGS.items():
            found["Blocks", m - 1, ord(letter) - 64] = heading
    return found


def checked(cells: Cells, path: Path) -> FileReport:
    with xlsxwriter.Workbook(path) as book:
        sheets = {name: book.add_worksheet(name) for name in dict.fromkeys(at[0] for at in cells)}
        for (sheet, row, column), content in cells.items():
            sheets[sheet].write(row - 1, column - 1, content)
    return check_file(path)


@pytest.mark.parametrize("every", [3, 4, 5])
def test_blocks_of_two_rows_are_not_accused(every: int, tmp_path: Path) -> None:
    report = checked(blocks(12, every), tmp_path / "book.xlsx")
    assert not report.tables or not any(table.faults for table in report.tables)
    assert report.tables or "holds no table" in str(report.error)


def slopes(table: ClassTable) -> Cells:
    """A sheet beside a table: each row the forward pass with one weight a little more or less."""
    found = of(table)
    home, first = f"{table.sheet}!", table.first_row
    names = [*WEIGHTS, *FORMULAS][: len(WEIGHTS) + 11]
    letters = {name: chr(66 + number) for number, name in enumerate(names)}
    for name, letter in letters.items():
        found["Slopes", 3, ord(letter) - 64] = name
    for number in range(16):
        row = 4 + number
        for place, weight in enumerate(WEIGHTS):
            moved = ("+$B$1", "-$B$1")[number % 2] if place == number // 2 else ""
            content = f"={home}{table.name(weight, first)}{moved}"
            found["Slopes", row, ord(letters[weight]) - 64] = content
        cells = {name: f"{letter}{row}" for name, letter in letters.items()}
        cells |= {name: home + table.name(name, first) for name in ("t1", "t2", "i1", "i2")}
        for name in names[len(WEIGHTS) :]:
            content = "=" + FORMULAS[name].format_map(cells)
            found["Slopes", row, ord(letters[name]) - 64] = content
    found["Slopes", 1, 2] = 1e-5
    return found


def test_a_table_of_differences_is_no_run(tmp_path: Path) -> None:
    table = ClassTable(steps=20)
    report = checked(slopes(table), tmp_path / "right.xlsx")
    assert [(t.sheet, t.faults) for t in report.tables] == [(table.sheet, ())]
    wrong = table.put("o1", SIBLING, table.rows)
    (found,) = checked(slopes(table), tmp_path / "wrong.xlsx").tables
    assert wrong_cells(found) == wrong


def test_a_run_with_many_mistakes_is_judged_by_its_headers(tmp_path: Path) -> None:
    table = ClassTable()
    wrong = set()
    for name in list(FORMULAS)[4:]:
        wrong |= table.put(name, f"1.5*({table.template(name)})", table.rows)
    (found,) = checked(of(table), tmp_path / "headed.xlsx").tables
    assert wrong_cells(found) == wrong
    nameless = unnamed()
    wrong = nameless.put("o1", SIBLING, nameless.rows)
    (found,) = checked(of(nameless), tmp_path / "nameless.xlsx").tables
    assert wrong_cells(found) == wrong
