"""The trainer's own exception, under the project's root."""

from backprop_xlsx.spreadsheet.errors import BackpropError


class DivergedError(BackpropError):
    """A training whose loss is no longer a number (exit status 2)."""
