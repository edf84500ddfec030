"""python -m mnist_model.evaluate: score a saved model, or let it read one picture."""

import sys

from mnist_model.commands import run_command

if __name__ == "__main__":
    sys.exit(run_command("evaluate"))
