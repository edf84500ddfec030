"""Write the site: the page, its Python code, its example, and, if asked, the interpreter."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from backprop_xlsx import __version__
from backprop_xlsx.site import example, interpreter
from backprop_xlsx.site.bundle import python_archive
from backprop_xlsx.site.interpreter import PIECES, integrity
from backprop_xlsx.spreadsheet.errors import FileError, InputError

PAGE, OFFLINE = "index.html", "service-worker.js"
"""The two files whose names stay; all others stand in a folder that is named by its content."""
ARCHIVE, WORKER = "python.zip", "worker.js"
_MARK = 'name="generator" content="backprop_xlsx.site"'


@dataclass(frozen=True)
class Site:
    """What was written: where, and how many bytes a first visit takes from wherever."""

    folder: Path
    first_visit: int

    @property
    def megabytes(self) -> float:
        """The same in millions of bytes."""
        return self.first_visit / 1e6


def build_site(out: Path, pyodide: Path | None = None) -> Site:
    """Write the site into a folder, in place of a site that stands there.

    ``pyodide`` is a folder with the interpreter's files, which are then part of the site. Raises
    InputError if that folder lacks one or holds another version, or if ``out`` holds something
    that is no such site; FileError if it cannot be written.
    """
    _refuse_other_content(out)
    pieces = {} if pyodide is None else interpreter.read_pieces(pyodide)
    files = _files(pieces)
    temporary = out.absolute().with_name(f".{out.absolute().name}-{secrets.token_hex(8)}")
    try:
        for name, content in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _put_in_place(temporary, out.absolute())
    except OSError as error:
        raise FileError(
            f"--out {out}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    from_network = sum(piece.size for piece in PIECES if piece.name not in pieces)
    return Site(out, from_network + sum(map(len, files.values())))


def _files(pieces: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of the site by its path."""
    assets = {
        asset.name: asset.read_bytes()
        for asset in (resources.files(__package__) / "assets").iterdir()
        if asset.is_file()
    }
    templates = {name: assets.pop(name).decode() for name in (PAGE, OFFLINE)}
    assets[ARCHIVE] = python_archive()
    assets[example.NAME] = example.example()
    there = {piece.name: f"interpreter-{interpreter.VERSION}/{piece.name}" for piece in PIECES}
    sources = there if pieces else {piece.name: piece.address for piece in PIECES}

    def pages(build: str) -> dict[str, bytes]:
        facts = _facts(build, assets, sources)
        return {name: _rendered(text, facts) for name, text in templates.items()}

    # Named by all that a visitor gets, the pages included but for this name in them.
    build = _digest(assets | pages(""))
    return (
        {f"{build}/{name}": content for name, content in assets.items()}
        | {there[name]: content for name, content in pieces.items()}
        | pages(build)
    )


def _facts(build: str, assets: Mapping[str, bytes], sources: Mapping[str, str]) -> dict[str, Any]:
    """What the templates say of the site; ``sources`` is where the interpreter's files are."""
    return {
        "version": __version__,
        "build": build,
        "mark": _MARK,
        "policy": _policy(inside=sources[interpreter.LOADER.name] != interpreter.LOADER.address),
        "files": sorted(f"{build}/{name}" for name in assets),
        "settings": {
            "build": build,
            "example": example.NAME,
            **{
                key: {
                    "address": f"{build}/{name}",
                    "integrity": integrity(hashlib.sha256(assets[name]).digest()),
                }
                for key, name in (("archive", ARCHIVE), ("worker", WORKER))
            },
            "interpreter": {
                piece.name: {
                    "address": sources[piece.name],
                    "integrity": piece.integrity,
                    "size": piece.size,
                }
                for piece in PIECES
            },
            "loader": [interpreter.LOADER.name, interpreter.MODULE.name],
            "numpy": interpreter.NUMPY.name,
            "interpreter_version": interpreter.VERSION,
        },
    }


def _policy(inside: bool) -> str:
    """The content security policy: the site itself, and the interpreter's folders."""
    network = "" if inside else "".join(f" {folder}" for folder in _network_folders())
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self' blob:",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self'{network}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _network_folders() -> list[str]:
    return list(dict.fromkeys(piece.folder for piece in PIECES))


def _rendered(template: str, facts: Mapping[str, Any]) -> bytes:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(facts).encode()


def _digest(files: Mapping[str, bytes]) -> str:
    """A name for exactly these files."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{name} {len(content)} ".encode() + content)
    return total.hexdigest()[:12]


def _refuse_other_content(out: Path) -> None:
    """Raise InputError where something else would be lost."""
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder; choose another name")
    page = out / PAGE
    is_site = page.is_file() and _MARK in page.read_text(encoding="utf-8", errors="replace")
    if any(out.iterdir()) and not is_site:
        raise InputError(
            f"--out {out}: holds other files, expected an empty folder or such a site; "
            "choose another folder"
        )


def _put_in_place(temporary: Path, out: Path) -> None:
    if not out.exists():
        temporary.rename(out)
        return
    old = temporary.with_name(f"{temporary.name}-old")
    out.rename(old)
    try:
        temporary.rename(out)
    except OSError:
        os.rename(old, out)
        raise
    shutil.rmtree(old, ignore_errors=True)
