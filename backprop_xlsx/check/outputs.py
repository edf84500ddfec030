"""Where the reports go: each output takes one file after the other, and ends with the run."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from backprop_xlsx.check.classroom.gathered import Gathered
from backprop_xlsx.check.classroom.page import class_page
from backprop_xlsx.check.marking.mark import Mark, Marking
from backprop_xlsx.check.platforms.comments import Marks, comment
from backprop_xlsx.check.platforms.gradescope import results
from backprop_xlsx.check.platforms.roster import Roster
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.pages.page import PageOf, contents_of, page_of, verdicts
from backprop_xlsx.check.report.phrases import tally
from backprop_xlsx.check.report.programs import tables
from backprop_xlsx.model.words import first_of
from backprop_xlsx.spreadsheet import files
from backprop_xlsx.spreadsheet.errors import FileError

Add = Callable[[Entry], None]
Output = AbstractContextManager[Add]
"""Takes entries while it is open; what is complete only at the end is written if all went well."""

MOST_ON_A_PAGE = 200
"""Files; with more the report is split."""
MOST_UNKNOWN = 5
"""Files of nobody that are named."""
MOST_CHARACTERS = 60
"""Of the name of a page, without what is added; in UTF-8 all systems take as many."""


@contextmanager
def growing(target: Path, heading: str, line: Callable[[Entry], str]) -> Iterator[Add]:
    """A text file that grows by a piece for each file, as soon as its report is there.

    Raises FileError if it cannot be written.
    """
    begun = False

    def add(entry: Entry) -> None:
        nonlocal begun
        text = line(entry) if begun else heading + line(entry)
        try:
            with target.open("ab" if begun else "wb") as file:
                file.write(text.encode())
        except OSError as error:
            raise FileError(f"{target}: cannot be written ({error.strerror or error})") from None
        begun = True

    yield add


@contextmanager
def json_list(target: Path) -> Iterator[Add]:
    """One list of the tables of all files."""
    with files.beside(target) as temporary, temporary.open("wb") as file:
        between = b"["

        def add(entry: Entry) -> None:
            nonlocal between
            for table in tables(entry):
                text = json.dumps([table], ensure_ascii=False, indent=1)
                file.write(between + text.removeprefix("[").removesuffix("\n]").encode())
                between = b","

        yield add
        file.write(b"[]\n" if between == b"[" else b"\n]\n")
        file.close()
        files.replace(temporary, target)


@contextmanager
def pages(target: Path, number: int) -> Iterator[Add]:
    """One page for a ``number`` of files, or several where that would be too long.

    Then each is called after the target, as ``report-1.html``, and the target lists them.
    """
    found: list[Entry] = []
    written: list[PageOf] = []
    is_split = number > MOST_ON_A_PAGE

    def add(entry: Entry) -> None:
        found.append(entry)
        if is_split and len(found) == MOST_ON_A_PAGE:
            write()

    def write() -> None:
        first = written[-1].last + 1 if written else 1
        name = f"{target.stem}-{len(written) + 1}{target.suffix}"
        files.write(target.with_name(name), page_of(found, first, target.name).encode())
        last = first + len(found) - 1
        written.append(PageOf(name, first, last, found[0].name, found[-1].name, verdicts(found)))
        found.clear()

    yield add
    if is_split and found:
        write()
    files.write(target, (contents_of(written) if is_split else page_of(found)).encode())


@contextmanager
def on_the_class(target: Path) -> Iterator[Add]:
    """One page on all files together."""
    gathered = Gathered()
    yield gathered.add
    files.write(target, class_page(gathered).encode())


@contextmanager
def platform_marks(target: Path, roster: Roster, text_of: Callable[[Marks], str]) -> Iterator[Add]:
    """The marks of the people on a list; of several files of one the better mark counts.

    Files of nobody on the list are named on standard error.
    """
    found: dict[int, tuple[Mark, str]] = {}
    unknown: list[str] = []

    def add(entry: Entry) -> None:
        row = roster.row_of(entry.report.path)
        if row is None:
            unknown.append(entry.name)
        elif entry.mark is not None and (
            row not in found or entry.mark.earned > found[row][0].earned
        ):
            found[row] = entry.mark, comment(entry)

    yield add
    files.write(target, text_of(found).encode())
    if unknown:
        said = f"{target}: {tally(len(unknown), 'file')} of nobody in {roster.path}"
        print(f"{said}: {first_of(unknown, MOST_UNKNOWN)}", file=sys.stderr)


@contextmanager
def gradescope_results(target: Path, marking: Marking) -> Iterator[Add]:
    """The result of the one file."""
    yield lambda entry: files.write(target, results(entry, marking).encode())


@contextmanager
def one_page_each(folder: Path, page: Callable[[Entry], str]) -> Iterator[Add]:
    """A page for each file, in a folder, which is made; each is called after its file.

    Raises FileError if the folder cannot be made or written to.
    """
    files.make_folder(folder)
    taken: set[str] = set()

    def add(entry: Entry) -> None:
        name = _page_name(entry.name, taken)
        taken.add(name.casefold())
        files.write(folder / name, page(entry).encode())

    yield add


def _page_name(name: str, taken: Collection[str]) -> str:
    """A file's name for its page, whatever folders it stands in; no two get the same."""
    stem = (
        re.sub(r"[^\w.() -]+", "_", str(Path(name).with_suffix(""))).strip("_. ")[:MOST_CHARACTERS]
        or "page"
    )
    numbered = (f"{stem}-{number}.html" for number in itertools.count(2))
    return next(
        each for each in itertools.chain([f"{stem}.html"], numbered) if each.casefold() not in taken
    )
