"""The exceptions of the project, all under one root.

BackpropError
├── InputError          a value, option or preset that cannot be used (exit status 2)
├── FileError           a file that cannot be read or written (exit status 2)
└── VerificationError   a recalculated cell that differs from the reference (exit status 1)
"""


class BackpropError(Exception):
    """Root of the project's exceptions; the message is one line meant for the user."""


class InputError(BackpropError):
    """A value, an option or a preset that cannot be used."""


class FileError(BackpropError):
    """A file that cannot be read or written."""


class VerificationError(BackpropError):
    """A recalculated cell that differs from the reference."""
