"""Reading a text file that somebody else wrote: all of it, or one line that says why not."""

from __future__ import annotations

from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError


def read_text(path: Path, largest: int) -> str:
    """The text of a file in UTF-8, without a byte order mark; ``largest`` is in bytes.

    Raises FileError if it cannot be read, is larger, or is not text in UTF-8.
    """
    try:
        with path.open("rb") as file:
            # Not by its size: a device or a pipe has none, and may never end.
            content = file.read(largest + 1)
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:  # a zero byte in the name
        raise FileError(f"{str(path)!r}: cannot be read ({error})") from error
    if len(content) > largest:
        raise FileError(f"{path}: is larger than {largest / 2**20:g} MB; give a smaller file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not text in UTF-8; save it as text in UTF-8") from error
