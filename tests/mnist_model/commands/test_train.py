"""The training command: what it leaves, what it says, what it goes on with and what it refuses."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
import safetensors.torch
from sklearn.metrics import confusion_matrix

from mnist_model.commands import evaluate
from mnist_model.training.networks import build_network
from mnist_model.training.record import read_record
from tests.mnist_model.commands.conftest import Command
from tests.mnist_model.digits import few


def test_a_run_leaves_all_that_it_promises(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "epochs.csv",
        "run.json",
        "model.safetensors",
        "curves.png",
        "mistakes.png",
    }
    content = json.loads((trained / "run.json").read_text())
    with (trained / "epochs.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert content["recipe"] == "fast"
    assert content["parameters"] == int(content["network"])
    assert (content["epochs"], content["seed"], content["threads"]) == (2, 0, 1)
    assert content["data_sha256"] == few().sha256
    assert content["is_sample"]
    assert content["test_accuracy"] == [float(line["test_accuracy"]) for line in lines]
    assert content["train_seconds"] == pytest.approx(sum(float(li["seconds"]) for li in lines))
    for picture in ("curves.png", "mistakes.png"):
        assert (trained / picture).read_bytes().startswith(b"\x89PNG")


def test_the_record_is_what_the_saved_model_says(trained: Path) -> None:
    record = read_record(trained)
    # Built and read by hand, plain layout, double precision.
    network = build_network(record.network).double().eval()
    network.load_state_dict(safetensors.torch.load_file(trained / "model.safetensors"))
    digits = few()
    probabilities = network((digits.test_images.double() / 255 - 0.1307) / 0.3081).softmax(1)
    predicted = probabilities.argmax(1)
    matrix = confusion_matrix(digits.test_targets, predicted, labels=range(10))
    assert numpy.array_equal(matrix, record.confusion)
    assert record.last_accuracy == pytest.approx(100 * matrix.trace() / 100)
    wrong = (predicted != digits.test_targets).nonzero().flatten().tolist()
    surest = sorted(wrong, key=lambda index: -probabilities[index].max().item())
    assert [mistake.index for mistake in record.mistakes] == surest[:24]
    for mistake in record.mistakes:
        assert numpy.array_equal(mistake.pixels, digits.test_images[mistake.index, 0])
        assert mistake.target == digits.test_targets[mistake.index] != mistake.predicted
        assert mistake.probability == pytest.approx(
            probabilities[mistake.index, mistake.predicted].item(), abs=1e-4
        )


def test_the_same_command_twice_gives_the_same_model(
    command: Command, trained: Path, tmp_path: Path
) -> None:
    assert command("--runs", "again") == 0
    again = tmp_path / "again" / "fast-seed0" / "model.safetensors"
    assert again.read_bytes() == (trained / "model.safetensors").read_bytes()


def test_a_folder_that_is_there_is_not_touched(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "runs" / "fast-seed1"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine")
    assert command("--seeds", "2") == 2
    error = capsys.readouterr().err
    assert "fast-seed1: is there already; --resume goes on with it, --overwrite" in error
    assert not (tmp_path / "runs" / "fast-seed0" / "epochs.csv").exists()
    assert command("--seeds", "2", "--overwrite") == 2
    assert "holds thesis.txt, which no run has written" in capsys.readouterr().err
    assert (folder / "thesis.txt").read_text() == "mine"


def test_overwrite_starts_anew_and_resume_keeps(command: Command, trained: Path) -> None:
    model = trained / "model.safetensors"
    first = model.stat().st_mtime_ns
    assert command("--resume") == 0
    assert model.stat().st_mtime_ns == first
    assert command("--overwrite") == 0
    assert model.stat().st_mtime_ns != first


def test_a_complete_run_of_another_kind_is_not_passed_off(
    command: Command, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--resume", "--epochs", "3") == 2
    assert "is complete, but was trained differently (2 epochs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["--threads", "0"], "--threads 0: expected 1 to "),
        (["--threads", "9999"], "--threads 9999: expected 1 to "),
        (["--seed", "-1"], "--seed -1: expected 0 or more"),
        (["--device", "abacus"], "--device abacus: expected auto"),
        (["--resume", "--overwrite"], "--resume and --overwrite"),
        (["--recipe", "slow"], "recipe slow: expected one of"),
    ],
)
def test_options_that_cannot_be_used(
    options: list[str], error: str, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(*options) == 2
    said = capsys.readouterr().err
    assert error in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("validate", [(), ("--validate",)])
def test_no_line_is_wider_than_a_terminal(
    validate: tuple[str, ...], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (*validate, "--network", "19512", "--recipe", "standard", "--epochs", "1")
    assert command(*options, "--seed", "10", "--seeds", "2") == 0
    folders = [f"runs/19512-standard-seed{seed}" for seed in (10, 11)]
    assert evaluate.main(folders) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) <= 80


def test_a_run_of_an_earlier_version_is_still_read(trained: Path) -> None:
    record = read_record(trained)
    assert len(record.distorted) == 16
    assert {image.target for image in record.distorted} == set(range(10))
    content = json.loads((trained / "run.json").read_text())
    del content["distorted"], content["learning_rates"]
    (trained / "run.json").write_text(json.dumps(content))
    assert read_record(trained) == replace(record, distorted=(), learning_rates=())


def test_evaluate_gives_the_accuracy_of_the_record(
    command: Command, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = read_record(trained)
    capsys.readouterr()
    assert evaluate.main(["runs/fast-seed0"]) == 0
    assert f"test accuracy {record.last_accuracy:.2f} %" in capsys.readouterr().out
