"""The commands, each imported only when it is called: they need what the extra ``train`` brings."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

NAMES = ("train", "compare", "evaluate", "digit")
INTERRUPTED = 130


def run_command(name: str, arguments: Sequence[str] | None = None) -> int:
    """Runs one of :data:`NAMES` with its arguments, or the process's own; its exit status.

    Where a package of the extra is not installed, one line says how to install it.
    """
    try:
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
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    return int(command.main(arguments))
