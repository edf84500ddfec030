"""The process beside a worker: takes paths, checks the files, and gives the reports back."""

from __future__ import annotations

import os
import pickle
import sys

from backprop_xlsx.check.book_check import check_safely


def main() -> None:
    """Check the files whose paths come in by pickling, until there are no more."""
    _limit_memory(int(sys.argv[1]) * 1_000_000)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anything prints is no reply
    while True:
        try:
            path = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(check_safely(path), replies)
        replies.flush()


def _limit_memory(most: int) -> None:
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    main()
