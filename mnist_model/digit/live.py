"""Spreadsheet engines with a workbook kept open: type into cells, recalculate, read, again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from backprop_xlsx.errors import FileError, InputError
from backprop_xlsx.recalculate import engines

# formualizer's own limits are meant for smaller books.
_LOAD_LIMITS = {"max_input_bytes": 2**32, "max_expanded_bytes": 2**34, "max_part_bytes": 2**33}


class LiveWorkbook(Protocol):
    """A workbook inside an engine; rows and columns from 1."""

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
        yield _ENGINES[engine](path)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except Exception as error:
        # Each engine raises errors of its own; what is the caller's goes through.
        if type(error).__module__.startswith(("backprop_xlsx", "mnist_model")):
            raise
        raise FileError(f"{path}: {engine} cannot recalculate it: {error}") from error


class _Ironcalc:
    def __init__(self, path: Path) -> None:
        import ironcalc

        self._model = ironcalc.load_from_xlsx(str(path))
        names = [sheet["name"] for sheet in self._model.get_worksheets_properties()]
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


_ENGINES: dict[str, Callable[[Path], LiveWorkbook]] = {
    "ironcalc": _Ironcalc,
    "formualizer": _Formualizer,
}
