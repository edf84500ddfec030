"""Command line: python -m backprop_xlsx.check: is anybody's workbook right?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.spreadsheet.command_line import Parser, exit_status

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
        "--csv", type=Path, metavar="FILE", help="write a line for each file, for a mark sheet"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write one HTML page to read, print or send"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write an object for each table, for programs"
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
    return parser


if __name__ == "__main__":
    sys.exit(main())
