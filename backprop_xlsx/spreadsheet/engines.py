"""Other people's spreadsheet engines, each behind the same thin adapter."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from backprop_xlsx.spreadsheet import libreoffice
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book

# (sheet name, row, column), rows and columns from 1.
Address = tuple[str, int, int]

# formualizer's own limits are meant for smaller books than 100,000 steps make.
_LOAD_LIMITS = {"max_input_bytes": 2**32, "max_expanded_bytes": 2**34, "max_part_bytes": 2**33}


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
    with open_live(path, engine) as live:
        for (sheet, row, column), number in (edits or {}).items():
            live.type(sheet, row, column, number)
        live.recalculate()
    return Recalculated(engine, live.value)


class LiveWorkbook(Protocol):
    """A workbook kept open inside an engine: type, recalculate, read, again; rows from 1."""

    def type(self, sheet: str, row: int, column: int, value: float | str | None) -> None:
        """Types a number or a text into a cell, or empties it."""

    def recalculate(self) -> None:
        """Recalculates what depends on what was typed."""

    def value(self, sheet: str, row: int, column: int) -> Any:
        """A cell's value: a number, a text, True or False, None; errors as the engine has them."""


@contextmanager
def open_live(path: Path, engine: str) -> Iterator[LiveWorkbook]:
    """Opens a copy of a workbook in "ironcalc" or "formualizer"; the file stays as it is.

    Raises InputError for an engine that is not there and FileError where it fails.
    """
    if engine not in engines():
        installed = ", ".join(engines()) or "none"
        raise InputError(f"engine {engine!r} is not installed, installed are: {installed}")
    try:
        yield _IN_PROCESS[engine](path)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, BackpropError):
        raise
    except BaseException as error:  # each engine raises errors of its own, and a panic of Rust
        raise FileError(f"{path}: {engine} cannot recalculate it: {error}") from error


class _Ironcalc:
    def __init__(self, path: Path) -> None:
        import ironcalc

        self._model = ironcalc.load_from_xlsx(str(path))
        names = [properties["name"] for properties in self._model.get_worksheets_properties()]
        self._indices = {name: index for index, name in enumerate(names)}

    def type(self, sheet: str, row: int, column: int, value: float | str | None) -> None:
        index = self._indices[sheet]
        if value is None:
            self._model.clear_cell_contents(index, row, column)
        elif isinstance(value, str):
            self._model.update_cell_with_text(index, row, column, value)
        else:
            self._model.update_cell_with_number(index, row, column, value)

    def recalculate(self) -> None:
        self._model.evaluate()

    def value(self, sheet: str, row: int, column: int) -> Any:
        return self._model.get_cell_value(self._indices[sheet], row, column)


class _Formualizer:
    def __init__(self, path: Path) -> None:
        import formualizer

        self._workbook = formualizer.load_workbook(str(path), load_limits=_LOAD_LIMITS)

    def type(self, sheet: str, row: int, column: int, value: float | str | None) -> None:
        self._workbook.set_value(sheet, row, column, value)

    def recalculate(self) -> None:
        self._workbook.evaluate_all()

    def value(self, sheet: str, row: int, column: int) -> Any:
        return self._workbook.get_value(sheet, row, column)


_IN_PROCESS: dict[str, Callable[[Path], LiveWorkbook]] = {
    "ironcalc": _Ironcalc,
    "formualizer": _Formualizer,
}


def _libreoffice(path: Path) -> Recalculated:
    with tempfile.TemporaryDirectory() as folder:
        workbook = libreoffice.converted(path, Path(folder), ".xlsx", recalculate=True)
        cells = {sheet.name: sheet.cells for sheet in read_book(workbook).sheets}

    def value(sheet: str, row: int, column: int) -> Any:
        cell = cells[sheet].get((row, column))
        return None if cell is None else cell.value

    return Recalculated("libreoffice", value)
