"""Random networks, as workbooks, recalculated by other engines, against torch in float64."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from backprop_xlsx.spreadsheet.engines import ENGINES, engines, open_live
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patch import spoil
from mnist_model.digit import Examples, to_workbook, verify
from tests.mnist_model.digit.as_seen import AsSeen
from tests.mnist_model.digit.random_networks import Case, cases
from tests.optional import require


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_a_random_network_gives_what_torch_gives(engine: str, case: Case) -> None:
    require(engine in engines(), engine)
    examples = Examples(case.inputs)
    with tempfile.TemporaryDirectory() as folder:
        path, spoilt = Path(folder) / "book.xlsx", Path(folder) / "spoilt.xlsx"
        to_workbook(case.network, case.input_shape, path, examples, case.batch_norm)
        spoil(read_book(path), spoilt)
        seen = AsSeen(path)
        with open_live(spoilt, engine) as live:
            for index, expected in enumerate(case.expected().tolist()):
                seen.choose(live, f"input {index + 1}")
                found = seen.outputs(live, len(expected))
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
                assert seen.verdict(live) == "✓ agrees with torch"


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_every_formula_of_a_random_network_agrees(case: Case) -> None:
    examples = Examples(case.inputs, chosen=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        to_workbook(case.network, case.input_shape, path, examples, case.batch_norm)
        result = verify(path, case.network, case.input_shape, examples, case.batch_norm)
        assert result.engines == engines()
        assert result.largest_difference <= 1e-9 * max(1, float(case.expected().abs().max()))
