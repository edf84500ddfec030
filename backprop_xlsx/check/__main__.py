"""Command line: python -m backprop_xlsx.check: is anybody's workbook right?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.check.marking.weights import weights
from backprop_xlsx.spreadsheet.command_line import Parser, exit_status, positive, whole

_EXIT_STATUS = """exit status:
  0  no fault in any file
  1  a fault somewhere (with --strict, a fault or a warning)
  2  a file could not be read or holds no table, whatever was found in others;
     or an option or an output cannot be used
A copy written by --fix leaves the status as it is: that of the file checked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files that the command line names, and return the exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal without ∂ gets a question mark, not a traceback.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    return exit_status(lambda: _run(options), "interrupted")


def _run(options: argparse.Namespace) -> int:
    # Here, so that --help need not wait for it.
    if options.key is not None:
        from backprop_xlsx.exercise.grading.command import run as grade

        return grade(options)
    from backprop_xlsx.check.command import run

    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m backprop_xlsx.check",
        description="Check back-propagation workbooks: find the tables, judge each formula,\n"
        "and say what is wrong with it and what should stand there.",
        epilog=_EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="WORKBOOK", help="an .xlsx file")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="tell everything, not a screen for each file"
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a line for each file, for a mark sheet"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write one HTML page to read, print or send"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write an object for each table, for programs"
    )
    parser.add_argument(
        "--json-lines",
        type=Path,
        metavar="FILE",
        help="write a line for each file, for programs; it grows as the files are checked, as the "
        "one of --csv does",
    )
    parser.add_argument(
        "--feedback",
        type=Path,
        metavar="FOLDER",
        help="write a page for each file, to be handed back: mark, mistakes, reasons, losses",
    )
    parser.add_argument(
        "--class-page",
        type=Path,
        metavar="FILE",
        help="write a page on all files: frequent mistakes, what to teach again, rare mistakes "
        "that several files share",
    )
    parser.add_argument(
        "--fix",
        type=Path,
        metavar="FILE",
        help="write a copy of the one workbook given in which the wrong formulas are right",
    )
    parser.add_argument(
        "--convert",
        action="store_true",
        help="let LibreOffice, if it is installed, make a workbook of an .ods, .xls, .xlsb, "
        ".numbers or .csv file; the file itself stays",
    )
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="grade practice books of a class instead, by the key that was written with them",
    )
    parser.add_argument(
        "--strict", action="store_true", help="let a warning count as a fault in the exit status"
    )
    _add_marks(parser)
    _add_folders(parser)
    return parser


def _add_marks(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("marks")
    group.add_argument(
        "--weights",
        type=weights,
        metavar="PART=W,…",
        help="weigh the parts forward, loss, gradients and updates, as "
        "forward=2,loss=1,gradients=4,updates=1; otherwise all columns count alike",
    )
    group.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="a CSV list of the class, which tells whose file is whose: Canvas's gradebook, "
        "Moodle's grading worksheet, or any with the columns file and name",
    )
    group.add_argument(
        "--canvas", type=Path, metavar="FILE", help="write the gradebook of --roster with the marks"
    )
    group.add_argument(
        "--assignment", metavar="TITLE", help="the assignment that --canvas fills in"
    )
    group.add_argument(
        "--moodle",
        type=Path,
        metavar="FILE",
        help="write the grading worksheet of --roster with the marks and comments",
    )
    group.add_argument(
        "--gradescope",
        type=Path,
        metavar="FILE",
        help="write the result of the one workbook given as an autograder's results.json",
    )
    group.add_argument(
        "--points",
        type=positive,
        default=100.0,
        metavar="N",
        help="the mark of a file in which all columns are right; 100 unless given",
    )


def _add_folders(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("folders of any size")
    group.add_argument(
        "--jobs", type=_one_or_more, metavar="N", help="check in N processes of this machine"
    )
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="check on the workers of a Dask cluster, which see the files under the same paths "
        "(needs the extra [cluster])",
    )
    group.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="keep in FILE what is found, by the content of the files, and take from it what is "
        "known: a run that was ended goes on where it stopped",
    )
    group.add_argument(
        "--seconds",
        type=positive,
        default=300.0,
        metavar="S",
        help="with --jobs or --scheduler: how long the check of one file may take; 300 unless "
        "given",
    )
    group.add_argument(
        "--megabytes",
        type=_one_or_more,
        default=2000,
        metavar="MB",
        help="with --jobs or --scheduler: how much memory it may take; 2000 unless given",
    )


def _one_or_more(text: str) -> int:
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} given, expected 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
