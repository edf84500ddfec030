"""The commands, each imported only when it is called: they need what the extra ``train`` brings."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from mnist_model.training.machine.threads import wait_asleep

NAMES = ("train", "compare", "evaluate", "digit")


def run_command(name: str, arguments: Sequence[str] | None = None) -> int:
    """Runs one of :data:`NAMES` with its arguments, or the process's own; its exit status.

    Where a package of the extra is not installed, one line says how to install it.
    """
    wait_asleep()
    try:
        with _interrupted_at_once():
            command = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "backprop_xlsx", "mnist_model"):
            raise
        print(
            f"error: {missing} is not installed, and {name} needs it; "
            "install it with: pip install 'backprop-xlsx[train]'",
            file=sys.stderr,
        )
        return 2
    return int(command.main(arguments))


@contextmanager
def _interrupted_at_once() -> Iterator[None]:
    """Lets Ctrl-C end the process in one line.

    An interrupt in the middle of an import surfaces as any error, or is told and passed over; and
    there is nothing yet to be cleared up.
    """

    def leave(number: int, _: FrameType | None) -> NoReturn:
        print("interrupted", file=sys.stderr, flush=True)
        os._exit(128 + number)

    # Signals belong to the main thread, and an interrupt that is ignored stays so.
    taken = threading.current_thread() is threading.main_thread()
    taken = taken and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if taken:
        signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        if taken:
            signal.signal(signal.SIGINT, signal.default_int_handler)
