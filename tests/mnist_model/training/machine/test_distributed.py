"""Two processes on gloo against one that averages the gradients of the same two half-batches."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from mnist_model.training import loop
from mnist_model.training.loop import initial_network
from mnist_model.training.record import read_epochs
from tests.mnist_model.digits import few, quick
from tests.mnist_model.processes import ROOT, two_processes

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
torch.set_num_threads(1)
from mnist_model.training import loop
from mnist_model.training.machine.distributed import join_world
from tests.mnist_model.digits import few, quick
from tests.mnist_model.training.runs import in_double_precision
from torch import nn
in_double_precision(setattr)
nn.Dropout.forward = lambda _, values: values
with join_world(torch.device("cpu")) as world:
    assert world.size == 2
    folder = Path(sys.argv[1])
    recipe = quick(2, augmentation=None, learning_rate=0.01)
    run = loop.TrainingRun(recipe, few(), 3, folder, torch.device("cpu"), world)
    network, _ = loop.train(run)
    torch.save(network.state_dict(), folder / f"rank{world.rank}.pt")
"""


@pytest.mark.slow
def test_two_processes_average_their_gradients(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    two_processes(str(program), str(tmp_path), folder=ROOT)
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    for key, value in first.items():
        assert torch.equal(value, second[key]), key
    assert len(read_epochs(tmp_path)) == 2
    for key, value in averaged_by_hand().items():
        assert torch.allclose(first[key], value, atol=1e-5), key


def averaged_by_hand() -> dict[str, torch.Tensor]:
    """The same training in one process; each half has BatchNorm statistics of its own."""
    recipe, digits = quick(2, augmentation=None, learning_rate=0.01), few()
    halves = [initial_network(recipe, 3, torch.device("cpu")).double() for _ in range(2)]
    for half in halves:
        for layer in half:
            if isinstance(layer, torch.nn.Dropout):
                layer.p = 0
    optimisers = [recipe.build_optimiser(half) for half in halves]
    for epoch in range(2):
        torch.manual_seed(loop._seed(3, epoch + 1))
        order = torch.randperm(320)
        for step in range(5):
            batch = order[step * 64 : step * 64 + 64]
            for rank, half in enumerate(halves):
                half.zero_grad()
                part = batch[rank::2]
                values = (digits.train_images[part].double() / 255 - 0.1307) / 0.3081
                logits = half(values).float()
                loss = functional.cross_entropy(logits, digits.train_targets[part])
                torch.autograd.backward(loss)
            for one, other in zip(halves[0].parameters(), halves[1].parameters(), strict=True):
                assert one.grad is not None
                assert other.grad is not None
                mean = (one.grad + other.grad) / 2
                one.grad.copy_(mean)
                other.grad.copy_(mean)
            for optimiser in optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = recipe.learning_rate_at(epoch * 5 + step, 5)
                optimiser.step()
        for first, second in zip(halves[0].buffers(), halves[1].buffers(), strict=True):
            if first.is_floating_point():
                average = (first + second) / 2
                first.copy_(average)
                second.copy_(average)
    return halves[0].state_dict()
