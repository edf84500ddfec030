"""mnist-model, or python -m mnist_model: one command for all that there is to do with networks."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mnist_model.commands import NAMES, run_command

USAGE = f"usage: mnist-model {{{','.join(NAMES)}}} …   (mnist-model NAME --help tells more)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that the first argument names with the others; 2 where it names none."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if not given or given[0] not in NAMES:
        named = f"{given[0]!r} is no command" if given else "no command given"
        print(f"error: {named}, expected one of: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    return run_command(given[0], given[1:])


if __name__ == "__main__":
    sys.exit(main())
