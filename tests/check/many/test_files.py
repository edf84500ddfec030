"""Any executor gives the same reports in the same order; few wait, and none is kept."""

from __future__ import annotations

import os
import signal
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx.check import book_check
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many.checker import Checker, Limited, Limits, end_all
from backprop_xlsx.check.many.files import check_files
from tests.check.homework import SIBLING, write_homework

PATHS = [Path(f"{number}.xlsx") for number in range(50)]


def named(path: Path) -> FileReport:
    return FileReport(path, error=path.name)


def first_ones_last(path: Path) -> FileReport:
    time.sleep(0.02 if int(path.stem) % 7 == 0 else 0)
    return named(path)


def test_reports_come_in_the_order_of_the_paths_however_early_they_are_ready() -> None:
    with ThreadPoolExecutor(8) as executor:
        reports = list(check_files(PATHS, executor, check=first_ones_last, early=8))
    assert [report.path for report in reports] == PATHS


def test_at_most_so_many_files_are_begun_before_their_turn() -> None:
    asked: list[Path] = []

    def paths() -> Iterator[Path]:
        for path in PATHS:
            asked.append(path)
            yield path

    with ThreadPoolExecutor(2) as executor:
        for number, _ in enumerate(check_files(paths(), executor, check=named, early=5)):
            assert len(asked) <= number + 6


class AtOnce(Executor):
    """Runs what is submitted at once."""

    def submit(self, function: Any, /, *of: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*of))
        return future


@pytest.mark.parametrize("executor", [None, AtOnce()], ids=["here", "executor"])
def test_of_100_000_reports_few_are_alive_at_a_time(executor: Executor | None) -> None:
    alive: weakref.WeakSet[FileReport] = weakref.WeakSet()

    def watched(path: Path) -> FileReport:
        report = named(path)
        alive.add(report)
        return report

    paths = (Path(f"{number}.xlsx") for number in range(100_000))
    most = number = 0
    for _ in check_files(paths, executor, check=watched, early=10):
        most, number = max(most, len(alive)), number + 1
    assert number == 100_000
    assert most <= 12


HERE = os.getpid()


def deadly(path: Path) -> FileReport:
    if path.name == "3.xlsx" and os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return named(path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals as POSIX has them")
def test_a_pool_that_breaks_costs_no_file() -> None:
    with ProcessPoolExecutor(2) as executor:
        reports = list(check_files(PATHS, executor, check=deadly))
    assert [report.error for report in reports] == [path.name for path in PATHS]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals as POSIX has them")
def test_a_process_that_dies_costs_its_file_alone(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    write_homework(book, SIBLING, steps=3, chart=False, cached=False)
    checker = Checker(Limits())
    assert checker.check(book) == check_file(book)
    threading.Timer(0.0, lambda: os.kill(checker._process.pid, signal.SIGKILL)).start()
    checker._process.wait()
    report = checker.check(book)
    assert report.error == f"{book}: could not be checked: its process ended (SIGKILL)"
    assert report.unfinished
    assert Limited()(book) == check_file(book)
    end_all()


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    write_homework(book, steps=3, chart=False, cached=False)
    report = Limited(Limits(seconds=0.001))(book)
    assert report.error == f"{book}: was not checked within 0.001 s"
    assert report.unfinished


@pytest.mark.skipif(os.name != "posix", reason="memory is limited where POSIX is")
def test_a_check_gets_no_more_memory_than_its_limit(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    write_homework(book, steps=3, chart=False, cached=False)
    report = Limited(Limits(megabytes=40))(book)
    assert report.error is not None
    assert report.error.startswith(f"{book}: ")
    assert report.unfinished
    assert Limited()(book) == check_file(book)
    end_all()


def test_want_of_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_file(path: Path) -> FileReport:
        raise MemoryError

    monkeypatch.setattr(book_check, "check_file", check_file)
    report = book_check.check_safely(Path("a.xlsx"))
    assert (report.error, report.unfinished) == ("a.xlsx: its check takes too much memory", True)


def test_relative_paths_stay_as_they_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_homework(Path("book.xlsx"), steps=3, chart=False, cached=False)
    Path("broken.xlsx").write_bytes(b"nothing")
    paths = [Path("book.xlsx"), Path("broken.xlsx"), Path("absent.xlsx")]
    with ThreadPoolExecutor(1) as executor:
        assert list(check_files(paths, executor)) == [check_file(path) for path in paths]
    end_all()
