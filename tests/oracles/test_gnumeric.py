"""Gnumeric computes every formula of our books as numpy does, from caches that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx import Experiment, build
from backprop_xlsx.model.setting_keys import changed
from backprop_xlsx.model.settings import preset_settings
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import WRONG_NUMBER, spoil
from tests.oracles.gnumeric import recalculated, require_gnumeric

TOLERANCE = 1e-10
"""Of a value, or of 1 where it is less; 1e-11 was seen, in central differences of xor's losses."""
GENERAL = changed(preset_settings("xor"), {"steps": 20})
"""Biases, two activations, samples in a batch, four optimisers."""


@pytest.mark.parametrize(
    ("experiment", "formulas"),
    [
        pytest.param(Experiment.preset(), 25_000, id="default"),
        pytest.param(Experiment.of(GENERAL), 10_000, id="general", marks=pytest.mark.slow),
    ],
)
def test_every_formula_gives_what_is_cached(
    tmp_path: Path, experiment: Experiment, formulas: int
) -> None:
    require_gnumeric()
    path, spoilt = tmp_path / "book.xlsx", tmp_path / "spoilt.xlsx"
    build(experiment, path)
    book = read_book(path)
    spoil(book, spoilt)
    found = recalculated(spoilt, tmp_path)
    compared = 0
    for sheet in book.sheets:
        cells = found.sheet(sheet.name).cells
        for position, cell in sheet.cells.items():
            if cell.formula is None:
                continue
            where = f"{sheet.name}!{position}: {cell.formula}"
            value = cells[position].value if position in cells else None
            if type(cell.value) is float:
                assert value == pytest.approx(cell.value, rel=TOLERANCE, abs=TOLERANCE), where
            else:
                assert (value or "") == (cell.value or ""), where
            compared += 1
    assert compared > formulas


def test_wrong_caches_alone_would_be_noticed(tmp_path: Path) -> None:
    path, spoilt = tmp_path / "book.xlsx", tmp_path / "spoilt.xlsx"
    build(Experiment.preset("mazur"), path)
    spoil(read_book(path), spoilt)
    formulas = [
        cell
        for sheet in read_book(spoilt).sheets
        for cell in sheet.cells.values()
        if cell.formula is not None and isinstance(cell.value, float)
    ]
    assert formulas
    assert {cell.value for cell in formulas} == {WRONG_NUMBER}
