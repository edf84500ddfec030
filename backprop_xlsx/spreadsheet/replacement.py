"""Make a finished file fit to take another's place: on the disk, with its owner and attributes."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def prepare(temporary: Path, target: Path) -> list[str]:
    """Give a finished file the owner, permissions and extended attributes of the target.

    Returns a sentence for each thing that the target will lose all the same. When it returns, the
    file is on the disk; raises OSError if it cannot be brought there.
    """
    losses = _inherit(temporary, target) if target.exists() else []
    _flush(temporary, os.O_RDWR)
    return losses


def put_in_place(temporary: Path, target: Path) -> None:
    """Put the file in the target's place; it stands there even if the power fails right after.

    Raises OSError if the target cannot be replaced.
    """
    temporary.replace(target)
    # Windows has no way to flush a folder, and some network drives refuse it.
    with contextlib.suppress(OSError):
        _flush(target.parent, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _inherit(temporary: Path, target: Path) -> list[str]:
    before = target.stat()
    losses = []
    if before.st_nlink > 1:
        losses.append(
            f"is one file under {before.st_nlink} names (hard links), and changes under this one "
            "alone; the others keep what was there"
        )
    if not _owned_alike(temporary, before):
        losses.append("belonged to another user or group, and now belongs to you")
    temporary.chmod(stat.S_IMODE(before.st_mode))
    attributes = _take_attributes(temporary, target)
    if attributes:
        losses.append(f"loses its extended attributes {', '.join(attributes)}")
    return losses


def _owned_alike(temporary: Path, before: os.stat_result) -> bool:
    if not hasattr(os, "chown"):
        return True
    for owner in ((before.st_uid, before.st_gid), (-1, before.st_gid)):
        with contextlib.suppress(OSError):
            os.chown(temporary, *owner)
            break
    after = temporary.stat()
    return (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def _take_attributes(temporary: Path, target: Path) -> list[str]:
    """Copies the extended attributes, of which an access control list is one; those it could not.

    Python reads them on Linux alone.
    """
    wanted, there = _attributes(target), _attributes(temporary)
    # What a folder gives to every new file would open a file that was closed.
    for name in there.keys() - wanted.keys():
        with contextlib.suppress(OSError):
            os.removexattr(temporary, name)
    for name, value in wanted.items():
        if there.get(name) != value:
            with contextlib.suppress(OSError):
                os.setxattr(temporary, name, value)
    there = _attributes(temporary)
    return sorted(name for name, value in wanted.items() if there.get(name) != value)


def _attributes(path: Path) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError:  # a file system without them
        return {}
