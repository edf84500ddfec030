"""What python -m backprop_xlsx --exercise does: a book to practise in, or one for each student."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.check.report.phrases import tally
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.mistakes.known import known_mistakes
from backprop_xlsx.exercise.practice import Practice
from backprop_xlsx.exercise.proof import prove
from backprop_xlsx.exercise.sheets.book import write_book
from backprop_xlsx.exercise.sheets.mistakes_sheet import Mistakes
from backprop_xlsx.exercise.start_values import drawn, own_and_drawn
from backprop_xlsx.exercise.students.key import Handed, Key, key_text
from backprop_xlsx.exercise.students.roster import Student, file_names, read_roster
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.spreadsheet.command_line import print_absent, print_placed
from backprop_xlsx.spreadsheet.engines import ENGINES
from backprop_xlsx.spreadsheet.files import Placed, beside, make_folder, place
from backprop_xlsx.spreadsheet.progress import shown_progress


@dataclass(frozen=True)
class Written:
    """Where a book and its answers were placed; how many formulas which engines recalculated."""

    book: Placed
    answers: Placed
    formulas: int
    engines: tuple[str, ...]


def write_exercise(
    experiment: Experiment, blank: Sequence[str], seed: int, target: Path
) -> Written:
    """Writes a practice book and, beside it, its answers; both verified by engines before.

    Raises VerificationError for a cell that an engine computes otherwise, InputError for a network
    that nobody would fill in, FileError where a file cannot be written.
    """
    practice = Practice.of(experiment, blank)
    answers = target.with_name(f"{target.stem}-answers{target.suffix}")
    with beside(target) as first, beside(answers) as second:
        mistakes = known_mistakes(practice)
        starts = own_and_drawn(practice, experiment, seed)
        empty = [quantity.name for quantity in practice.blanks]
        write_book(first, Filling.of(practice, starts, empty), mistakes)
        write_book(second, Filling.of(practice, starts), mistakes, "Answers", answers=True)
        proved = [prove(path) for path in (first, second)]
        placed = place(first, target), place(second, answers)
    return Written(*placed, sum(formulas for formulas, _ in proved), proved[0][1])


def run(
    experiment: Experiment, blank: Sequence[str], roster: Path | None, seed: int, target: Path
) -> None:
    """Writes what was asked for and says what that is."""
    if roster is not None:
        _write_class(experiment, blank, read_roster(roster), seed, target)
        return
    written = write_exercise(experiment, blank, seed, target)
    print_placed(written.book)
    print_placed(written.answers)
    print(
        f"{len(Practice.of(experiment, blank).blanks)} points; every formula recalculated by "
        f"{' and '.join(written.engines)}: {written.formulas:,} in both books"
    )
    print_absent(ENGINES, written.engines)


def _write_class(
    experiment: Experiment,
    blank: Sequence[str],
    students: Sequence[Student],
    seed: int,
    target: Path,
) -> None:
    """One book for each student in a folder, and the key beside that folder.

    The books differ in nothing but their numbers: the first is verified for all of them.
    """
    practice = Practice.of(experiment, blank)
    folder, key_path = target.with_suffix(""), target.with_name(f"{target.stem}-key.csv")
    names = file_names(students, target.stem)
    books = tuple(
        Handed(student, name, drawn(practice, f"{seed}\n{student.seed}"))
        for student, name in zip(students, names, strict=True)
    )
    with beside(key_path) as key:
        mistakes = known_mistakes(practice)
        by = _prove_solved(practice, books[0], mistakes)
        key.write_bytes(key_text(Key(practice, books)).encode())
        make_folder(folder)
        empty = [quantity.name for quantity in practice.blanks]
        with shown_progress() as report:
            for number, handed in enumerate(books):
                report(handed.file, number / len(books))
                path = folder / handed.file
                with beside(path) as book:
                    filling = Filling.of(practice, handed.rows, empty)
                    write_book(book, filling, mistakes, str(handed.student))
                    if number == 0:
                        prove(book)
                    place(book, path)
        placed = place(key, key_path)
    print(
        f"{folder}: {tally(len(books), 'book')}, {tally(len(practice.blanks), 'point')} each; the "
        f"first, and its answers, recalculated by {' and '.join(by)}"
    )
    print_absent(ENGINES, by)
    print_placed(placed)


def _prove_solved(practice: Practice, handed: Handed, mistakes: Mistakes) -> tuple[str, ...]:
    """The engines by which a book is right when every formula in it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "solved.xlsx"
        write_book(path, Filling.of(practice, handed.rows), mistakes)
        return prove(path)[1]
