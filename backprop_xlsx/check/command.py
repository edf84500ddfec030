"""Run the check over the files of a command line, and write what was asked for."""

from __future__ import annotations

import argparse
import glob
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from backprop_xlsx.check.book_check import check_files
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.mark_sheet import grades
from backprop_xlsx.check.report.page import page
from backprop_xlsx.check.report.programs import to_json
from backprop_xlsx.check.report.terminal import print_report
from backprop_xlsx.spreadsheet import files, libreoffice
from backprop_xlsx.spreadsheet.errors import FileError, InputError, VerificationError

NO_FAULT, FAULT, NOT_CHECKED = 0, 1, 2


def run(options: argparse.Namespace) -> int:
    """Check the files, print and write the outcome, and return the exit status.

    Raises InputError for files and outputs that cannot be meant so, FileError for an output that
    cannot be written; both before any file is checked, as far as that can be known.
    """
    paths = _expanded(options.files)
    _refuse_repeats(paths, options)
    for target in (options.csv, options.report, options.json, options.fix):
        if target is not None:
            files.require_writable(target)

    with tempfile.TemporaryDirectory() as folder:
        reports, workbooks = _check_all(paths, Path(folder) if options.convert else None)
        console = Console(highlight=False, markup=False, emoji=False)
        for report in reports:
            _print(console, report)
        if options.json is not None:
            files.write(options.json, to_json(reports).encode())
        if options.csv is not None:
            files.write(options.csv, grades(reports).encode())
        if options.report is not None:
            files.write(options.report, page(reports).encode())
        if options.fix is not None and reports[0].error is None:
            _fix(replace(reports[0], path=workbooks[0]), options.fix)
    if len(reports) > 1 or reports[0].error is None:  # or that was said already
        print(phrases.final_line(reports))
    return _status(reports, strict=options.strict)


def _expanded(paths: Sequence[Path]) -> list[Path]:
    """The paths, with ``*`` and ``?`` filled in where the shell (of Windows) did not."""
    expanded = []
    for path in paths:
        matches = [] if path.exists() else sorted(glob.glob(str(path)))
        expanded += [Path(match) for match in matches] or [path]
    return expanded


def _refuse_repeats(paths: Sequence[Path], options: argparse.Namespace) -> None:
    if options.fix is not None and len(paths) > 1:
        raise InputError(f"--fix: {len(paths)} files given, expected one; correct them one by one")
    if options.fix is not None and options.convert and options.fix.suffix.lower() != ".xlsx":
        raise InputError(
            f"--fix {options.fix}: with --convert an .xlsx file is written; choose such a name"
        )
    taken: dict[Path, str] = {}
    for path in paths:
        if path.resolve() in taken:
            raise InputError(f"{path}: given twice; give each file once")
        taken[path.resolve()] = "a file to check"
    for option in ("csv", "report", "json", "fix"):
        target = getattr(options, option)
        if target is None:
            continue
        if target.resolve() in taken:
            raise InputError(
                f"--{option} {target}: is {taken[target.resolve()]} already; choose another name"
            )
        taken[target.resolve()] = f"the output of --{option}"


def _check_all(paths: Sequence[Path], folder: Path | None) -> tuple[list[FileReport], list[Path]]:
    """The reports, and the workbook that each is on: the file, or what was made of it."""
    console = Console(stderr=True)
    reports: list[FileReport] = []
    workbooks: list[Path] = []
    with Progress(
        console=console, transient=True, disable=len(paths) == 1 or not console.is_terminal
    ) as progress:
        checked = check_files(paths)
        for report in progress.track(checked, total=len(paths), description="Checking"):
            workbook = report.path
            if report.foreign is not None and folder is not None:
                report, workbook = _converted(report, folder / str(len(reports)))
            elif report.foreign is not None and libreoffice.program() is not None:
                text = f"{report.error}; or let LibreOffice do it: add --convert"
                report = replace(report, error=text)
            reports.append(report)
            workbooks.append(workbook)
    return reports, workbooks


def _converted(report: FileReport, folder: Path) -> tuple[FileReport, Path]:
    """The report on what LibreOffice makes of a file of another kind, under the file's own name."""
    path = report.path
    assert report.foreign is not None
    try:
        workbook = libreoffice.converted(path, folder, report.foreign)
    except InputError as error:
        return replace(report, error=f"{report.error}; --convert: {error}"), path
    except FileError as error:
        return replace(report, error=str(error)), path
    (found,) = check_files([workbook])
    text = None if found.error is None else found.error.replace(str(workbook), str(path))
    return replace(found, path=path, error=text), workbook


def _print(console: Console, report: FileReport) -> None:
    if report.error is None:
        print_report(console, report)
    else:
        sys.stdout.flush()
        print(phrases.summary(report), file=sys.stderr, flush=True)


def _fix(report: FileReport, target: Path) -> None:
    if not report.faults:
        print(f"{target}: not written, there is no fault to correct")
        return
    from backprop_xlsx.check.correction import fix  # it needs the reference; most runs do not

    try:
        print(fix(report, target))
    except VerificationError as error:
        print(phrases.printable(str(error)), file=sys.stderr)


def _status(reports: Sequence[FileReport], strict: bool) -> int:
    verdicts = {phrases.verdict(report) for report in reports}
    if phrases.Verdict.UNREAD in verdicts:
        return NOT_CHECKED
    if phrases.Verdict.WRONG in verdicts or (strict and verdicts != {phrases.Verdict.RIGHT}):
        return FAULT
    return NO_FAULT
