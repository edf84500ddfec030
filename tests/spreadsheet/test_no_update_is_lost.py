"""Several runs, and other programs, that change one workbook at the same time."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

from backprop_xlsx.spreadsheet import locks
from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.files import changing, place, write
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.splice import free_sheet_name, splice
from tests.spreadsheet.books_to_splice import addition
from tests.spreadsheet.books_with_traits import plain
from tests.spreadsheet.ooxml.packages import write_package

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return write_package(folder / "book.xlsx", plain())


def sheets(book: Path) -> list[str]:
    return [sheet.name for sheet in read_book(book).sheets]


def add_sheets(book: Path, name: str) -> None:
    """Puts three sheets in, one after the other; what a process of its own does."""
    for number in range(3):
        new = addition(book.parent.with_name(f"{name}.xlsx"), f"{name} {number}")
        splice(book, new, f"{name} {number}")


def test_four_at_once_all_arrive_and_leave_nothing_behind(book: Path) -> None:
    names = ["One", "Two", "Three", "Four"]
    with ProcessPoolExecutor(len(names), mp_context=SPAWN) as pool:
        list(pool.map(add_sheets, [book] * len(names), names))
    expected = {f"{name} {number}" for name in names for number in range(3)}
    assert set(sheets(book)) == {"Sheet1"} | expected
    assert os.listdir(book.parent) == ["book.xlsx"]


def saving(monkeypatch: pytest.MonkeyPatch, book: Path, saves: list[Callable[[], object]]) -> None:
    """Lets another program save the book each time after it was read."""
    opening = Archive.open

    def open_then_save(path: Path, own: bool = False) -> Archive:
        archive = opening(path, own)
        if path == book and saves:
            saves.pop()()
        return archive

    monkeypatch.setattr(Archive, "open", staticmethod(open_then_save))


def test_what_another_program_saves_in_between_is_kept(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(shutil.copy(book, tmp_path / "other.xlsx"))
    splice(other, addition(tmp_path / "theirs.xlsx", "Theirs"), "Theirs")
    new = addition(tmp_path / "ours.xlsx", "Ours")
    saving(monkeypatch, book, [lambda: shutil.copy(other, book)])
    splice(book, new, "Ours")
    assert sheets(book) == ["Sheet1", "Theirs", "Ours"]


def test_a_program_that_goes_on_saving_is_given_way_to(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = addition(tmp_path / "ours.xlsx", "Ours")
    contents = iter(range(100))

    def save() -> None:
        parts = plain() | {"docProps/x.xml": f"<x>{next(contents)}</x>".encode()}
        write_package(book, parts)

    saving(monkeypatch, book, [save] * 100)
    with pytest.raises(FileError, match="another program goes on saving it") as caught:
        splice(book, new, "Ours")
    assert "\n" not in str(caught.value)
    last = next(contents) - 1
    assert Archive.open(book).read("docProps/x.xml") == f"<x>{last}</x>".encode()
    assert os.listdir(book.parent) == ["book.xlsx"]


def test_a_book_that_vanishes_in_between_is_not_made_anew(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = addition(tmp_path / "ours.xlsx", "Ours")
    saving(monkeypatch, book, [book.unlink])
    with pytest.raises(FileError, match="No such file"):
        splice(book, new, "Ours")
    assert os.listdir(book.parent) == []


def test_who_holds_a_file_may_change_it_and_others_wait(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    held, done = Event(), Event()

    def hold() -> None:
        with changing(book), changing(book):
            write(book, b"changed by who holds it")
            held.set()
            done.wait()

    holder = Thread(target=hold)
    holder.start()
    held.wait()
    try:
        with pytest.raises(FileError, match="another run has been changing it") as caught:
            write(book, b"changed by another")
        assert "\n" not in str(caught.value)
        write(book.with_name("other.xlsx"), b"not held")
    finally:
        done.set()
        holder.join()
    assert book.read_bytes() == b"changed by who holds it"
    write(book, b"free again")
    assert sorted(os.listdir(book.parent)) == ["book.xlsx", "other.xlsx"]


def test_the_lock_of_a_run_that_was_killed_does_not_count(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    with changing(book):
        (lock,) = (path for path in book.parent.iterdir() if path.suffix == ".lock")
    assert not lock.exists()
    lock.touch()
    write(book, b"new")
    assert os.listdir(book.parent) == ["book.xlsx"]


def test_a_book_that_is_saved_while_it_is_kept_is_kept_as_saved(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no links, the book that stood there is copied, which takes its time."""
    saved = [b"saved meanwhile"]
    copying = shutil.copystat

    def no_links(*_: object) -> None:
        raise OSError("no links here")

    def copy_then_save(source: Path, target: Path) -> None:
        copying(source, target)
        if saved:
            book.write_bytes(saved.pop())

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(shutil, "copystat", copy_then_save)
    new = book.with_name("new")
    new.write_bytes(b"new")
    kept = place(new, book).kept
    assert kept is not None
    assert kept.read_bytes() == b"saved meanwhile"
    assert book.read_bytes() == b"new"


def test_a_name_that_is_free_stays_free_while_the_file_is_held(book: Path, tmp_path: Path) -> None:
    """As a command does that asks for a free name first and then puts its sheet in."""

    def put() -> None:
        with changing(book):
            name = free_sheet_name(book, "Same")
            splice(book, addition(tmp_path / f"{name}.xlsx", name), name)

    threads = [Thread(target=put) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sheets(book) == ["Sheet1", "Same", "Same 2", "Same 3"]
