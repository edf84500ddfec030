"""The training loop: its steps against plain torch, its repeatability, and what stops it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training import loop
from mnist_model.training.data.augment import Affine
from mnist_model.training.errors import DivergedError
from mnist_model.training.loop import TrainingRun, train
from mnist_model.training.networks import build_network
from mnist_model.training.recipes import PUBLISHED, RECIPES
from mnist_model.training.record import Epoch, read_epochs
from tests.mnist_model.digits import few, quick
from tests.mnist_model.training.runs import CPU, in_double_precision, run_in, same


def test_it_learns(tmp_path: Path) -> None:
    recipe = quick(6, optimiser="AdamW", learning_rate=0.01)
    _, epochs = train(TrainingRun(recipe, few(1000, 250), 0, tmp_path, CPU))
    assert epochs[-1].test_accuracy > 85
    assert epochs[-1].train_loss < epochs[0].train_loss / 2
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_of_ours_learns_from_its_first_steps(name: str, tmp_path: Path) -> None:
    # Of all images: the loss of the hardest alone says little.
    recipe = replace(RECIPES[name], epochs=3, batch_size=32, hardest=1.0)
    _, epochs = train(run_in(tmp_path, recipe))
    assert epochs[-1].train_loss < math.log(10) - 0.3  # which a guess among ten has


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_two_steps_are_those_of_plain_torch(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No randomness but the order, and in double precision: BatchNorm in float32 is off by a
    # thousandth in the loop's memory layout, and Adam makes a step of any rounding.
    in_double_precision(monkeypatch.setattr)
    digits = few(160)
    recipe = replace(PUBLISHED[name], epochs=2, batch_size=80, augmentation=None)
    for layer in (nn.Dropout, nn.Dropout2d):
        monkeypatch.setattr(layer, "forward", lambda _, values: values)
    network, epochs = train(TrainingRun(recipe, digits, 5, tmp_path, CPU))

    torch.manual_seed(5)
    expected = build_network(name).double()
    if name == "19512":
        optimiser: torch.optim.Optimizer = torch.optim.Adam(expected.parameters(), lr=0.01)
    else:
        optimiser = torch.optim.SGD(expected.parameters(), lr=0.01, momentum=0.9)
    for epoch in range(2):
        optimiser.param_groups[0]["lr"] = 0.01 * (0.8**epoch if name == "19512" else 1)
        torch.manual_seed(loop._seed(5, epoch + 1))
        for batch in torch.randperm(160).split(80):  # type: ignore[no-untyped-call]
            values = (digits.train_images[batch].double() / 255 - 0.1307) / 0.3081
            optimiser.zero_grad()
            logits = expected(values).float()
            functional.cross_entropy(logits, digits.train_targets[batch]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    for key, value in expected.state_dict().items():
        assert torch.allclose(network.state_dict()[key], value, atol=1e-5), key
    expected.eval()
    logits = expected((digits.test_images.double() / 255 - 0.1307) / 0.3081)
    correct = int((logits.argmax(1) == digits.test_targets).sum())
    assert epochs[-1].test_accuracy == pytest.approx(100 * correct / len(digits.test_targets))
    loss = functional.cross_entropy(logits, digits.test_targets).item()
    assert epochs[-1].test_loss == pytest.approx(loss, abs=1e-5)


def test_a_seed_repeats_to_the_bit_and_another_differs(tmp_path: Path) -> None:
    first = train(run_in(tmp_path / "1"))[0].state_dict()
    again = train(run_in(tmp_path / "2"))[0].state_dict()
    other = train(run_in(tmp_path / "3", seed=4))[0].state_dict()
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize(("optimiser", "hardest"), [("Nesterov", 0.4), ("AdamW", 1.0)])
@pytest.mark.parametrize("stop", [1, 2])
def test_a_resumed_run_ends_with_the_same_weights(
    optimiser: str, hardest: float, stop: int, tmp_path: Path
) -> None:
    recipe = quick(
        3,
        optimiser=optimiser,
        learning_rate=0.01,
        augmentation=Affine(10, 0.1, 0.1, 1),
        hardest=hardest,
    )
    whole = train(run_in(tmp_path / "whole", recipe))

    class Stopped(Exception):
        pass

    def stop_in(epoch: int, step: int) -> None:
        if (epoch, step) == (stop + 1, 2):
            raise Stopped

    broken = run_in(tmp_path / "broken", recipe)
    with pytest.raises(Stopped):
        train(broken, stop_in)
    assert [epoch.epoch for epoch in read_epochs(broken.folder)] == list(range(1, stop + 1))
    resumed = train(broken)
    assert same(whole[0].state_dict(), resumed[0].state_dict())
    assert [replace(e, seconds=0.0) for e in whole[1]] == [
        replace(e, seconds=0.0) for e in resumed[1]
    ]


def test_after_the_first_epoch_the_images_with_the_highest_loss_are_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each image's loss is its number: the last ones are the hardest, whatever the network says.
    digits = few()
    count = len(digits.train_images)
    numbers = {bytes(image.numpy().tobytes()): i for i, image in enumerate(digits.train_images)}
    assert len(numbers) == count == 320
    seen: list[list[int]] = [[]]

    def numbered(
        run: TrainingRun,
        network: nn.Module,
        optimiser: torch.optim.Optimizer,
        images: torch.Tensor,
        targets: torch.Tensor,
    ) -> tuple[torch.Tensor, float, torch.Tensor]:
        seen[-1] += [numbers[image.numpy().tobytes()] for image in images]
        return torch.tensor(seen[-1][-len(images) :]).float(), 1.0, torch.tensor(1)

    monkeypatch.setattr(loop, "_step", numbered)
    recipe = quick(3, batch_size=50, hardest=0.5)
    run = TrainingRun(recipe, digits, 3, tmp_path, CPU)
    _, epochs = train(run, on_epoch=lambda _: seen.append([]))
    first, second, third, _ = seen
    # In whole batches. What the first epoch left over comes into the second at once.
    left_over = set(range(count)) - set(first)
    assert (len(first), len(second), len(third)) == (300, 150, 150)
    assert len(left_over) == 20
    hardest = [number for number in reversed(range(count)) if number not in left_over]
    assert sorted(second) == sorted([*left_over, *hardest[:130]])
    assert sorted(third) == list(range(170, 320))
    assert second != sorted(second)
    assert [epoch.train_loss for epoch in epochs] == [
        pytest.approx(sum(numbers) / len(numbers)) for numbers in (first, second, third)
    ]
    assert [epoch.train_accuracy for epoch in epochs] == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_the_run_and_names_the_step(
    bad: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(100))
    real = functional.cross_entropy

    def failing(logits: torch.Tensor, targets: torch.Tensor, **options: Any) -> torch.Tensor:
        # Five steps an epoch and one scoring: the ninth call is step 3 of epoch 2.
        loss = real(logits, targets, **options)
        return loss * bad if next(calls) == 8 else loss

    monkeypatch.setattr(functional, "cross_entropy", failing)
    run = run_in(tmp_path / "run")
    with pytest.raises(DivergedError, match=f"the loss is {bad} at step 3 of epoch 2"):
        train(run)
    assert len(read_epochs(run.folder)) == 1


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    run = replace(run_in(tmp_path / "run"), digits=few(40))
    with pytest.raises(InputError, match="40 training images: expected at least a batch of 64"):
        train(run)


def test_smoothed_labels_are_spread_over_all_classes(tmp_path: Path) -> None:
    # By hand: nine tenths of the target and a tenth of the mean over all classes, in one step.
    digits = few(64)
    recipe = quick(1, augmentation=None, label_smoothing=0.1)
    _, (epoch,) = train(TrainingRun(recipe, digits, 5, tmp_path, CPU))
    torch.manual_seed(5)
    network = build_network(recipe.network)
    for layer in network:
        if isinstance(layer, nn.Dropout):
            layer.p = 0
    values = (digits.train_images.float() / 255 - 0.1307) / 0.3081
    chances = network(values).log_softmax(1)
    told = chances[range(64), digits.train_targets]
    expected = -(0.9 * told + 0.1 * chances.mean(1)).mean().item()
    plain = -told.mean().item()
    assert abs(epoch.train_loss - expected) < 0.05
    assert recipe.settings()["label smoothing"] == 0.1
    assert "label smoothing" not in RECIPES["standard"].settings()
    assert plain != pytest.approx(expected, abs=1e-3)


def test_an_epoch_is_one_line_of_the_log(tmp_path: Path) -> None:
    seen: list[Epoch] = []
    train(run_in(tmp_path / "run"), on_epoch=seen.append)
    header, *lines = (tmp_path / "run" / "epochs.csv").read_text().splitlines()
    assert header == (
        "epoch,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,seconds"
    )
    assert len(lines) == 2
    assert read_epochs(tmp_path / "run") == tuple(seen)
