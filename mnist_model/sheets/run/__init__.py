"""The sheet of one recipe's runs, section by section."""

from mnist_model.sheets.run.sheet import put_runs

__all__ = ["put_runs"]
