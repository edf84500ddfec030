"""The sheet that compares networks under one protocol, beside what others publish."""

from mnist_model.sheets.comparison.entries import ComparisonEntry, LadderStep
from mnist_model.sheets.comparison.sheet import put_comparison

__all__ = ["ComparisonEntry", "LadderStep", "put_comparison"]
