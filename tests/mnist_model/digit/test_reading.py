"""From a network to stages: the same numbers as torch's layers, and what is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.digit import Examples, Scaling, to_workbook
from mnist_model.digit.network.gradient import evidence, gradients
from mnist_model.digit.network.reading import read_stages
from mnist_model.digit.network.reference import outputs, reference
from mnist_model.digit.network.stages import Convolution, Dense, trace
from mnist_model.training.networks import build_network, network_names, parameter_count
from mnist_model.training.networks.architecture import layer_table


def trained_like(name: str) -> nn.Sequential:
    """A network whose BatchNorm has seen values, and whose scales and shifts are not 1 and 0."""
    torch.manual_seed(1)
    network = build_network(name)
    with torch.no_grad():
        for module in network:
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.weight.uniform_(-1, 2)
                module.bias.uniform_(-1, 1)
        network.train()(torch.randn(8, 1, 28, 28))
    return network.eval()


@pytest.mark.parametrize("batch_norm", ["fold", "show"])
@pytest.mark.parametrize("name", network_names())
def test_the_stages_of_every_network_compute_what_torch_does(name: str, batch_norm: str) -> None:
    network = trained_like(name)
    twin = reference(network)
    inputs = torch.randn(2, 1, 28, 28).double()
    stages = read_stages(twin, (1, 28, 28), batch_norm)
    for values, expected in zip(inputs, twin(inputs), strict=True):
        found = trace(stages, values)[-1].flatten()
        assert found.tolist() == pytest.approx(expected.tolist(), rel=1e-11, abs=1e-11)
    assert sum(stage.parameters for stage in stages) == parameter_count(network)
    is_shown = any(stage.kind == "BatchNorm" for stage in stages)
    assert is_shown == (batch_norm == "show" and name != "17578")


@pytest.mark.parametrize("batch_norm", ["fold", "show"])
@pytest.mark.parametrize("name", network_names())
def test_the_evidence_of_every_network_is_that_of_torchs_autograd(
    name: str, batch_norm: str
) -> None:
    twin = reference(trained_like(name))
    stages = read_stages(twin, (1, 28, 28), batch_norm)
    inputs = torch.randn(1, 28, 28).double()
    found = gradients(stages, trace(stages, inputs))[0].inputs.reshape(inputs.shape)
    reads = inputs.clone().requires_grad_()
    first, second = twin(reads[None])[0].topk(2).values
    (slope,) = torch.autograd.grad(first - second, reads)
    assert (found * inputs.numpy()).flatten().tolist() == pytest.approx(
        (slope * inputs).flatten().tolist(), rel=1e-9, abs=1e-9
    )


def test_asking_for_the_evidence_leaves_a_network_as_it_was() -> None:
    """Only while it is asked max pooling compares rounded numbers."""
    twin = reference(trained_like("17690"))
    inputs = torch.randn(1, 28, 28).double()
    before = twin(inputs[None])
    first = evidence(twin, inputs)
    assert torch.equal(twin(inputs[None]), before)
    assert torch.equal(evidence(twin, inputs), first)


@pytest.mark.parametrize("name", network_names())
def test_receptive_fields_are_those_of_the_layer_table(name: str) -> None:
    network = build_network(name)
    fields = [row.receptive_field for row in layer_table(network)]
    stages = read_stages(reference(network), (1, 28, 28), "show")
    assert [stage.receptive_field for stage in stages][-1] == (fields[-1], fields[-1])
    assert {stage.receptive_field[0] for stage in stages} == set(fields)


def test_a_batch_norm_before_a_zero_border_is_not_folded_into_the_weights_after_it() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.BatchNorm2d(2), nn.Conv2d(2, 2, 3, padding=1)
    ).double()
    norm = network[2]
    assert isinstance(norm, nn.BatchNorm2d)
    norm.running_mean = torch.tensor([3.0, -2.0], dtype=torch.float64)
    network.eval()
    stages = read_stages(reference(network), (1, 6, 6), "fold")
    assert len(stages) == 2
    values = torch.randn(1, 6, 6).double()
    expected = network(values[None])[0]
    assert torch.allclose(trace(stages, values)[-1], expected, atol=1e-12)
    naive = trace(stages, values)[1].mean((1, 2))
    assert (naive.abs() > 0.5).all()  # at the border the shift does matter


@pytest.mark.parametrize("between", [[], [nn.ReLU()]])
def test_a_batch_norm_after_flatten_has_a_channel_for_each_value(between: list[nn.Module]) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 2, 2), *between, nn.Flatten(), nn.BatchNorm1d(12))
    network.train()(torch.randn(20, 1, 3, 4))
    network.eval().double()
    stages = read_stages(reference(network), (1, 3, 4), "fold")
    assert [stage.kind for stage in stages] == ["Convolution", "BatchNorm"]
    values = torch.randn(1, 3, 4).double()
    expected = network(values[None])[0].tolist()
    assert trace(stages, values)[-1].flatten().tolist() == pytest.approx(expected, abs=1e-9)


def test_a_batch_norm_right_after_a_convolution_costs_no_formula() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 3))
    convolution, dense = read_stages(reference(network), (1, 6, 6), "fold")
    assert isinstance(convolution, Convolution)
    assert isinstance(dense, Dense)
    assert convolution.steps == ()
    assert convolution.layers == ("Convolution 1 → 2, 3 × 3", "BatchNorm", "Flatten")


def test_the_reference_has_the_numbers_of_the_cells_and_leaves_the_network_alone() -> None:
    network = trained_like("4838").train()
    before = copy.deepcopy(network.state_dict())
    twin = reference(network)
    for name, tensor in twin.state_dict().items():
        mine = before[name]
        if not mine.is_floating_point():
            continue
        nine = [float(f"{value:.9g}") for value in mine.flatten().tolist()]
        assert tensor.flatten().tolist() == nine
        assert torch.equal(tensor.float(), mine)  # nine digits tell each float32
    assert network.training
    assert all(torch.equal(network.state_dict()[name], before[name]) for name in before)
    images = torch.randn(4, 1, 28, 28)
    near = network.eval()(images).detach().tolist()
    for found, expected in zip(outputs(twin, images).tolist(), near, strict=True):
        assert found == pytest.approx(expected, abs=1e-4)


class Unknown(nn.Module):
    """A layer that nobody knows."""

    def forward(self, values: Tensor) -> Tensor:
        return values


PICTURE, VECTOR = (1, 6, 6), (4,)
REFUSED: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], str]] = {
    "unknown layer": (
        lambda: nn.Sequential(nn.ReLU(), Unknown()),
        PICTURE,
        r"layer 1, Unknown\(\)",
    ),
    "known name, nested": (
        lambda: nn.Sequential(nn.Sequential(nn.GELU())),
        PICTURE,
        r"layer 0\.0, GELU.*there are AdaptiveAvgPool1d",
    ),
    "no Sequential": (lambda: nn.Linear(4, 2), VECTOR, "type Linear: expected a torch.nn.Seq"),
    "nothing": (lambda: nn.Sequential(), PICTURE, "without a layer that computes"),
    "dropout alone": (lambda: nn.Sequential(nn.Dropout()), PICTURE, "without a layer that comp"),
    "other padding": (
        lambda: nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")),
        PICTURE,
        "only padding with zeros",
    ),
    "dilation": (lambda: nn.Sequential(nn.Conv2d(1, 1, 2, dilation=2)), PICTURE, "dilation 1"),
    "ceil_mode": (lambda: nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)), PICTURE, "ceil_mode"),
    "dilated pooling": (lambda: nn.Sequential(nn.MaxPool2d(2, dilation=2)), PICTURE, "dilation 1"),
    "part of an input": (
        lambda: nn.Sequential(nn.Flatten(start_dim=2)),
        PICTURE,
        "only the whole of an input is flattened",
    ),
    "linear over maps": (lambda: nn.Sequential(nn.Linear(6, 2)), PICTURE, "expected nn.Flatten"),
    "wrong size": (
        lambda: nn.Sequential(nn.Linear(5, 2)),
        VECTOR,
        r"layer 0, .*does not take an input of shape \(4,\)",
    ),
    "no statistics": (
        lambda: nn.Sequential(nn.BatchNorm2d(1, track_running_stats=False)),
        PICTURE,
        "without running statistics",
    ),
    "log-softmax over maps": (
        lambda: nn.Sequential(nn.LogSoftmax(dim=1)),
        PICTURE,
        "only over a vector",
    ),
    "a convolution over a vector": (
        lambda: nn.Sequential(nn.Conv1d(1, 1, 1)),
        VECTOR,
        "layer 0, Conv1d",
    ),
    "too many dimensions": (lambda: nn.Sequential(nn.ReLU()), (1, 2, 3, 4), "shape .1, 2, 3, 4"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_formula_is_refused_by_name(case: str, tmp_path: Path) -> None:
    make, shape, message = REFUSED[case]
    path = tmp_path / "book.xlsx"
    with pytest.raises(InputError, match=message):
        to_workbook(make(), shape, path)
    assert not path.exists()


def test_a_value_that_is_not_finite_is_refused_by_name() -> None:
    network = nn.Sequential(nn.Linear(2, 1))
    with torch.no_grad():
        next(network.parameters())[0, 0] = float("nan")
    with pytest.raises(InputError, match=r"0\.weight: holds a value that is not finite"):
        reference(network)


@pytest.mark.parametrize(
    ("network", "shape", "message"),
    [
        (
            nn.Sequential(nn.Conv2d(200, 1, 1, padding=1)),
            (200, 1, 90),
            "18,401 columns.*has 16,384",
        ),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(4, 20_000)),
            (1, 2, 2),
            "Linear 4 → 20000, 4 values to 20000 values: a sheet of 20,004 columns",
        ),
        (
            nn.Sequential(nn.Conv2d(1, 40, 3, padding=1), nn.Conv2d(40, 40, 3, padding=1)),
            (1, 120, 120),
            "would need 2,909,160 formulas, expected at most 1,000,000",
        ),
    ],
)
def test_what_no_sheet_can_hold_is_refused_before_any_work(
    network: nn.Module, shape: tuple[int, ...], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    with pytest.raises(InputError, match=message):
        to_workbook(network, shape, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": torch.zeros(0, 2)}, "none, expected at least one"),
        ({"values": torch.tensor([[float("inf")]])}, "not finite"),
        ({"names": ("a",)}, "1 names for 2 inputs"),
        ({"targets": (1,)}, "1 targets for 2 inputs"),
        ({"names": ("a", "A")}, "a name is there twice"),
        ({"names": ("a", "")}, "expected 1 to 60 characters"),
        ({"names": ("a", "7")}, "'7', which a spreadsheet takes for a number"),
        ({"names": ("a", "b*")}, r"name 'b\*', expected one without"),
        ({"noun": "layer"}, "noun 'layer'"),
        ({"noun": "a/b"}, "noun 'a/b'"),
        ({"chosen": 2}, "chosen 2, expected 0 to 1"),
    ],
)
def test_examples_that_cannot_be_shown_are_refused(
    options: dict[str, object], message: str
) -> None:
    arguments: dict[str, object] = {"values": torch.zeros(2, 2), **options}
    with pytest.raises(InputError, match=message):
        Examples(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("numbers", [(0, 0, 1), (255, 0, 0), (255, float("nan"), 1)])
def test_a_scaling_that_gives_no_number_is_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="scaling: .*expected a finite number"):
        Scaling(*numbers)


def test_one_relu_for_all_places_is_read_at_each() -> None:
    relu = nn.ReLU()
    network = nn.Sequential(relu, nn.Linear(2, 3), relu, nn.Linear(3, 2), relu)
    stages = read_stages(reference(network), (2,), "fold")
    assert [len(stage.steps) for stage in stages] == [1, 1, 1]


def test_outputs_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(1, 1)).double()
    examples = Examples(torch.tensor([[1e308]], dtype=torch.float64))
    with torch.no_grad():
        next(network.parameters()).fill_(5.0)
    with pytest.raises(InputError, match="not finite for one of the examples"):
        to_workbook(network, (1,), tmp_path / "book.xlsx", examples)


def test_scaling_is_undone_by_nothing() -> None:
    scaled = Scaling(255, 0.1307, 0.3081).scaled(torch.tensor([0.0, 255.0]).double())
    assert scaled.tolist() == pytest.approx([-0.1307 / 0.3081, (1 - 0.1307) / 0.3081])
