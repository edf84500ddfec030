"""LibreOffice, where it is installed: it makes a workbook (.xlsx) of other files, safely."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
from pathlib import Path

from backprop_xlsx.spreadsheet.errors import FileError, InputError, in_one_line

SECONDS = 180
"""For one file; the start of LibreOffice is in it."""

_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
# No macro runs, no link is followed; nothing of the user's own profile is read or written.
_SETTINGS = {
    ("Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("Calc/Content/Update", "Link"): "2",
}
# LibreOffice trusts cached values unless its profile says to recalculate always (0).
_RECALCULATE = {("Calc/Formula/Load", "OOXMLRecalcMode"): "0"}
_COMMA, _QUOTE, _UTF_8 = 44, 34, 76  # as LibreOffice numbers them


def program() -> str | None:
    """The program, or None if it is not installed."""
    for name in ("soffice", "libreoffice"):
        if (found := shutil.which(name)) is not None:
            return found
    return next((place for place in _PLACES if Path(place).is_file()), None)


def converted(path: Path, folder: Path, suffix: str, recalculate: bool = False) -> Path:
    """Let LibreOffice make an .xlsx file of a copy of a file, in an empty folder; gives its path.

    ``suffix`` says what the file is, whatever its name. The file itself is not touched, the user's
    profile not used. Raises InputError if LibreOffice is not installed, FileError if it makes no
    workbook of the file, or not in time.
    """
    executable = program()
    if executable is None:
        raise InputError("LibreOffice is not installed: there is no soffice on the path")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    settings = _SETTINGS | (_RECALCULATE if recalculate else {})
    (profile / "registrymodifications.xcu").write_text(_registry(settings), encoding="utf-8")
    source, out = folder / f"book{suffix}", folder / "converted"
    try:
        shutil.copyfile(path, source)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None
    command = [
        executable,
        f"-env:UserInstallation={profile.parent.as_uri()}",
        "--headless",
        "--norestore",
        *(["--infilter=" + _csv_filter(source)] if suffix == ".csv" else []),
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(out),
        str(source),
    ]
    said = _run(command, path)
    result = out / "book.xlsx"
    if not result.exists():
        reason = in_one_line(said)[:200]
        raise FileError(f"{path}: LibreOffice makes no workbook of it ({reason or 'no reason'})")
    return result


def _run(command: list[str], path: Path) -> str:
    """Run LibreOffice to its end, or end it and all that it started when its time is up."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=SECONDS)[1]
        except BaseException as error:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise FileError(f"{path}: LibreOffice took more than {SECONDS} s") from None
            raise


def _registry(settings: dict[tuple[str, str], str]) -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{place}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>\n"
        for (place, name), value in settings.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n'
    )


def _csv_filter(path: Path) -> str:
    """How LibreOffice is to read a text file: by the separator that it seems to have."""
    opening = path.read_bytes()[:10_000].decode("utf-8", errors="replace")
    try:
        separator = ord(csv.Sniffer().sniff(opening, delimiters=",;\t").delimiter)
    except csv.Error:
        separator = _COMMA
    return f"CSV:{separator},{_QUOTE},{_UTF_8}"
