"""Random networks, as workbooks, recalculated by other engines, against torch in float64."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from backprop_xlsx.spreadsheet.engines import ENGINES, engines, open_live
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from backprop_xlsx.spreadsheet.ooxml.patching.patch import spoil
from mnist_model.digit import Examples, to_workbook, verify
from mnist_model.digit.book import plan
from tests.mnist_model.digit.as_seen import AsSeen
from tests.mnist_model.digit.random_networks import Case, cases
from tests.optional import require


def evidence_of(case: Case, index: int, found: list[float]) -> list[float]:
    """Gradient times input, by torch's autograd through the network as it was given.

    Of outputs that are equal the engine's first wins: torch's may differ in the last place.
    """
    inputs = case.inputs[index : index + 1].clone().requires_grad_()
    outputs = case.network(inputs).flatten()
    order = sorted(range(len(found)), key=lambda place: (-found[place], place))
    difference = outputs[order[0]] - (outputs[order[1]] if len(order) > 1 else 0)
    if not difference.requires_grad:
        return [0.0] * inputs.numel()
    difference.backward()
    assert inputs.grad is not None
    return [float(value) for value in (inputs.grad * inputs).flatten()]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_a_random_network_gives_what_torch_gives(engine: str, case: Case) -> None:
    require(engine in engines(), engine)
    examples = Examples(case.inputs)
    with tempfile.TemporaryDirectory() as folder:
        path, spoilt = Path(folder) / "book.xlsx", Path(folder) / "spoilt.xlsx"
        to_workbook(case.network, case.input_shape, path, examples, case.batch_norm)
        spoil(read_book(path), spoilt)
        seen = AsSeen(path)
        why = plan(case.network, case.input_shape, examples, case.batch_norm).why.evidence
        with open_live(spoilt, engine) as live:
            for index, expected in enumerate(case.expected().tolist()):
                seen.choose(live, f"input {index + 1}")
                found = seen.outputs(live, len(expected))
                shown = [
                    live.value(why.sheet, row + 1, column + 1) for row, column in why.positions
                ]
                assert shown == pytest.approx(evidence_of(case, index, found), rel=1e-9, abs=1e-9)
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
                assert seen.verdict(live) == "✓ agrees with torch"


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_every_formula_of_a_random_network_agrees(case: Case) -> None:
    examples = Examples(case.inputs, chosen=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        to_workbook(case.network, case.input_shape, path, examples, case.batch_norm)
        result = verify(path, case.network, case.input_shape, examples, case.batch_norm)
        assert result.engines == engines()
        assert result.largest_difference <= 1e-9 * max(1, float(case.expected().abs().max()))
