"""Run the check over the files of a command line, and write what was asked for."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from backprop_xlsx.check import outputs
from backprop_xlsx.check.book_check import check_safely, in_one_line
from backprop_xlsx.check.feedback.page import feedback_on
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.many import executors
from backprop_xlsx.check.many.checker import Limited, Limits
from backprop_xlsx.check.many.converting import Converting
from backprop_xlsx.check.many.files import check_files
from backprop_xlsx.check.many.journal import Journal, Remembering
from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.platforms.canvas import canvas_marks, require_gradebook
from backprop_xlsx.check.platforms.moodle import moodle_marks, require_worksheet
from backprop_xlsx.check.platforms.roster import Roster, read_roster
from backprop_xlsx.check.report import mark_sheet, phrases, programs
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.terminal import print_report
from backprop_xlsx.spreadsheet import files, libreoffice
from backprop_xlsx.spreadsheet.command_line import expanded
from backprop_xlsx.spreadsheet.errors import BackpropError, InputError, VerificationError

NO_FAULT, FAULT, NOT_CHECKED = 0, 1, 2

_WRITTEN = (
    *("csv", "report", "json", "json_lines", "class_page", "canvas", "moodle", "gradescope"),
    *("fix", "resume"),
)
"""Options that name a file to be written."""


def run(options: argparse.Namespace) -> int:
    """Check the files, print and write the outcome, and return the exit status.

    Raises InputError for files and outputs that cannot be meant so, FileError for an output that
    cannot be written; both before any file is checked, as far as that can be known.
    """
    paths = expanded(options.files)
    _refuse_what_cannot_be_meant(paths, options)
    for name in _WRITTEN:
        if getattr(options, name) is not None:
            files.require_writable(getattr(options, name))

    marking = Marking(options.weights, options.points)
    roster = _roster(options)
    console = Console(highlight=False, markup=False, emoji=False)
    verdicts: Counter[phrases.Verdict] = Counter()
    with ExitStack() as stack:
        reports = stack.enter_context(_checked(paths, options))
        adds = [
            stack.enter_context(output) for output in _outputs(options, len(paths), marking, roster)
        ]
        for name, report in zip(phrases.names(paths), _shown(reports, paths, options), strict=True):
            student = "" if roster is None else roster.name_of(report.path)
            entry = Entry(name, report, marking.of(report), student)
            _print(console, entry, len(paths) == 1, options.verbose)
            for add in adds:
                add(entry)
            verdicts[phrases.verdict(report)] += 1
            if options.fix is not None and report.error is None:
                _fix(report, options.fix)
    if len(paths) > 1:
        print(phrases.totals(verdicts))
    return _status(verdicts, strict=options.strict)


def _refuse_what_cannot_be_meant(paths: Sequence[Path], options: argparse.Namespace) -> None:
    for name in ("fix", "gradescope"):
        if getattr(options, name) is not None and len(paths) > 1:
            raise InputError(
                f"--{name}: {len(paths)} files given, expected one; give them one by one"
            )
    if options.fix is not None and options.convert and options.fix.suffix.lower() != ".xlsx":
        raise InputError(
            f"--fix {options.fix}: with --convert an .xlsx file is written; choose such a name"
        )
    if options.scheduler is not None and options.jobs is not None:
        raise InputError("--jobs and --scheduler given, expected one: where do the checks run?")
    taken: dict[Path, str] = {}
    for path in paths:
        if path.resolve() in taken:
            raise InputError(f"{path}: given twice; give each file once")
        taken[path.resolve()] = "a file to check"
    for name in _WRITTEN:
        option, target = f"--{name.replace('_', '-')}", getattr(options, name)
        if target is None:
            continue
        if target.resolve() in taken:
            raise InputError(
                f"{option} {target}: is {taken[target.resolve()]} already; choose another name"
            )
        taken[target.resolve()] = f"the output of {option}"


def _roster(options: argparse.Namespace) -> Roster | None:
    """The list of the class, after a look whether the platform's marks fit into it."""
    if options.roster is None:
        for name in ("canvas", "moodle"):
            if getattr(options, name) is not None:
                raise InputError(f"--{name}: needs the list that it fills in: --roster FILE")
        return None
    roster = read_roster(options.roster)
    if options.canvas is not None:
        require_gradebook(roster, options.assignment, options.points)
    if options.moodle is not None:
        require_worksheet(roster, options.points)
    return roster


def _outputs(
    options: argparse.Namespace, number: int, marking: Marking, roster: Roster | None
) -> Iterator[outputs.Output]:
    if options.csv is not None:
        yield outputs.growing(options.csv, mark_sheet.heading(), mark_sheet.line)
    if options.json_lines is not None:
        yield outputs.growing(options.json_lines, "", programs.json_line)
    if options.json is not None:
        yield outputs.json_list(options.json)
    if options.report is not None:
        yield outputs.pages(options.report, number)
    if options.class_page is not None:
        yield outputs.on_the_class(options.class_page)
    if roster is not None and options.canvas is not None:
        text_of = partial(canvas_marks, roster, options.assignment, options.points)
        yield outputs.platform_marks(options.canvas, roster, text_of)
    if roster is not None and options.moodle is not None:
        yield outputs.platform_marks(options.moodle, roster, partial(moodle_marks, roster))
    if options.gradescope is not None:
        yield outputs.gradescope_results(options.gradescope, marking)
    if options.feedback is not None:
        yield outputs.one_page_each(options.feedback, feedback_on)


@contextmanager
def _checked(paths: Sequence[Path], options: argparse.Namespace) -> Iterator[Iterator[FileReport]]:
    """The reports, one after the other, made here or by workers, or taken from a journal."""
    limited = options.jobs is not None or options.scheduler is not None
    check: Callable[[Path], FileReport] = check_safely
    if limited:
        check = Limited(Limits(options.seconds, options.megabytes))
    if options.convert:
        check = Converting(check)
    executor: Executor | None = None
    early = 1
    with ExitStack() as stack:
        if limited:
            workers = stack.enter_context(
                executors.pool(options.jobs)
                if options.scheduler is None
                else executors.cluster(options.scheduler)
            )
            executor, early = workers.executor, workers.early
        if options.resume is not None:
            journal = Journal(options.resume)
            stack.callback(journal.close)
            executor = Remembering(executor, journal, "converted" if options.convert else "")
        yield check_files(paths, executor, check=check, early=early)


def _shown(
    reports: Iterator[FileReport], paths: Sequence[Path], options: argparse.Namespace
) -> Iterator[FileReport]:
    """The reports, while a terminal shows how many there are already."""
    console = Console(stderr=True)
    hidden = len(paths) == 1 or not console.is_terminal
    with Progress(console=console, transient=True, disable=hidden) as progress:
        for report in progress.track(reports, total=len(paths), description="Checking"):
            foreign = report.foreign is not None and not options.convert
            if foreign and libreoffice.program() is not None:
                text = f"{report.error}; or let LibreOffice do it: add --convert"
                report = replace(report, error=text)
            yield report


def _print(console: Console, entry: Entry, alone: bool, verbose: bool) -> None:
    """Print a file; the verdict stands first among others, and last where there are none."""
    summary = phrases.summary(entry.report)
    if entry.report.error is None:
        opening = phrases.printable(str(entry.report.path)) if alone else summary
        print_report(console, entry, opening, verbose)
        if alone:
            print(summary)
    else:
        sys.stdout.flush()
        print(summary, file=sys.stderr, flush=True)


def _fix(report: FileReport, target: Path) -> None:
    if not report.faults:
        print(f"{target}: not written, there is no fault to correct")
        return
    from backprop_xlsx.check.correction import fix  # it needs the reference; most runs do not

    with tempfile.TemporaryDirectory() as folder:
        workbook = report.path
        if report.foreign is not None:
            workbook = libreoffice.converted(workbook, Path(folder), report.foreign)
        try:
            print(fix(replace(report, path=workbook), target))
        except VerificationError as error:
            print(phrases.printable(str(error)), file=sys.stderr)
        except (BackpropError, KeyboardInterrupt):
            raise
        except Exception as error:  # whatever it is, nothing was written
            print(
                f"{target}: not written, please report it ({in_one_line(error)})", file=sys.stderr
            )


def _status(verdicts: Collection[phrases.Verdict], strict: bool) -> int:
    if phrases.Verdict.UNREAD in verdicts:
        return NOT_CHECKED
    if phrases.Verdict.WRONG in verdicts or (strict and set(verdicts) != {phrases.Verdict.RIGHT}):
        return FAULT
    return NO_FAULT
