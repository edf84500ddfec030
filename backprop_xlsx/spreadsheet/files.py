"""Write beside, then replace: a file is there whole or not at all, and no work gets lost."""

from __future__ import annotations

import contextlib
import filecmp
import itertools
import os
import secrets
import shutil
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError, Notice, closed_folder
from backprop_xlsx.spreadsheet.locks import locked
from backprop_xlsx.spreadsheet.replacement import prepare, put_in_place


@dataclass(frozen=True)
class Placed:
    """Where a file was placed: ``kept`` is the new name of the file that stood there before.

    ``unchanged`` tells that the same bytes stood there already, and nothing was done.
    """

    path: Path
    kept: Path | None
    unchanged: bool


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """An empty temporary file in the target's folder, with the target's suffix.

    Write to it, then :func:`place` it; what is still there at the end is removed. Nothing but
    this ever happens to the target.

    Raises FileError where the target could not be written in the end: its folder is missing or
    closed to writing, the target is a folder or is open in another program, or the disk is full.
    """
    target = _followed(target)
    _refuse_unwritable(target)
    temporary = target.parent / f".backprop-{secrets.token_hex(8)}{target.suffix}"
    # Nobody may read the new content who may not read the old.
    mode = stat.S_IMODE(target.stat().st_mode) & 0o666 | 0o600 if target.exists() else 0o666
    try:
        temporary.touch(mode=mode, exist_ok=False)
    except OSError as error:
        raise closed_folder(target, error) from error
    try:
        yield temporary
    except Exception as error:
        # XlsxWriter wraps the system's error into one of its own.
        failures = (it for it in (error, *error.args) if isinstance(it, OSError))
        failure = next(failures, None)
        if failure is None:
            raise
        problem = failure.strerror or failure
        raise FileError(f"{target}: cannot be written ({problem})") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def changing(target: Path) -> Iterator[None]:
    """Hold a file, read it, change it: no other run of this project does so meanwhile.

    Raises FileError as :func:`beside` does, and if another run holds the file for too long.
    """
    target = _followed(target)
    _refuse_unwritable(target)
    with locked(target):
        yield


def require_writable(target: Path) -> None:
    """Raise FileError if the target could not be written, before any work is put into it."""
    with beside(target):
        pass


def place(temporary: Path, target: Path) -> Placed:
    """Put a finished file in the target's place, and keep what stands there under another name.

    A target with other bytes becomes ``name-1.xlsx``, ``name-2.xlsx`` …, the first that is free;
    a target with the same bytes is left alone.

    Raises FileError if the target is open in another program or cannot be replaced.
    """
    target = _followed(target)
    with changing(target):
        if target.exists() and filecmp.cmp(temporary, target, shallow=False):
            temporary.unlink()
            return Placed(target, kept=None, unchanged=True)
        losses = prepare(temporary, target)
        kept = _keep(target) if target.exists() else None
        try:
            _replace(temporary, target)
        except FileError:
            if kept is not None:
                kept.unlink()
            raise
    _tell(target, losses)
    return Placed(target, kept=kept, unchanged=False)


def write(target: Path, content: bytes) -> None:
    """Write a file at one go, in place of any that stands there.

    Raises FileError as :func:`beside` and :func:`place` do.
    """
    with beside(target) as temporary:
        temporary.write_bytes(content)
        replace(temporary, target)


def make_folder(folder: Path) -> None:
    """Makes a folder unless it is there; raises FileError where that fails."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder}: cannot be made ({error.strerror or error})") from error


def replace(temporary: Path, target: Path) -> None:
    """Put a finished file in the place of any that stands there.

    Raises FileError if the target is open in another program or cannot be replaced.
    """
    with changing(target):
        losses = prepare(temporary, _followed(target))
        _replace(temporary, _followed(target))
    _tell(target, losses)


def exchange(target: Path, before: bytes, after: bytes) -> bool:
    """Write a file in place of one that has the bytes `before`, or tell that it has others now.

    Raises FileError as :func:`beside` and :func:`place` do.
    """
    with beside(target) as temporary:
        temporary.write_bytes(after)
        with changing(target):
            losses = prepare(temporary, _followed(target))
            # Right before the replacement: another program may have saved it since it was read.
            if target.read_bytes() != before:
                return False
            _replace(temporary, _followed(target))
    _tell(target, losses)
    return True


def _tell(target: Path, losses: list[str]) -> None:
    for loss in losses:
        warnings.warn(Notice(f"{target}: {loss}"), stacklevel=3)


def _followed(target: Path) -> Path:
    # The file that a symbolic link points to is replaced; the link stays.
    if not target.is_symlink():
        return target
    with contextlib.suppress(OSError, RuntimeError):
        followed = target.resolve()
        if not followed.is_symlink():
            return followed
    raise FileError(f"{target}: is a symbolic link that leads back to itself; remove it")


def _refuse_unwritable(target: Path) -> None:
    folder = target.parent
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise FileError(f"{target}: folder {folder} {problem}; create it or choose another")
    if target.is_dir():
        raise FileError(f"{target}: is a folder, expected the name of a file")
    if target.exists() and not target.is_file():
        raise FileError(f"{target}: is a device, expected the name of a file")
    if target.exists() and not os.access(target, os.W_OK):
        raise FileError(f"{target}: is write-protected; choose another name")
    # LibreOffice and Excel each leave such a file beside a book for as long as it is open.
    for lock in (f".~lock.{target.name}#", f"~${target.name}"):
        if (folder / lock).exists():
            raise FileError(
                f"{target}: is open in another program ({lock} says so); close it and try again"
            )


def _keep(target: Path) -> Path:
    for number in itertools.count(1):
        kept = target.with_name(f"{target.stem}-{number}{target.suffix}")
        try:
            _second_name(target, kept)
        except FileExistsError:
            continue
        except OSError as error:
            raise FileError(
                f"{target}: cannot be kept as {kept.name} ({error.strerror}); choose another name"
            ) from error
        if filecmp.cmp(kept, target, shallow=False):
            return kept
        kept.unlink()  # another program has saved the file since
    raise AssertionError("there is always a further number")


def _second_name(target: Path, kept: Path) -> None:
    # A link is there at once and never half; not every file system has links.
    try:
        os.link(target, kept)
    except FileExistsError:
        raise
    except OSError:
        with kept.open("xb") as copy:
            try:
                copy.write(target.read_bytes())
            except OSError:
                kept.unlink()
                raise
        shutil.copystat(target, kept)


def _replace(temporary: Path, target: Path) -> None:
    try:
        put_in_place(temporary, target)
    except PermissionError as error:
        raise FileError(
            f"{target}: is open in another program, or protected; close it and try again"
        ) from error
    except OSError as error:
        raise FileError(f"{target}: cannot be written ({error.strerror})") from error
