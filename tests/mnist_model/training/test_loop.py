"""The training loop: its steps against plain torch, its repeatability, and what stops it."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from mnist_model.training import checkpoint as checkpoint_module
from mnist_model.training import loop
from mnist_model.training import score as score_module
from mnist_model.training.checkpoint import CHECKPOINT_FILE
from mnist_model.training.data.augment import Affine
from mnist_model.training.errors import DivergedError
from mnist_model.training.loop import TrainingRun, train
from mnist_model.training.machine import processor
from mnist_model.training.machine.processor import OnProcessor, dropout
from mnist_model.training.networks import build_network
from mnist_model.training.recipes import PUBLISHED, RECIPES, Recipe, choose_recipe
from mnist_model.training.record import Epoch, read_epochs
from tests.mnist_model.digits import few, quick

CPU = torch.device("cpu")
Weights = dict[str, torch.Tensor]


def same(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def run_in(folder: Path, recipe: Recipe | None = None, seed: int = 3) -> TrainingRun:
    folder.mkdir(exist_ok=True)
    return TrainingRun(recipe or quick(), few(), seed, folder, CPU)


def in_double_precision(setter: Callable[[object, str, object], None]) -> None:
    """Makes the loop compute in double precision and without dropout, to be compared."""

    def initial(recipe: Recipe, seed: int, device: torch.device) -> nn.Sequential:
        return real(recipe, seed, device).double()

    def scaled(images: torch.Tensor) -> torch.Tensor:
        return images.double() / 255

    real = loop.initial_network
    setter(loop, "initial_network", initial)
    setter(loop, "scaled", scaled)
    setter(score_module, "scaled", scaled)
    setter(loop, "has_bfloat16", lambda _: False)
    setter(processor, "dropout", lambda values, _: values)


def test_it_learns(tmp_path: Path) -> None:
    recipe = quick(6, optimiser="AdamW", learning_rate=0.01)
    _, epochs = train(TrainingRun(recipe, few(1000, 250), 0, tmp_path, CPU))
    assert epochs[-1].test_accuracy > 85
    assert epochs[-1].train_loss < epochs[0].train_loss / 2
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4, 5, 6]


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


@pytest.mark.parametrize("channels", [3, 8, 15, 20])
def test_batch_norm_is_exact_to_rounding_where_channels_leave_a_gap(channels: int) -> None:
    torch.manual_seed(channels)
    values = (torch.randn(32, channels, 26, 26) * 2 + 1).relu()
    gradient = torch.randn_like(values)
    expected = values.double().requires_grad_()
    outputs = nn.BatchNorm2d(channels, dtype=torch.float64)(expected)
    torch.autograd.backward(outputs, gradient.double())
    seen = values.to(memory_format=torch.channels_last).requires_grad_()
    inside: list[torch.Tensor] = []
    norm = nn.BatchNorm2d(channels)
    norm.register_forward_pre_hook(lambda _, inputs: inside.append(inputs[0]))
    norm.register_full_backward_pre_hook(lambda _, gradients: inside.extend(gradients))
    ours = OnProcessor(norm)(seen)
    torch.autograd.backward(ours, gradient.to(memory_format=torch.channels_last))
    assert [tensor.is_contiguous() for tensor in inside] == [True, True]
    assert seen.grad is not None
    assert expected.grad is not None
    assert torch.allclose(ours.double(), outputs, atol=2e-6)
    assert torch.allclose(seen.grad.double(), expected.grad, atol=2e-6)
    for tensor in (ours, seen.grad):
        assert tensor.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("probability", [0.01, 0.05, 0.2])
def test_dropout_draws_each_value_alone(probability: float, kind: torch.dtype) -> None:
    torch.manual_seed(1)
    shape = (63, 7, 15, 15)
    values = torch.ones(shape, dtype=kind).to(memory_format=torch.channels_last).requires_grad_()
    dropped = []
    for _ in range(8):
        outputs = dropout(values, probability)
        (gradient,) = torch.autograd.grad(outputs.sum(), values)
        assert torch.equal(gradient, outputs)
        kept = outputs[outputs != 0].double()
        assert kept.min() == kept.max()
        tolerance = 2**-16 + torch.finfo(kind).eps
        assert kept[0].item() == pytest.approx(1 / (1 - probability), rel=tolerance)
        dropped.append((outputs == 0).double())
    draws = torch.stack(dropped)

    def within(seen: torch.Tensor, chance: float, count: int) -> None:
        # Six standard deviations of a binomial: one false alarm in a hundred million values.
        assert (seen / count - chance).abs().max() < 6 * (chance * (1 - chance) / count) ** 0.5

    within(draws.sum(), probability, draws.numel())
    # In no picture, channel, row or column more often, neither together with a neighbour, ...
    for axis in range(1, 5):
        others = [other for other in range(5) if other != axis]
        within(draws.sum(others), probability, draws.numel() // draws.shape[axis])
    for axis in range(5):
        length = draws.shape[axis] - 1
        both = draws.narrow(axis, 1, length) * draws.narrow(axis, 0, length)
        within(both.sum(), probability**2, both.numel())
    # ... nor at one of the four places in a drawn word.
    flat = draws[0].permute(0, 2, 3, 1).flatten()
    places = flat[: flat.numel() // 4 * 4].reshape(-1, 4)
    within(places.sum(0), probability, len(places))


def test_a_network_that_is_not_in_training_drops_nothing() -> None:
    network = OnProcessor(nn.Dropout(0.5), nn.Dropout2d(0.5))
    values = torch.ones(4, 6, 5, 5)
    assert torch.equal(network.eval()(values), values)
    assert not torch.equal(network.train()(values), values)


def test_bfloat16_is_asked_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    for capabilities, has in (
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"avx2": True, "avx512_bf16": False}, False),
        ({}, False),
    ):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda of=capabilities: of)
        assert processor.has_bfloat16(CPU) is has
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert processor.has_bfloat16(CPU) is False


def test_dropout_follows_the_seed_and_lets_a_probability_of_0_pass() -> None:
    values = torch.rand(5, 13)
    torch.manual_seed(4)
    first = dropout(values, 0.5)
    torch.manual_seed(4)
    assert torch.equal(first, dropout(values, 0.5))
    assert not torch.equal(first, dropout(values, 0.5))
    assert torch.equal(dropout(values, 0.0), values)


def test_a_seed_repeats_to_the_bit_and_another_differs(tmp_path: Path) -> None:
    first = train(run_in(tmp_path / "1"))[0].state_dict()
    again = train(run_in(tmp_path / "2"))[0].state_dict()
    other = train(run_in(tmp_path / "3", seed=4))[0].state_dict()
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize("optimiser", ["Nesterov", "AdamW"])
@pytest.mark.parametrize("stop", [1, 2])
def test_a_resumed_run_ends_with_the_same_weights(
    optimiser: str, stop: int, tmp_path: Path
) -> None:
    recipe = quick(3, optimiser=optimiser, learning_rate=0.01, augmentation=Affine(10, 0.1, 0.1, 1))
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


PROGRAM = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from mnist_model.training.loop import train
from tests.mnist_model.training.test_loop import run_in
from tests.mnist_model.digits import quick
train(run_in(Path(sys.argv[1]), quick(4)))
print("trained")
"""


def started(folder: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_again_and_again_it_still_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = train(run_in(tmp_path / "whole", quick(4)))[0].state_dict()
    folder = tmp_path / "killed"
    log = folder / "epochs.csv"
    # Killed a little after a new epoch's line appears: at another place in every attempt.
    for attempt, delay in enumerate((0.0, 0.013, 0.03)):
        process = started(folder)
        while process.poll() is None:
            if log.exists() and len(log.read_text().splitlines()) > attempt + 1:
                time.sleep(delay)
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.communicate()
        if log.exists():
            read_epochs(folder)
    process = started(folder)
    out, err = process.communicate(timeout=600)
    assert "trained" in out, err
    assert same(whole, train(run_in(folder, quick(4)))[0].state_dict())


def test_what_a_killed_write_leaves_is_not_taken_for_a_checkpoint(tmp_path: Path) -> None:
    run = run_in(tmp_path / "run", quick(1))
    train(run)
    content = (run.folder / CHECKPOINT_FILE).read_bytes()
    (run.folder / ".backprop-0123456789abcdef.pt").write_bytes(content[:100])
    assert len(train(run)[1]) == 1


@pytest.mark.parametrize("damage", ["empty", "truncated", "flipped", "text", "pickle", "other"])
def test_a_damaged_checkpoint_gives_one_line(damage: str, tmp_path: Path) -> None:
    run = run_in(tmp_path / "run", quick(1))
    train(run)
    path = run.folder / CHECKPOINT_FILE
    content = path.read_bytes()
    if damage == "other":
        torch.save({"epochs": 3}, path)
    else:
        pickle = b"\x80\x04cposix\nsystem\n(X\x08\x00\x00\x00touch /x\x85R."
        path.write_bytes(
            {
                "empty": b"",
                "truncated": content[: len(content) // 2],
                "flipped": content[:30] + b"\xff" * 60 + content[90:],
                "text": b"weights",
                "pickle": pickle,
            }[damage]
        )
    with pytest.raises(FileError, match=r"checkpoint\.pt: damaged, or not") as error:
        train(run)
    assert "\n" not in str(error.value)


def test_a_checkpoint_with_code_in_it_runs_none(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "harm"),)

    torch.save({"identity": Hostile()}, tmp_path / CHECKPOINT_FILE)
    with pytest.raises(FileError, match="damaged, or not a checkpoint"):
        checkpoint_module.load_checkpoint(tmp_path, {})
    assert not (tmp_path / "harm").exists()


def test_a_run_of_another_version_of_torch_is_not_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_in(tmp_path / "run", quick(1))
    train(run)
    now = torch.__version__
    monkeypatch.setattr(torch, "__version__", "1.0")
    with pytest.raises(InputError, match=f"was started with version of torch {re.escape(now)}, n"):
        train(run)
    state = torch.load(run.folder / CHECKPOINT_FILE, weights_only=True)
    del state["identity"]["version of torch"]
    torch.save(state, run.folder / CHECKPOINT_FILE)
    with pytest.raises(InputError, match=r"version of torch not recorded, now 1\.0; start as"):
        train(run)


@pytest.mark.parametrize("other", ["seed", "epochs", "threads"])
def test_a_run_started_differently_is_not_resumed(other: str, tmp_path: Path) -> None:
    run = run_in(tmp_path / "run", quick(1))
    train(run)
    if other == "threads":
        torch.set_num_threads(2)
    changed = {
        "seed": replace(run, seed=99),
        "epochs": replace(run, recipe=quick(2)),
        "threads": run,
    }[other]
    with pytest.raises(InputError, match=f"was started with {other}"):
        train(changed)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_the_run_and_names_the_step(
    bad: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(100))
    real = functional.cross_entropy

    def failing(
        logits: torch.Tensor, targets: torch.Tensor, label_smoothing: float = 0.0
    ) -> torch.Tensor:
        # Five steps an epoch and one scoring: the ninth call is step 3 of epoch 2.
        loss = real(logits, targets, label_smoothing=label_smoothing)
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


@given(st.sampled_from(["standard", "fast", "tiny"]), st.integers(1, 500))
def test_the_cosine_schedule(name: str, steps: int) -> None:
    recipe = RECIPES[name]
    whole = recipe.epochs * steps
    rates = [recipe.learning_rate_at(step, steps) for step in range(whole + 1)]
    assert rates[0] == pytest.approx(0.05 * recipe.learning_rate, rel=1e-9)
    assert rates[whole] == pytest.approx(0, abs=1e-12)
    assert max(rates) <= recipe.learning_rate
    peak = rates.index(max(rates))
    assert abs(peak - recipe.warm_up * whole) <= 1
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


@given(st.sampled_from([*RECIPES.values(), *PUBLISHED.values()]), st.integers(1, 20))
def test_a_drawn_schedule_has_its_first_its_highest_and_each_epochs_last_rate(
    recipe: Recipe, steps: int
) -> None:
    points = recipe.learning_rates(steps)
    rates = [recipe.learning_rate_at(step, steps) for step in range(recipe.epochs * steps)]
    assert [at for at, _ in points] == sorted({at for at, _ in points})
    assert max(rate for _, rate in points) == max(rates)
    for at, rate in points:
        assert rate == rates[round(at * steps) - 1]
    assert {at for at, _ in points} >= set(range(1, recipe.epochs + 1))


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
    assert "label smoothing" not in RECIPES["fast"].settings()
    assert plain != pytest.approx(expected, abs=1e-3)


def test_the_published_schedules_are_torchs() -> None:
    for name, build in (
        ("16050", lambda o: torch.optim.lr_scheduler.StepLR(o, 5, 0.1)),
        ("19512", lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8)),
    ):
        recipe = PUBLISHED[name]
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
        scheduler = build(optimiser)
        for epoch in range(20):
            rate = recipe.learning_rate_at(epoch * 7 + 6, 7)
            assert rate == pytest.approx(scheduler.get_last_lr()[0], rel=1e-9)
            optimiser.step()
            scheduler.step()


def test_weight_decay_is_for_weights_with_more_than_one_dimension() -> None:
    recipe = RECIPES["standard"]
    network = build_network(recipe.network)
    decayed, plain = recipe.build_optimiser(network).param_groups
    assert {p.ndim for p in decayed["params"]} == {2, 4}
    assert {p.ndim for p in plain["params"]} == {1}
    assert (decayed["weight_decay"], plain["weight_decay"]) == (recipe.weight_decay, 0)


def test_an_epoch_is_one_line_of_the_log(tmp_path: Path) -> None:
    seen: list[Epoch] = []
    train(run_in(tmp_path / "run"), on_epoch=seen.append)
    header, *lines = (tmp_path / "run" / "epochs.csv").read_text().splitlines()
    assert header == (
        "epoch,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,seconds"
    )
    assert len(lines) == 2
    assert read_epochs(tmp_path / "run") == tuple(seen)


def test_names_that_there_are_not_are_told() -> None:
    with pytest.raises(InputError, match="recipe slow: expected one of standard"):
        choose_recipe("slow", None)
    with pytest.raises(InputError, match="network 17242: has no published recipe"):
        choose_recipe(None, "17242")
    with pytest.raises(InputError, match="network 4711: expected one of 14392"):
        choose_recipe("fast", "4711")
    with pytest.raises(InputError, match="epochs 0: expected 1 or more"):
        choose_recipe(None, None, 0)
