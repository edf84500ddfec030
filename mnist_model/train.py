"""python -m mnist_model.train: train a network, keep the run, and put its sheet in the workbook."""

import sys

from mnist_model.commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("train"))
