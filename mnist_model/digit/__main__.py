"""python -m mnist_model.digit: write a trained network as a workbook, and verify it."""

import sys

from mnist_model.commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("digit"))
