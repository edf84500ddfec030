"""What the project's commands share: options whose mistakes are told in one line."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse's parser, but a mistyped option gets one line instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Prints the message to standard error and exits with status 2."""
        print(f"error: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)
