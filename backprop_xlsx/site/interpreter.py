"""The Python that the page runs: Pyodide's files and numpy, pinned by version and SHA-256."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import InputError

VERSION = "0.27.7"

_NETWORK = "https://cdn.jsdelivr.net"
_PACKAGE = f"{_NETWORK}/npm/pyodide@{VERSION}/"
"""The bytes of the released package; the hashes below are theirs."""
_WHEELS = f"{_NETWORK}/pyodide/v{VERSION}/full/"


@dataclass(frozen=True)
class Piece:
    """A file of the interpreter: its name, the SHA-256 that it must have, where it is offered."""

    name: str
    sha256: str
    size: int
    folder: str = _PACKAGE

    @property
    def integrity(self) -> str:
        """The hash as a browser wants it."""
        return integrity(bytes.fromhex(self.sha256))

    @property
    def address(self) -> str:
        """Where Pyodide's content network has it."""
        return self.folder + self.name


LOADER = Piece(
    "pyodide.js",
    "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    14_913,
)
MODULE = Piece(
    "pyodide.asm.js",
    "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    1_255_688,
)
NUMPY = Piece(
    "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl",
    "ebb61241d962b98b21597d7ce43b67668a6d5bab3acec4fbe958657320d7cd08",
    3_061_133,
    _WHEELS,
)
PIECES = (
    LOADER,
    MODULE,
    Piece(
        "pyodide.asm.wasm",
        "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
        10_105_545,
    ),
    Piece(
        "python_stdlib.zip",
        "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
        2_360_737,
    ),
    Piece(
        "pyodide-lock.json",
        "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
        112_205,
    ),
    NUMPY,
)


def integrity(digest: bytes) -> str:
    """A SHA-256 as the attribute ``integrity`` has it."""
    return f"sha256-{b64encode(digest).decode()}"


def read_pieces(folder: Path) -> dict[str, bytes]:
    """The interpreter's files from a folder, by name.

    Raises InputError, naming the file, where one is missing or is not the pinned one.
    """
    found = {}
    for piece in PIECES:
        path = folder / piece.name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"--pyodide {folder}: {piece.name} cannot be read ({error.strerror}), expected "
                f"the files of Pyodide {VERSION}: {', '.join(each.name for each in PIECES)}"
            ) from None
        digest = hashlib.sha256(content).hexdigest()
        if digest != piece.sha256:
            raise InputError(
                f"--pyodide {folder}: {piece.name} has the SHA-256 {digest}, expected "
                f"{piece.sha256}, that of Pyodide {VERSION}; get that version"
            )
        found[piece.name] = content
    return found
