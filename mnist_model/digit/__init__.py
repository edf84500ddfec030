"""A trained network as a workbook that reads a handwritten digit with nothing but formulas."""

from mnist_model.digit.book import to_workbook
from mnist_model.digit.examples import Examples, Scaling
from mnist_model.digit.verify import Verification, verify

__all__ = ["Examples", "Scaling", "Verification", "to_workbook", "verify"]
