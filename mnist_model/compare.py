"""python -m mnist_model.compare: several networks under one protocol, beside what is claimed."""

import sys

from mnist_model.commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("compare"))
