"""Back-propagation in a spreadsheet: written with live formulas, and proved right."""

from backprop_xlsx.model.experiment import Experiment, preset_names
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError, VerificationError
from backprop_xlsx.spreadsheet.files import Placed
from backprop_xlsx.verify import Verification, verify
from backprop_xlsx.workbook.build import build

__all__ = [
    "BackpropError",
    "Experiment",
    "FileError",
    "InputError",
    "Placed",
    "Verification",
    "VerificationError",
    "build",
    "preset_names",
    "verify",
]
