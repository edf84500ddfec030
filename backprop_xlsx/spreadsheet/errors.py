"""The exceptions of the project, all under one root.

BackpropError
├── InputError          a value, option or preset that cannot be used (exit status 2)
├── FileError           a file that cannot be read or written (exit status 2)
│   └── ForeignFileError    a spreadsheet of another kind, as .ods
└── VerificationError   a recalculated cell that differs from the reference (exit status 1)

What a user should know of a file that was written all the same is a warning, `Notice`.
"""

from pathlib import Path


class BackpropError(Exception):
    """Root of the project's exceptions; the message is one line meant for the user."""


class InputError(BackpropError):
    """A value, an option or a preset that cannot be used."""


class FileError(BackpropError):
    """A file that cannot be read or written."""


def in_one_line(said: object) -> str:
    """What another program or library says, in the one line that a message has."""
    return " ".join(str(said).split())


def closed_folder(target: Path, error: OSError) -> FileError:
    """The error of a file whose folder takes no new file."""
    return FileError(
        f"{target}: folder {target.parent} cannot be written to ({error.strerror}); "
        "choose another folder"
    )


def to_be_repaired(problem: str) -> FileError:
    """The error of a workbook with a part that is missing or unsound."""
    return FileError(
        f"{problem}; open the file in Excel, let it repair the file, and save it again"
    )


class ForeignFileError(FileError):
    """A spreadsheet of another kind; ``suffix`` says which, as ".ods"."""

    def __init__(self, message: str, suffix: str) -> None:
        super().__init__(message)
        self.suffix = suffix


class VerificationError(BackpropError):
    """A recalculated cell that differs from the reference."""


class Notice(UserWarning):
    """What a user should know of a file that was written all the same, in one line."""
