"""The Python code of the page as one archive: this package, and what of others it imports."""

from __future__ import annotations

import io
import zipfile
from importlib import metadata
from pathlib import Path

import backprop_xlsx
from backprop_xlsx.spreadsheet.errors import InputError

DEPENDENCIES = ("jinja2", "markupsafe", "xlsxwriter")
"""Pure Python all; the part of markupsafe in C is left out, it does without."""

_OWN = {".py", ".html", ".toml"}
_NOT_IN_THE_PAGE = "site/assets/"
_CHANGED = (1980, 1, 1, 0, 0, 0)


def python_archive() -> bytes:
    """A zip file to be put on the page's module path; the same code gives the same bytes.

    Raises InputError where a dependency is not installed as files.
    """
    files = _own_files()
    for name in DEPENDENCIES:
        files |= _files_of(name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            archive.writestr(
                zipfile.ZipInfo(name, _CHANGED), files[name], zipfile.ZIP_DEFLATED, compresslevel=9
            )
    return buffer.getvalue()


def _own_files() -> dict[str, bytes]:
    root = Path(backprop_xlsx.__file__).parent
    return {
        f"{root.name}/{name}": path.read_bytes()
        for path in root.rglob("*")
        if path.suffix in _OWN
        and not (name := path.relative_to(root).as_posix()).startswith(_NOT_IN_THE_PAGE)
    }


def _files_of(name: str) -> dict[str, bytes]:
    """The modules of an installed distribution, and its licence, which must go with them."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise InputError(f"{name} is not installed, and the page needs it: install it") from None
    listed = {str(file).replace("\\", "/"): file for file in distribution.files or ()}
    found = {
        path: file.read_binary()
        for path, file in listed.items()
        if path.split("/")[0] == name
        and path.endswith(".py")
        or ".dist-info/" in path
        and "LICENSE" in path.upper()
    }
    if f"{name}/__init__.py" not in found:
        raise InputError(f"the files of {name} are not listed, expected it installed by pip")
    return found
