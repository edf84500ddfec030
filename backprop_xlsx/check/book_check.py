"""From a workbook to findings: find its tables, judge their cells, and say what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from backprop_xlsx.check.findings import Caution, FileReport, TableReport
from backprop_xlsx.check.judging.recognition import held_against_best, held_against_one_of
from backprop_xlsx.check.reading.addresses import in_own_addresses
from backprop_xlsx.check.reading.arrangement import arranged
from backprop_xlsx.check.reading.described import exercises_of, read_description
from backprop_xlsx.check.reading.tables import Table, find_tables
from backprop_xlsx.check.reading.views import View
from backprop_xlsx.check.table_check import Memory, TableCheck
from backprop_xlsx.check.warnings.cautions import differing_starts, missing_learning_rates
from backprop_xlsx.check.warnings.pasted import pasted_cautions
from backprop_xlsx.spreadsheet.errors import FileError, ForeignFileError
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book

MOST_TABLES = 300
"""The largest class book that was seen has nine; a hostile one could hold tens of thousands."""


def check_file(path: Path) -> FileReport:
    """Read a workbook and judge its tables; an unreadable one gives a report with ``error``."""
    try:
        tables = check_book(read_book(path))
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


def check_files(paths: Iterable[Path]) -> Iterator[FileReport]:
    """A report on each file, in the order of the paths; one bad file never stops the others."""
    for path in paths:
        try:
            yield check_file(path)
        except Exception as error:  # whatever it is, the next file is to be checked
            fault = " ".join(f"{type(error).__name__} {error}".split())
            reason = f"{path}: could not be checked, please report it ({fault})"
            yield FileReport(path, error=reason)


def check_book(book: Book) -> tuple[TableReport, ...]:
    """Judge every table of a book, sheet by sheet.

    Raises FileError for a book of more than :data:`MOST_TABLES`, or one that describes itself as
    no book can be.
    """
    view, checks = judged(book)
    return tuple(in_own_addresses(check.report(), view) for check in checks)


def judged(book: Book) -> tuple[View, list[TableCheck]]:
    """The tables of a book, judged but not yet reported, and the view in which they stand.

    Raises FileError as :func:`check_book`.
    """
    description = read_description(book)
    view = View(book)
    if description is None:
        view, checks = _judged(book)
        book = view.book
    else:
        exercises = exercises_of(description)
        found = [table for sheet in book.sheets for table in find_tables(sheet, exercises[0])]
        _refuse_more(book, found)
        checks = held_against_one_of(exercises, book, found, Memory())
        if checks and len(checks) != len(exercises):
            text = f"describes {len(exercises)} runs, and {len(checks)} were found"
            checks[-1].cautions.append(Caution("description", "the book", text))
    if checks:
        _compare_runs(book, checks)
    return view, checks


def _judged(book: Book) -> tuple[View, list[TableCheck]]:
    """The tables of a book that does not describe itself.

    By their headers; where these make much wrong, by their formulas, if these make less so.
    """
    view, found = arranged(book)
    _refuse_more(book, found)
    checks = held_against_best(view.book, found, Memory())
    if view.moves or not any(check.is_doubtful for check in checks):
        return view, checks
    other, found = arranged(book, by_headers=False)
    if not found:
        return view, checks
    _refuse_more(book, found)
    again = held_against_best(other.book, found, Memory())
    if len(again) >= len(checks) and _wrong(again) < _wrong(checks):
        return other, again
    return view, checks


def _wrong(checks: Sequence[TableCheck]) -> int:
    return sum(check.wrong for check in checks)


def _refuse_more(book: Book, tables: Sequence[Table]) -> None:
    if len(tables) > MOST_TABLES:
        raise FileError(
            f"{book.path}: holds {len(tables)} tables, expected at most {MOST_TABLES}; "
            "split it into several files"
        )


def _compare_runs(book: Book, checks: Sequence[TableCheck]) -> None:
    """Warn of what is amiss between the runs of a book."""
    runs = [(check.surroundings, check.rate) for check in checks]
    for table, caution in pasted_cautions(book, runs):
        next(check for check in checks if check.table is table).cautions.append(caution)
    for run, caution in differing_starts([check.start_weights for check in checks]):
        checks[run].cautions.append(caution)
    if all(check.table.exercise.is_of_the_class for check in checks):
        missing = missing_learning_rates([check.rate for check in checks])
        if missing is not None:
            checks[-1].cautions.append(missing)
