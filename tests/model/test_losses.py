"""Every loss in all its faces, held against torch: its parts, its slope, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from backprop_xlsx.equations import forward, loss_slope, output_delta
from backprop_xlsx.formula.expression import Expression, Symbol, Value, product
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import Network
from tests.oracles.torch_network import ACTIVATIONS
from tests.oracles.written_text import computed

# From activations and targets (outputs,): torch's loss, or what it does to each output.
PARTNERS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "half squared error": lambda a, t: functional.mse_loss(a, t, reduction="sum") / 2,
    "mean squared error": functional.mse_loss,
    "binary cross-entropy": functional.binary_cross_entropy,
    "cross-entropy": lambda a, t: functional.nll_loss(a.log()[None], t.argmax()[None]),
}
OUTPUTS = (1, 3)
LOGITS = st.tuples(*[st.floats(-8, 8)] * 3)


def partner_of(loss: str) -> Callable[[Tensor, Tensor], Tensor]:
    """torch's loss of that name."""
    if loss not in PARTNERS:
        pytest.fail(
            f"{loss!r} has no partner in torch: add its function of activations and targets to "
            "PARTNERS in tests/model/test_losses.py, and the loss to TorchNetwork.loss in "
            "tests/oracles/torch_network.py"
        )
    return PARTNERS[loss]


def rows(network: Network, logits: tuple[float, ...], right: int) -> dict[str, float]:
    """Every quantity of the forward pass, with weights that are the outputs' pre-activations."""
    outputs = len(network.outputs)
    targets = [float(index == right % outputs) for index in range(outputs)]
    values = {"i1": 1.0} | dict(zip(network.weights, logits, strict=False))
    values |= dict(zip(network.targets, targets, strict=True))
    for name, equation in forward(network).items():
        values[name] = float(equation.value(in_row(values)))
    return values


def in_row(values: dict[str, float]) -> Callable[[Expression], Value]:
    def lookup(leaf: Expression) -> Value:
        assert isinstance(leaf, Symbol)
        return values[leaf.name]

    return lookup


def networks(loss: str) -> list[Network]:
    output = LOSSES[loss].activation or "tanh"
    return [Network((1, outputs), (output,), "none", loss) for outputs in OUTPUTS]


@pytest.mark.parametrize("loss", LOSSES)
@given(LOGITS, st.integers(0, 2))
def test_loss_and_slopes_are_those_of_torch(
    loss: str, logits: tuple[float, ...], right: int
) -> None:
    for network in networks(loss):
        values = rows(network, logits, right)
        outputs = [neuron.activation for neuron in network.outputs]
        pre = torch.tensor(logits[: len(outputs)], dtype=torch.float64, requires_grad=True)
        activations = ACTIVATIONS[network.activations[-1]](pre)
        activations.retain_grad()
        targets = torch.tensor([values[name] for name in network.targets], dtype=torch.float64)
        expected = partner_of(loss)(activations, targets)
        expected.backward()  # type: ignore[no-untyped-call]
        assert activations.grad is not None
        assert pre.grad is not None

        assert values["E_total"] == pytest.approx(expected.item(), rel=1e-12, abs=1e-13)
        for output in range(len(outputs)):
            slope = product(loss_slope(network, output)).value(in_row(values))
            assert slope == pytest.approx(activations.grad[output].item(), rel=1e-9, abs=1e-12)
            delta = output_delta(network, output).value(in_row(values))
            assert delta == pytest.approx(pre.grad[output].item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@given(LOGITS, st.integers(0, 2))
def test_a_textbook_writes_the_same(loss: str, logits: tuple[float, ...], right: int) -> None:
    network = networks(loss)[-1]
    values = rows(network, logits, right)
    for output in range(1, len(network.outputs) + 1):
        written = re.sub(r"\b(t|a_o)1\b", rf"\g<1>{output}", LOSSES[loss].plain)
        found = computed(written, values.__getitem__)
        assert found == pytest.approx(values[f"E{output}"], rel=1e-9, abs=1e-12), written


def test_a_fused_loss_needs_no_logarithm_of_zero() -> None:
    for loss, entry in LOSSES.items():
        assert (entry.activation is None) == ("ln" not in entry.plain)
        assert entry.activation in (None, "sigmoid", SOFTMAX), loss
