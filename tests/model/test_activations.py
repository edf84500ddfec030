"""Every activation in all its faces, held against torch: formula, text, values and slopes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import formualizer
import numpy as np
import pytest
import torch
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_xlsx.equations import deltas, forward, gradients
from backprop_xlsx.formula.expression import Call, Expression, Number, Symbol, product
from backprop_xlsx.formula.functions import FUNCTIONS
from backprop_xlsx.model.activations import ACTIVATIONS, LEAK, Activation
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import Network
from backprop_xlsx.reference.network import quantities
from backprop_xlsx.spreadsheet.engines import ENGINES, recalculate
from tests.optional import require_engine
from tests.oracles import torch_network
from tests.oracles.torch_network import TorchNetwork
from tests.oracles.written_text import computed

PARTNERS: Mapping[str, Any] = torch_network.ACTIVATIONS

H, A = Symbol("h1"), Symbol("a_h1")
# Up to a million: e^x overflows above 709, and a square of 1e300 would.
MAGNITUDES = (1e-300, 1e-8, 0.5, 1.0, 30.0, 709.5, 710.5, 800.0, 1e6)
POINTS = (0.0, *MAGNITUDES, *(-magnitude for magnitude in MAGNITUDES))
# Where 1/(1 + e^(−x)) is still far from 0, so that a definition can be computed as it stands.
MODERATE = (-3.0, -0.5, 0.0, 0.25, 2.0)

Values = Sequence[float]
Compute = Callable[[Expression], list[float]]


def partner_of(name: str) -> Callable[[torch.Tensor], torch.Tensor]:
    """torch's function of that name."""
    if name not in PARTNERS:
        pytest.fail(
            f"{name!r} has no partner in torch: add its function, on tensors, to ACTIVATIONS in "
            "tests/oracles/torch_network.py, and every face of the entry is held against it"
        )
    partner: Callable[[torch.Tensor], torch.Tensor] = PARTNERS[name]
    return partner


def by_torch(name: str, points: Values) -> tuple[list[float], list[float]]:
    """The activation and its slope at each point, by torch and its autograd."""
    h = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    a = partner_of(name)(h)
    (slope,) = torch.autograd.grad(a.sum(), h)
    return a.tolist(), slope.tolist()


def slope_of(activation: Activation) -> Expression:
    """The product of the slope's factors; without any it is 1."""
    return product(activation.slope(H, A) or (Number(1),))


def disagreements(name: str, activation: Activation, points: Values) -> list[str]:
    """The faces of an activation that are not as torch has it at these points."""
    expected_values, expected_slopes = by_torch(name, points)
    function, slope = activation.function(H), slope_of(activation)
    h = np.array(points)

    def in_cells(expression: Expression) -> list[float]:
        workbook = formualizer.Workbook()
        sheet = workbook.sheet("S")
        for row, (pre, value) in enumerate(zip(points, expected_values, strict=True), start=1):
            addresses: dict[Expression, str] = {H: f"A{row}", A: f"B{row}"}
            sheet.set_value(row, 1, pre)
            sheet.set_value(row, 2, value)
            sheet.set_formula(row, 3, "=" + expression.formula(addresses.__getitem__))
        return [workbook.evaluate_cell("S", row, 3) for row in range(1, len(points) + 1)]

    def in_words(expression: Expression) -> list[float]:
        return [
            computed(expression.text(), {"h1": pre, "a_h1": value}.__getitem__)
            for pre, value in zip(points, expected_values, strict=True)
        ]

    def as_value(expression: Expression) -> list[float]:
        arrays: dict[Expression, Any] = {H: h, A: np.array(expected_values)}
        found = np.broadcast_to(expression.value(arrays.__getitem__), h.shape)
        return found.tolist()

    faces: dict[str, Compute] = {"formula": in_cells, "text": in_words, "expression": as_value}
    wrong = []
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for face, compute in faces.items():
            if not close(compute(function), expected_values):
                wrong.append(face)
            if not close_slopes(compute(slope), expected_slopes):
                wrong.append(f"{face} of the slope")
        if not close(activation.value(h).tolist(), expected_values):
            wrong.append("value")
        derivative = activation.derivative(h, np.array(expected_values))
        if not close_slopes(derivative.tolist(), expected_slopes):
            wrong.append("derivative")
    return wrong


def close(found: Values, expected: Values) -> bool:
    # σ is cut off at −700, where it is 1e-304; ReLU passes 1e-300 on.
    return found == pytest.approx(expected, rel=1e-13, abs=2e-304)


def close_slopes(found: Values, expected: Values) -> bool:
    # 1 − a, where a is nearly 1, is as exact as a.
    return found == pytest.approx(expected, rel=1e-12, abs=4e-16)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_face_is_as_torch_has_it(name: str) -> None:
    assert disagreements(name, ACTIVATIONS[name], POINTS) == []


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(st.lists(st.floats(-1e6, 1e6).filter(lambda h: h == 0 or abs(h) > 1e-300), min_size=1))
def test_every_face_is_as_torch_has_it_anywhere(name: str, points: list[float]) -> None:
    assert disagreements(name, ACTIVATIONS[name], points) == []


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_definition_says_what_is_computed(name: str) -> None:
    definition = ACTIVATIONS[name].definition
    plain, _, at_zero = definition.rpartition(" = ")[2].partition(", whose slope at 0 counts as ")
    values, _ = by_torch(name, MODERATE)
    for x, expected in zip(MODERATE, values, strict=True):
        found = computed(plain.removesuffix(" itself"), {"x": x, "e": math.e}.__getitem__)
        assert found == pytest.approx(expected, rel=1e-13), plain
    if at_zero:
        assert by_torch(name, [0.0])[1] == [float(at_zero)]


SIGMOID, TANH, LEAKY = (ACTIVATIONS[name] for name in ("sigmoid", "tanh", "leaky relu"))
EXPRESSION = ["formula", "text", "expression"]
OF_SLOPE = [f"{face} of the slope" for face in EXPRESSION]


@pytest.mark.parametrize(
    ("name", "spoilt", "expected"),
    [
        ("tanh", replace(TANH, function=lambda h: Call("SIGMOID", (h,))), EXPRESSION),
        ("tanh", replace(TANH, slope=lambda h, a: (1 - a,)), OF_SLOPE),
        ("tanh", replace(TANH, value=np.sin), ["value"]),
        ("tanh", replace(TANH, derivative=lambda h, a: 1 - a), ["derivative"]),
        ("sigmoid", replace(SIGMOID, slope=lambda h, a: (a,)), OF_SLOPE),
        (
            "leaky relu",
            replace(LEAKY, derivative=lambda h, a: np.where(h >= 0, 1.0, LEAK)),
            ["derivative"],
        ),
    ],
)
def test_a_wrong_face_is_found(name: str, spoilt: Activation, expected: list[str]) -> None:
    assert disagreements(name, spoilt, POINTS) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"formula": "COSH({})"}, "formula"),
        ({"text": "σ({})"}, "text"),
        ({"value": np.arctan}, "expression"),
    ],
)
def test_a_wrong_function_is_found(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], expected: str
) -> None:
    monkeypatch.setitem(FUNCTIONS, "TANH", replace(FUNCTIONS["TANH"], **changes))
    assert disagreements("tanh", TANH, POINTS) == [expected]


def test_an_entry_without_a_partner_is_told_where_to_add_one() -> None:
    with pytest.raises(pytest.fail.Exception, match=re.escape("tests/oracles/torch_network.py")):
        disagreements("softplus", TANH, POINTS)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A row for each point: its number, then each activation and its slope, with spoilt caches."""
    path = tmp_path_factory.mktemp("activations") / "activations.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("S")
    for row, point in enumerate(POINTS):
        sheet.write_number(row, 0, point)
        for index, activation in enumerate(ACTIVATIONS.values()):
            column = 1 + 2 * index
            cells: dict[Expression, str] = {
                H: f"$A{row + 1}",
                A: f"{xlsxwriter.utility.xl_col_to_name(column)}{row + 1}",
            }
            for offset, equation in enumerate((activation.function(H), slope_of(activation))):
                formula = "=" + equation.formula(cells.__getitem__)
                sheet.write_formula(row, column + offset, formula, value=-77)
    workbook.close()
    return path


@pytest.mark.parametrize("engine", [*ENGINES, "libreoffice"])
def test_every_engine_computes_in_cells_what_torch_does(book: Path, engine: str) -> None:
    require_engine(engine)
    found = recalculate(book, engine)
    # LibreOffice makes an error of a square that is too small for a double, 0 elsewhere.
    squared = (
        [p for p in POINTS if p == 0 or abs(p) > 1e-150] if engine == "libreoffice" else POINTS
    )
    rows = [1 + POINTS.index(point) for point in squared]
    for index, name in enumerate(ACTIVATIONS):
        columns = [
            [found.value("S", row, 2 + 2 * index + offset) for row in rows] for offset in (0, 1)
        ]
        values, slopes = by_torch(name, squared)
        assert columns[0] == pytest.approx(values, rel=1e-12, abs=2e-304), name
        assert columns[1] == pytest.approx(slopes, rel=1e-12, abs=4e-16), name


# Networks of one input, 1, and no bias: each weight is its output's pre-activation.
SATURATED = [
    Network((1, 3), (output,), loss_name=loss)
    for loss, entry in LOSSES.items()
    for output in ([entry.activation] if entry.activation else ["sigmoid", "tanh", "softmax"])
]


@cache
def saturated_equations(network: Network) -> dict[str, Expression]:
    return forward(network) | deltas(network) | gradients(network)


@pytest.mark.parametrize("network", SATURATED, ids=lambda n: f"{n.activations[0]}, {n.loss_name}")
@given(st.tuples(*[st.floats(-1000, 1000)] * 3), st.integers(0, 2))
@example((1000.0, -1000.0, 0.0), 1)
@example((1000.0, 1000.0, 1000.0), 0)
@example((-1000.0, -1000.0, -1000.0), 2)
@example((0.0, -745.0, 40.0), 0)
def test_saturated_outputs_neither_overflow_nor_vanish_into_nan(
    network: Network, logits: tuple[float, float, float], right: int
) -> None:
    targets = tuple(float(index == right) for index in range(3))
    oracle = TorchNetwork(network, logits, ())
    loss = oracle.loss(torch.ones(1, 1, dtype=torch.float64), torch.tensor([targets]).double())
    loss.backward()  # type: ignore[no-untyped-call]
    expected = {"E_total": loss.item()} | oracle.gradients()

    names = (*network.inputs, *network.targets, *network.weights)
    values = {name: np.float64(v) for name, v in zip(names, (1.0, *targets, *logits), strict=True)}
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for name, equation in saturated_equations(network).items():
            values[name] = equation.value(lambda leaf: values[leaf.name])  # type: ignore[attr-defined]
        by_numpy = quantities(network, np.ones((1, 1)), np.array([targets]), np.array([logits]))
    for name, number in expected.items():
        # A loss is the difference of numbers as large as the outputs.
        allowed = 4 * np.spacing(max(1.0, *map(abs, logits)))
        assert values[name] == pytest.approx(number, rel=1e-11, abs=allowed), name
        assert by_numpy[name].item() == pytest.approx(number, rel=1e-11, abs=allowed), name
    assert all(np.isfinite(value) for value in values.values())
    assert all(np.isfinite(value).all() for value in by_numpy.values())
