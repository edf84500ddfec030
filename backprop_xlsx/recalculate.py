"""Other people's spreadsheet engines, each behind the same thin adapter."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backprop_xlsx.errors import FileError, InputError
from backprop_xlsx.ooxml.book import read_book

# (sheet name, row, column), rows and columns from 1.
Address = tuple[str, int, int]

# formualizer's own limits are meant for smaller books than 100,000 steps make.
_LOAD_LIMITS = {"max_input_bytes": 2**32, "max_expanded_bytes": 2**34, "max_part_bytes": 2**33}

# LibreOffice trusts cached values unless its profile says to recalculate always (0).
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True)
class Recalculated:
    """A workbook after an engine has recalculated every formula in it.

    ``value(sheet, row, column)`` gives a cell's value, rows and columns from 1: a number, a text,
    True or False, or None for an empty cell; errors come as the engine words them.
    """

    engine: str
    value: Callable[[str, int, int], Any]


ENGINES = ("ironcalc", "formualizer")


def engines() -> tuple[str, ...]:
    """Those of :data:`ENGINES` that are installed here; some machines have no wheel of ironcalc."""
    return tuple(name for name in ENGINES if importlib.util.find_spec(name) is not None)


def recalculate(
    path: Path, engine: str, edits: Mapping[Address, float] | None = None
) -> Recalculated:
    """Recalculates a copy of a workbook in memory; the file stays as it is.

    ``engine`` is "ironcalc", "formualizer" or "libreoffice"; ``edits`` are numbers to type into
    cells first (not for LibreOffice). Raises InputError for an engine that is not there and
    FileError if it cannot read the file.
    """
    if engine == "libreoffice":
        return _libreoffice(path)
    if engine not in engines():
        installed = ", ".join(engines()) or "none"
        raise InputError(f"engine {engine!r} is not installed, installed are: {installed}")
    try:
        return _IN_PROCESS[engine](path, edits or {})
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # each engine raises errors of its own, and a panic of Rust
        raise FileError(f"{path}: {engine} cannot recalculate it: {error}") from error


def _ironcalc(path: Path, edits: Mapping[Address, float]) -> Recalculated:
    import ironcalc

    model = ironcalc.load_from_xlsx(str(path))
    names = [properties["name"] for properties in model.get_worksheets_properties()]
    indices = {name: index for index, name in enumerate(names)}
    for (sheet, row, column), number in edits.items():
        model.update_cell_with_number(indices[sheet], row, column, number)
    model.evaluate()
    return Recalculated(
        "ironcalc",
        lambda sheet, row, column: model.get_cell_value(indices[sheet], row, column),
    )


def _formualizer(path: Path, edits: Mapping[Address, float]) -> Recalculated:
    import formualizer

    workbook = formualizer.load_workbook(str(path), load_limits=_LOAD_LIMITS)
    for (sheet, row, column), number in edits.items():
        workbook.set_value(sheet, row, column, number)
    workbook.evaluate_all()
    return Recalculated("formualizer", workbook.get_value)


_IN_PROCESS = {"ironcalc": _ironcalc, "formualizer": _formualizer}


def _libreoffice(path: Path) -> Recalculated:
    program = shutil.which("soffice")
    if program is None:
        raise InputError("engine 'libreoffice' is not installed: there is no soffice on the path")
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        result = subprocess.run(
            [
                program,
                f"-env:UserInstallation={profile.parent.as_uri()}",
                "--headless",
                "--convert-to",
                "xlsx:Calc MS Excel 2007 XML",
                "--outdir",
                folder,
                str(path),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        converted = Path(folder) / f"{path.stem}.xlsx"
        if not converted.exists():
            raise FileError(f"{path}: LibreOffice cannot recalculate it: {result.stderr.strip()}")
        cells = {sheet.name: sheet.cells for sheet in read_book(converted).sheets}

    def value(sheet: str, row: int, column: int) -> Any:
        cell = cells[sheet].get((row, column))
        return None if cell is None else cell.value

    return Recalculated("libreoffice", value)
