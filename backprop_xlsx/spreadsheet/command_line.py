"""What the project's commands share: mistakes told in one line, exit statuses, what was written."""

from __future__ import annotations

import argparse
import glob
import math
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from backprop_xlsx.spreadsheet.errors import BackpropError, Notice, VerificationError
from backprop_xlsx.spreadsheet.files import Placed

READER_GONE = 141
"""What a shell shows of a program that the signal of a closed pipe ended."""
DEFAULT_WORKBOOK = "Backpropagation.xlsx"
"""The workbook that is meant where none is named."""

NEGATIVE_NUMBERS = re.compile(r"-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(,.*)?")


class Parser(argparse.ArgumentParser):
    """argparse's parser, but options are not guessed, and a mistyped one gets one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Prints the message to standard error and exits with status 2."""
        unknown = re.search(r"^unrecognized arguments: .*?(--[\w-]+)", message)
        near = get_close_matches(unknown[1], self._option_string_actions, 1) if unknown else []
        hint = f"; did you mean {near[0]}?" if near else ""
        print(f"error: {message}{hint} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


class Listed(argparse.Action):
    """A list of values, of which each argument may hold several between commas."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Takes the values of one option."""
        setattr(namespace, self.dest, [value for several in values for value in several])


def words(text: str) -> list[str]:
    """What stands between commas, such as ``momentum,adam``; for :class:`Listed`."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} given, expected one or more values")
    return found


def decimals(text: str) -> list[float]:
    """Numbers between commas, such as ``0.1,0.5``; for :class:`Listed`."""
    try:
        return [float(word) for word in words(text)]
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid float value: {text!r}") from None


def whole(text: str) -> int:
    """A whole number, also one such as ``1e3``."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value.is_integer():
        raise argparse.ArgumentTypeError(f"invalid int value: {text!r}")
    return int(value)


def positive(text: str, *, zero: bool = False) -> float:
    """A finite number above 0, or from 0 on."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0 or (number == 0 and not zero):
        least = "0 or more" if zero else "more than 0"
        raise argparse.ArgumentTypeError(f"{text!r} given, expected a number, {least}")
    return number


def workbook(text: str) -> Path:
    """The name of a workbook to be written, which ends in .xlsx."""
    path = Path(text)
    if path.suffix.lower() != ".xlsx" and not path.is_dir():
        raise argparse.ArgumentTypeError(
            f"{text!r} given, expected a name that ends in .xlsx: no other kind of file is written"
        )
    return path


def as_values(arguments: Sequence[str] | None) -> list[str]:
    """The arguments, or the process's own; such as -1e-3 and -1,2 so that they are no options.

    argparse knows negative numbers, but no lists of them, and none with an exponent before
    Python 3.14; with a space before it nothing is taken for an option.
    """
    return [
        f" {argument}" if NEGATIVE_NUMBERS.fullmatch(argument) else argument
        for argument in (sys.argv[1:] if arguments is None else arguments)
    ]


def expanded(paths: Sequence[Path]) -> list[Path]:
    """The paths, with ``*`` and ``?`` filled in where the shell (of Windows) did not."""
    found: list[Path] = []
    for path in paths:
        matches = [] if path.exists() else sorted(glob.glob(str(path)))
        found += [Path(match) for match in matches] or [path]
    return found


def exit_status(work: Callable[[], int | None], interrupted: str) -> int:
    """Does a command's work and turns the project's errors into a line and an exit status.

    The status is what ``work`` returns, 0 for nothing; 1 if a book does not verify, 2 for anything
    that could not be used, read or written, and 130 if interrupted, with that line. A command
    that is ended (``kill``, or its terminal is closed) clears up as one that is interrupted; one
    whose reader has read enough (``| head``) ends without a word.
    """
    try:
        with _endings_as_interrupts(), _notices_as_lines():
            status = work() or 0
            sys.stdout.flush()
            return status
    except VerificationError as error:
        print(f"not verified, nothing written: {error}", file=sys.stderr)
        return 1
    except BackpropError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        print(interrupted, file=sys.stderr)
        return 128 + (error.signal if isinstance(error, _Ended) else signal.SIGINT)
    except BrokenPipeError:
        # What is still to be written would fail once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE


class _Ended(KeyboardInterrupt):
    """The process was told to end by another signal than Ctrl-C."""

    def __init__(self, number: int) -> None:
        self.signal = number


@contextmanager
def _endings_as_interrupts() -> Iterator[None]:
    def end(number: int, _: FrameType | None) -> NoReturn:
        raise _Ended(number)

    taken = []
    # Signals belong to the main thread, and one that is ignored (nohup) stays so.
    if threading.current_thread() is threading.main_thread():
        known = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        taken = [s for s in known if s is not None and signal.getsignal(s) is signal.SIG_DFL]
    for ending in taken:
        signal.signal(ending, end)
    try:
        yield
    finally:
        for ending in taken:
            signal.signal(ending, signal.SIG_DFL)


@contextmanager
def _notices_as_lines() -> Iterator[None]:
    with warnings.catch_warnings():
        show = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *place: Any, **rest: Any) -> None:
            if issubclass(category, Notice):
                print(f"note: {message}", file=sys.stderr)
            else:
                show(message, category, *place, **rest)

        warnings.showwarning = tell
        warnings.simplefilter("always", Notice)
        yield


def print_placed(placed: Placed) -> None:
    """Says where a book was put, and under what name an older one was kept."""
    print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")
    if placed.kept:
        print(f"{placed.kept}: the book that was there before, kept")


def print_absent(engines: Sequence[str], took_part: Sequence[str]) -> None:
    """Says which of the engines are not installed."""
    for missing in sorted(set(engines) - set(took_part)):
        print(f"{missing} is not installed here and took no part")
