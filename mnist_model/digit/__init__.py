"""A trained network as a workbook that reads a handwritten digit with nothing but formulas."""

from typing import TYPE_CHECKING

from backprop_xlsx.spreadsheet.public_names import getter

if TYPE_CHECKING:
    from mnist_model.digit.book import to_workbook
    from mnist_model.digit.examples import Examples, Scaling
    from mnist_model.digit.verification import Verification, verify
else:
    __getattr__ = getter(
        __name__,
        {
            "to_workbook": "book",
            **dict.fromkeys(("Examples", "Scaling"), "examples"),
            **dict.fromkeys(("Verification", "verify"), "verification"),
        },
    )

__all__ = ["Examples", "Scaling", "Verification", "to_workbook", "verify"]
