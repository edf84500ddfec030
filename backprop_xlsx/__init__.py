"""Back-propagation in a spreadsheet: written with live formulas, and proved right."""

from typing import TYPE_CHECKING

from backprop_xlsx.spreadsheet.public_names import getter

if TYPE_CHECKING:
    from backprop_xlsx.model.experiment import Experiment
    from backprop_xlsx.model.settings import preset_names
    from backprop_xlsx.spreadsheet.errors import (
        BackpropError,
        FileError,
        InputError,
        VerificationError,
    )
    from backprop_xlsx.spreadsheet.files import Placed
    from backprop_xlsx.verification import Verification, verify
    from backprop_xlsx.workbook.build import build
else:
    __getattr__ = getter(
        __name__,
        {
            "Experiment": "model.experiment",
            "preset_names": "model.settings",
            **dict.fromkeys(
                ("BackpropError", "FileError", "InputError", "VerificationError"),
                "spreadsheet.errors",
            ),
            "Placed": "spreadsheet.files",
            **dict.fromkeys(("Verification", "verify"), "verification"),
            "build": "workbook.build",
        },
    )

__version__ = "0.3.0"

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
