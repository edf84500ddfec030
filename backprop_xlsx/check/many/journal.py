"""What was found so far, by the content of the files: a run that was ended goes on from there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import backprop_xlsx
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many.plain import from_plain, to_plain
from backprop_xlsx.spreadsheet.errors import FileError

_KIND = 0x42505843
"""What SQLite is told that the file is, so that no other data base is written to."""


class Journal:
    """A file of reports, which grows by each; it may be closed, or killed, at any time.

    Raises FileError for a file that is there and no journal.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            (kind,) = self._base.execute("PRAGMA application_id").fetchone()
            tables = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if kind != _KIND and tables:
                raise sqlite3.DatabaseError("another program's data")
            self._base.execute("PRAGMA synchronous = OFF")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute(f"PRAGMA application_id = {_KIND}")
            self._base.execute(
                "CREATE TABLE IF NOT EXISTS reports (content TEXT PRIMARY KEY, report TEXT)"
            )
        except sqlite3.Error as error:
            raise FileError(
                f"{path}: is no journal of this command ({error}); choose another name"
            ) from None

    def close(self) -> None:
        """Leave the file as it is."""
        self._base.close()

    def report(self, key: str, path: Path) -> FileReport | None:
        """What was found in a file of this content, under the name that it has now."""
        with self._lock:
            row = self._base.execute(
                "SELECT report FROM reports WHERE content = ?", (key,)
            ).fetchone()
        if row is None:
            return None
        found: FileReport = from_plain(FileReport, json.loads(row[0]))
        return found.renamed(path)

    def keep(self, key: str, report: FileReport) -> None:
        """Remember a report, unless another try could find more."""
        if not report.unfinished:
            text = json.dumps(to_plain(report), ensure_ascii=False)
            with self._lock:
                self._base.execute("INSERT OR REPLACE INTO reports VALUES (?, ?)", (key, text))


def _key_of(path: Path, how: str) -> str | None:
    """What a file is known by: its content, and how it is checked; None if it is unreadable."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256(f"{backprop_xlsx.__version__} {how}\n".encode())
            while block := file.read(1 << 20):
                digest.update(block)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()


class Remembering(Executor):
    """Runs the checks of another executor, or here without one, that a journal knows nothing of.

    ``how`` says what else, apart from the file, the outcome of a check hangs on.
    """

    def __init__(self, executor: Executor | None, journal: Journal, how: str = "") -> None:
        self._executor = executor
        self._journal = journal
        self._how = how

    def submit(self, check: Callable[..., Any], /, *of: Any, **options: Any) -> Future[Any]:
        """The report of the journal, at once, or that of the check, which the journal keeps."""
        (path,) = of
        key = _key_of(path, self._how)
        known = None if key is None else self._journal.report(key, path)
        if known is None and self._executor is not None:
            future: Future[Any] = self._executor.submit(check, path)
            if key is not None:
                future.add_done_callback(lambda done: self._keep(key, done))
            return future
        future = Future()
        report = check(path) if known is None else known
        future.set_result(report)
        if known is None and key is not None:
            self._journal.keep(key, report)
        return future

    def _keep(self, key: str, done: Future[Any]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._journal.keep(key, done.result())
