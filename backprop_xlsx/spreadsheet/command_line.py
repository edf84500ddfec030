"""What the project's commands share: mistakes told in one line, exit statuses, what was written."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NoReturn

from backprop_xlsx.spreadsheet.errors import BackpropError, VerificationError
from backprop_xlsx.spreadsheet.files import Placed

# With an exponent of up to three digits, which is what a double can have.
NEGATIVE_WITH_EXPONENT = re.compile(r"-(\d+\.?\d*|\.\d+)[eE][-+]?\d{1,3}")


class Parser(argparse.ArgumentParser):
    """argparse's parser, but a mistyped option gets one line instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Prints the message to standard error and exits with status 2."""
        print(f"error: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def written_out(arguments: Sequence[str] | None) -> list[str]:
    """The arguments, or the process's own; negative numbers such as -1e-3 without an exponent.

    Before Python 3.14 argparse takes those for unknown options.
    """
    return [
        format(Decimal(argument), "f") if NEGATIVE_WITH_EXPONENT.fullmatch(argument) else argument
        for argument in (sys.argv[1:] if arguments is None else arguments)
    ]


def exit_status(work: Callable[[], int | None], interrupted: str) -> int:
    """Does a command's work and turns the project's errors into a line and an exit status.

    The status is what ``work`` returns, 0 for nothing; 1 if a book does not verify, 2 for anything
    that could not be used, read or written, and 130 if interrupted, with that line.
    """
    try:
        return work() or 0
    except VerificationError as error:
        print(f"not verified, nothing written: {error}", file=sys.stderr)
        return 1
    except BackpropError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return 130


def print_placed(placed: Placed) -> None:
    """Says where a book was put, and under what name an older one was kept."""
    print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")
    if placed.kept:
        print(f"{placed.kept}: the book that was there before, kept")


def print_absent(engines: Sequence[str], took_part: Sequence[str]) -> None:
    """Says which of the engines are not installed."""
    for missing in sorted(set(engines) - set(took_part)):
        print(f"{missing} is not installed here and took no part")
