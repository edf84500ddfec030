"""From a workbook to findings: find its tables, judge their cells, and say what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.check.findings import Caution, FileReport, TableReport
from backprop_xlsx.check.judging.conventions.consistency import accept_own_rules
from backprop_xlsx.check.judging.conventions.recognition import (
    held_against_best,
    held_against_one_of,
)
from backprop_xlsx.check.judging.convincing import convincing
from backprop_xlsx.check.judging.judged_table import JudgedTable
from backprop_xlsx.check.judging.verdicts import Verdicts
from backprop_xlsx.check.reading.arranging.addresses import in_own_addresses
from backprop_xlsx.check.reading.arranging.arrangement import Trust, arranged
from backprop_xlsx.check.reading.arranging.views import View
from backprop_xlsx.check.reading.described import exercises_of, read_description
from backprop_xlsx.check.reading.tables import Table, find_tables
from backprop_xlsx.check.report.table import Explanations, table_report, table_warnings
from backprop_xlsx.check.warnings.cautions import (
    differing_given,
    differing_starts,
    missing_learning_rates,
)
from backprop_xlsx.check.warnings.pasted import pasted_cautions
from backprop_xlsx.spreadsheet.errors import FileError, ForeignFileError
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book

MOST_TABLES = 300
"""The largest class book that was seen has nine; a hostile one could hold tens of thousands."""


def check_file(path: Path | str) -> FileReport:
    """Read a workbook and judge its tables; an unreadable one gives a report with ``error``."""
    path = Path(path)
    try:
        tables = reports_of(judged(read_book(path)))
    except ForeignFileError as error:
        return FileReport(path, error=str(error), foreign=error.suffix)
    except FileError as error:
        return FileReport(path, error=str(error))
    if not tables:
        return FileReport(
            path,
            error=f"{path}: holds no table, expected a row of headers (w1, h1, a_h1, E_total, "
            "∂E/∂w1 …) with one row for each step below it",
        )
    return FileReport(path, tables)


def check_safely(path: Path) -> FileReport:
    """The same, whatever happens: an error of the check itself gives a report with ``error``."""
    try:
        return check_file(path)
    except MemoryError:
        return FileReport(path, error=f"{path}: its check takes too much memory", unfinished=True)
    except Exception as error:  # whatever it is, the next file is to be checked
        reason = f"{path}: could not be checked, please report it ({in_one_line(error)})"
        return FileReport(path, error=reason, unfinished=True)


def in_one_line(error: Exception) -> str:
    """An error of the check itself, for whoever reports it."""
    return " ".join(f"{type(error).__name__} {error}".split())


@dataclass(frozen=True)
class JudgedBook:
    """The tables of a book, judged but not yet reported, and the view in which they stand.

    ``described_runs`` is how many runs the book says it has, None if it says nothing.
    """

    view: View
    tables: list[JudgedTable]
    described_runs: int | None = None


def judged(book: Book) -> JudgedBook:
    """The tables of a book, found and judged, sheet by sheet.

    Raises FileError for a book of more than :data:`MOST_TABLES`, or one that describes itself as
    no book can be.
    """
    description = read_description(book)
    if description is None:
        return _undescribed(book)
    exercises = exercises_of(description)
    # Runs of other optimisers have other columns: mostly enough of those of the plainest.
    kinds = sorted(dict.fromkeys(exercises), key=lambda exercise: len(exercise.computed))
    found = [
        table
        for sheet in book.sheets
        for table in next(filter(None, (find_tables(sheet, kind) for kind in kinds)), [])
    ]
    _refuse_more(book, found)
    tables = held_against_one_of(exercises, book, found, Verdicts())
    return JudgedBook(View(book), tables, len(exercises))


def reports_of(checked: JudgedBook) -> tuple[TableReport, ...]:
    """What there is to say about each table of a book, in the book's own addresses."""
    known = Explanations()
    return tuple(
        in_own_addresses(table_report(table, warnings, known), checked.view)
        for table, warnings in zip(checked.tables, _warnings(checked), strict=True)
    )


def _undescribed(book: Book) -> JudgedBook:
    """The tables of a book that does not describe itself.

    By headers and formulas; where this is doubtful also by one of them alone, if that leaves less
    wrong or unexplained.
    """
    best: JudgedBook | None = None
    for trust in Trust:
        view, found = arranged(book, trust)
        _refuse_more(book, found)
        reading = JudgedBook(view, held_against_best(view.book, found, Verdicts()))
        if best is None or _is_better(reading.tables, best.tables):
            best = reading
        if not any(table.is_doubtful for table in best.tables):
            break
    assert best is not None
    accept_own_rules(best.view.book, best.tables)
    return JudgedBook(best.view, convincing(best.tables))


def _is_better(tables: Sequence[JudgedTable], others: Sequence[JudgedTable]) -> bool:
    return len(tables) >= len(others) and _doubts(tables) < _doubts(others)


def _doubts(tables: Sequence[JudgedTable]) -> int:
    return sum(table.doubt for table in tables)


def _refuse_more(book: Book, tables: Sequence[Table]) -> None:
    if len(tables) > MOST_TABLES:
        raise FileError(
            f"{book.path}: holds {len(tables)} tables, expected at most {MOST_TABLES}; "
            "split it into several files"
        )


def _warnings(checked: JudgedBook) -> list[list[Caution]]:
    """What deserves a look in each table, by itself and beside the other runs of its book."""
    tables = checked.tables
    found = [table_warnings(table) for table in tables]
    if not found:
        return found
    if checked.described_runs not in (None, len(tables)):
        text = f"describes {checked.described_runs} runs, and {len(tables)} were found"
        found[-1].append(Caution("description", "the book", text))
    runs = [(table.surroundings, table.rate) for table in tables]
    places = {id(table.table): index for index, table in enumerate(tables)}
    for pasted, caution in pasted_cautions(checked.view.book, runs):
        found[places[id(pasted)]].append(caution)
    starts = differing_starts([table.start_weights for table in tables])
    given = differing_given([table.given for table in tables])
    for run, caution in (*starts, *given):
        found[run].append(caution)
    if all(table.table.exercise.is_of_the_class for table in tables):
        missing = missing_learning_rates([table.rate for table in tables])
        if missing is not None:
            found[-1].append(missing)
    return found
