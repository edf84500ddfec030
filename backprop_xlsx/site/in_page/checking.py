"""The check as the page calls it: a file in, what to show out; the reports travel as bytes.

The page keeps the reports, so that nothing is lost where a file brings its worker down.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from backprop_xlsx.check.book_check import check_safely
from backprop_xlsx.check.findings import FileReport, TableReport
from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.mistakes import Mistake, mistakes
from backprop_xlsx.check.report.phrases import printable
from backprop_xlsx.model.words import listed
from backprop_xlsx.site.in_page.calls import Answer


def check(content: bytes, path: str) -> Answer:
    """Check one file; what there is to show of it, and its report as bytes."""
    with _book(content, path) as name:
        report = check_safely(name)
    return _shown(report), [pickle.dumps(report)]


def broken(path: str, reason: str) -> Answer:
    """The same for a file that brought the worker down, or took too long."""
    report = FileReport(_name(path), error=f"{path}: {reason}")
    return _shown(report), [pickle.dumps(report)]


def collect(*reports: bytes, kind: str) -> Answer:
    """All reports as one file: ``report`` (a page), ``csv`` or ``json``."""
    from backprop_xlsx.check.report.mark_sheet import grades
    from backprop_xlsx.check.report.pages.page import page
    from backprop_xlsx.check.report.programs import to_json

    writers: dict[str, Callable[[Sequence[FileReport]], str]] = {
        "report": page,
        "csv": grades,
        "json": to_json,
    }
    return {}, [writers[kind]([pickle.loads(report) for report in reports]).encode()]


def fix(content: bytes, report: bytes, path: str) -> Answer:
    """A corrected copy, recalculated by the check's own evaluator: no engine runs here.

    Raises VerificationError where it cannot be made or verified.
    """
    from backprop_xlsx.check.correction import fix as corrected
    from backprop_xlsx.check.evaluation import NAME, evaluate

    found: FileReport = pickle.loads(report)
    with _book(content, path) as name:
        target = name.with_name(f"{name.stem}-corrected{name.suffix}")
        fixed = corrected(replace(found, path=name), target, {NAME: evaluate})
        return {"name": target.name, "said": str(fixed)}, [target.read_bytes()]


@contextmanager
def _book(content: bytes, path: str) -> Iterator[Path]:
    """A file with that content and name, in an empty folder that is the current one."""
    home, name = Path.cwd(), _name(path)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            name.parent.mkdir(parents=True, exist_ok=True)
            name.write_bytes(content)
            yield name
        finally:
            os.chdir(home)


def _name(path: str) -> Path:
    """The name as a relative path that stays in its folder."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return Path(*(parts or ["workbook"]))


def _shown(report: FileReport) -> dict[str, Any]:
    """A report as the page shows it; every text is one line and no markup."""
    verdict = phrases.verdict(report)
    made, mark = mistakes(report), Marking().of(report)
    reason = "" if report.error is None else phrases.sentence(phrases.reason(report))
    return {
        "verdict": {"kind": verdict.name.lower(), "word": verdict.word, "symbol": verdict.symbol},
        "line": str(made[0]) if made else reason,
        "more": max(len(made) - 1, 0),
        "numbers": [
            len(report.tables),
            report.faults,
            report.wrong_cells,
            report.warnings,
        ],
        "mark": "" if mark is None else f"Mark {mark}",
        "mistakes": [_shown_mistake(mistake) for mistake in made],
        "tables": [_shown_table(table) for table in report.tables],
        "fixable": report.faults > 0,
    }


def _shown_table(table: TableReport) -> dict[str, Any]:
    return {
        "title": printable(f"{table.sheet}!{table.range}"),
        "about": phrases.about(table),
        "warnings": [phrases.sentence(phrases.caution(warning)) for warning in table.warnings],
        "right": printable(table.right),
    }


def _shown_mistake(mistake: Mistake) -> dict[str, Any]:
    fault = mistake.first
    found, expected = phrases.difference(fault.found, fault.expected)
    return {
        "quantities": listed(mistake.quantities),
        "places": mistake.where(),
        "explanation": phrases.sentence(fault.explanation),
        "reason": phrases.sentence(fault.reason) if fault.reason else "",
        "found": found,
        "expected": expected,
        "effect": printable(mistake.effect),
    }
