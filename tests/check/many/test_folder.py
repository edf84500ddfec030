"""A folder gives the same bytes wherever it is checked, and however often the run was killed."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx.check import __main__ as command
from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many.files import check_files
from backprop_xlsx.check.many.journal import Journal, Remembering
from backprop_xlsx.check.many.plain import from_plain, to_plain
from backprop_xlsx.spreadsheet.errors import FileError
from tests.check.homework import FORMULAS, SIBLING, write_homework

ROOT = Path(__file__).resolve().parents[3]
FILES = 40
SLIPS: tuple[dict[str, str], ...] = (
    {},
    SIBLING,
    {"w6": FORMULAS["w6"].replace("dE/dw6", "dE/dw5")},
    {"o1": "{w5}*{a_h1}"},
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small books of distinct content, some wrong, one that is no workbook."""
    folder = tmp_path_factory.mktemp("folder")
    for number in range(FILES - 1):
        write_homework(
            folder / f"{number:03}.xlsx",
            SLIPS[number % 4],
            steps=3,
            typed={("w1", 0): 0.15 + number / 1000},
            chart=False,
            cached=False,
        )
    (folder / "broken.xlsx").write_bytes(b"nothing")
    return folder


def arguments(folder: Path, out: Path, *options: str) -> list[str]:
    files = sorted(map(str, folder.glob("*.xlsx")))
    outputs = ["--csv", str(out / "grades.csv"), "--json-lines", str(out / "found.jsonl")]
    return [*files, *outputs, "--resume", str(out / "journal"), *options]


@pytest.fixture(scope="session")
def expected(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """What one process writes that nobody ends."""
    out = tmp_path_factory.mktemp("expected")
    command.main(arguments(folder, out))
    return written(out)


def written(out: Path) -> tuple[bytes, bytes]:
    return (out / "grades.csv").read_bytes(), (out / "found.jsonl").read_bytes()


def killed(command_line: list[str], out: Path, at: int) -> None:
    """Start the command, and kill it as soon as the CSV has so many lines.

    It steps back behind whoever kills it, so that a machine with much to do does not let it end.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "backprop_xlsx.check", *command_line],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.nice(10),
    )
    grades = out / "grades.csv"
    try:
        while not (grades.exists() and grades.read_bytes().count(b"\n") >= at):
            assert process.poll() is None, "the command ended before it was killed"
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a cluster on this machine."""
    distributed: Any = pytest.importorskip("distributed", reason="Dask is optional")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals as POSIX has them")
@pytest.mark.parametrize(
    "where",
    ["processes", *(pytest.param(name, marks=pytest.mark.slow) for name in ("here", "cluster"))],
)
def test_a_run_that_is_killed_three_times_ends_with_the_same_bytes(
    where: str,
    folder: Path,
    expected: tuple[bytes, bytes],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    options = {"here": (), "processes": ("--jobs", "2")}.get(where)
    if options is None:
        options = ("--scheduler", request.getfixturevalue("scheduler"))
    line = arguments(folder, tmp_path, *options)
    for at in (5, 15, 30):
        killed(line, tmp_path, at)
        grades = written(tmp_path)[0]
        assert expected[0].startswith(grades[: grades.rfind(b"\n") + 1])
        (tmp_path / "grades.csv").unlink()
    subprocess.run(
        [sys.executable, "-m", "backprop_xlsx.check", *line],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert written(tmp_path) == expected


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same_reports(kind: type[Executor], folder: Path) -> None:
    paths = sorted(folder.glob("*.xlsx"))[-6:]
    with kind(2) as executor:  # type: ignore[call-arg]
        assert list(check_files(paths, executor)) == [check_file(path) for path in paths]


def test_what_is_written_tells_of_every_file(expected: tuple[bytes, bytes]) -> None:
    rows = list(csv.DictReader(expected[0].decode("utf-8-sig").splitlines()))
    lines = [json.loads(line) for line in expected[1].decode().splitlines()]
    assert [row["file"] for row in rows] == [line["file"] for line in lines]
    assert len(rows) == FILES
    assert [row["columns_right"] for row in rows[:4]] == ["27", "25", "26", "26"]
    assert lines[1]["tables"][0]["wrong"][0]["kind"] == "wrong-operand"
    assert lines[-1]["error"]


def test_a_file_that_is_known_is_not_checked_again(
    folder: Path,
    expected: tuple[bytes, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = arguments(folder, tmp_path)
    command.main(line)

    def no_work(path: Path) -> FileReport:
        raise AssertionError(f"{path} was checked again")

    monkeypatch.setattr("backprop_xlsx.check.book_check.check_file", no_work)
    renamed = tmp_path / "renamed.xlsx"
    renamed.write_bytes((folder / "001.xlsx").read_bytes())
    capsys.readouterr()
    assert command.main([str(renamed), "--resume", str(tmp_path / "journal")]) == 1
    told = capsys.readouterr().out.replace("\n", "")  # a long path is broken
    assert told.startswith(str(renamed))
    command.main(line)
    assert written(tmp_path) == expected


def test_a_report_is_the_same_after_it_was_kept(folder: Path) -> None:
    for name in ("000.xlsx", "001.xlsx", "broken.xlsx"):
        report = check_file(folder / name)
        plain = json.loads(json.dumps(to_plain(report)))
        assert from_plain(FileReport, plain) == report


def test_a_check_that_did_not_end_is_tried_again(folder: Path, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    book = folder / "000.xlsx"

    def given_up(path: Path) -> FileReport:
        return FileReport(path, error=f"{path}: was not checked within 1 s", unfinished=True)

    for check, found in ((given_up, given_up(book)), (check_file, check_file(book))):
        assert Remembering(None, journal).submit(check, book).result() == found
    assert Remembering(None, journal).submit(given_up, book).result() == check_file(book)
    assert Remembering(None, journal, "otherwise").submit(given_up, book).result().error
    journal.close()


@pytest.mark.parametrize("content", [b"nothing of the kind" * 100, b"PK\x03\x04"])
def test_another_file_is_no_journal_and_stays_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(FileError, match="is no journal of this command"):
        Journal(path)
    assert path.read_bytes() == content


def test_another_programs_data_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE notes (text TEXT)")
    before = path.read_bytes()
    with pytest.raises(FileError, match="another program's data"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_cluster_that_does_not_answer_is_told_in_a_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="Dask is optional")
    monkeypatch.setattr("backprop_xlsx.check.many.executors.PATIENCE", 0.2)
    book = str(folder / "000.xlsx")
    assert command.main([book, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert "no scheduler answers there" in err
