"""The command: what it leaves, what it refuses, and that nothing that goes wrong loses a run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
import safetensors.torch
import torch
from sklearn.metrics import confusion_matrix

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.commands import evaluate, train
from mnist_model.training.checkpoint import load_model
from mnist_model.training.networks import build_network
from mnist_model.training.record import Record, read_record
from tests.mnist_model.digits import few

Command = Callable[..., int]


def command_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on a few pictures, in a folder, its sheet written by nobody."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(train, "load_digits", lambda _: few())
    monkeypatch.setattr(evaluate, "load_digits", lambda _: few())
    monkeypatch.setattr("mnist_model.sheets.run.put_runs", lambda *_: "MNIST")

    def run(*options: str) -> int:
        return train.main(["--recipe", "fast", "--epochs", "2", "--threads", "1", *options])

    return run


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in an empty folder."""
    return command_in(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the command has run."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert command_in(folder, monkeypatch)() == 0
    return folder


@pytest.fixture
def trained(finished: Path, tmp_path: Path) -> Path:
    """The run's folder, a copy of it for one test, where its command finds it."""
    folder = tmp_path / "runs" / "fast-seed0"
    shutil.copytree(finished / "runs" / "fast-seed0", folder)
    return folder


def test_a_run_leaves_all_that_it_promises(command: Command, tmp_path: Path) -> None:
    assert command("--seed", "7") == 0
    folder = tmp_path / "runs" / "fast-seed7"
    assert {path.name for path in folder.iterdir()} == {
        "epochs.csv",
        "run.json",
        "model.safetensors",
        "curves.png",
        "mistakes.png",
    }
    content = json.loads((folder / "run.json").read_text())
    with (folder / "epochs.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert content["recipe"] == "fast"
    assert content["parameters"] == int(content["network"])
    assert (content["epochs"], content["seed"], content["threads"]) == (2, 7, 1)
    assert content["data_sha256"] == few().sha256
    assert content["is_sample"]
    assert content["test_accuracy"] == [float(line["test_accuracy"]) for line in lines]
    assert content["train_seconds"] == pytest.approx(sum(float(li["seconds"]) for li in lines))
    for picture in ("curves.png", "mistakes.png"):
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")


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
    "error", [FileError("Backpropagation.xlsx: is open in another program; close it")]
)
def test_a_workbook_that_cannot_be_written_loses_no_run(
    error: FileError,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(*_: object) -> str:
        raise error

    calls: list[Sequence[Record]] = []
    monkeypatch.setattr("mnist_model.sheets.run.put_runs", failing)
    assert command() == 2
    said = capsys.readouterr().err
    assert "close it; the run is complete in runs, and the same command with --resume puts" in said
    assert len(said.splitlines()) == 1
    record = read_record(tmp_path / "runs" / "fast-seed0")

    def put(_: Path, records: Sequence[Record], replace: bool) -> str:
        assert replace
        calls.append(records)
        return "MNIST"

    monkeypatch.setattr("mnist_model.sheets.run.put_runs", put)
    assert command("--resume") == 0
    assert calls == [(record,)]


def test_an_open_workbook_is_noticed_before_the_training(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Backpropagation.xlsx").write_bytes(b"")
    (tmp_path / ".~lock.Backpropagation.xlsx#").touch()
    assert command() == 0
    assert "note: Backpropagation.xlsx: is open in another program" in capsys.readouterr().err


def test_a_full_disk_stops_the_run_and_keeps_the_last_checkpoint(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.suffix == ".csv" and content.count(b"\n") == 3:
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert command() == 2
    assert "cannot be written (No space left on device)" in capsys.readouterr().err
    monkeypatch.setattr(Path, "write_bytes", real)
    assert command("--resume") == 0
    assert command("--runs", "whole") == 0
    models = [tmp_path / runs / "fast-seed0" / "model.safetensors" for runs in ("runs", "whole")]
    assert models[0].read_bytes() == models[1].read_bytes()


def test_ctrl_c_leaves_a_usable_checkpoint_and_log(tmp_path: Path) -> None:
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from mnist_model.commands import train\n"
        "from tests.mnist_model.digits import few\n"
        "train.load_digits = lambda _: few()\n"
        "sys.exit(train.main(sys.argv[1:]))"
    )
    options = ["--recipe", "fast", "--epochs", "6000", "--threads", "1"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    folder = tmp_path / "runs" / "fast-seed0"
    try:
        while process.poll() is None and not (folder / "epochs.csv").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=600)
    finally:
        process.kill()
    assert process.returncode == 130, error
    assert error.strip().splitlines()[-1].startswith("interrupted; the same command with --resume")
    assert "Traceback" not in error
    lines = (folder / "epochs.csv").read_text().splitlines()
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert len(state["epochs"]) >= len(lines) - 1 >= 1


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


def test_a_run_of_an_earlier_version_is_still_read(command: Command, tmp_path: Path) -> None:
    assert command("--epochs", "1") == 0
    folder = tmp_path / "runs" / "fast-seed0"
    record = read_record(folder)
    assert len(record.distorted) == 16
    assert {image.target for image in record.distorted} == set(range(10))
    content = json.loads((folder / "run.json").read_text())
    del content["distorted"], content["learning_rates"]
    (folder / "run.json").write_text(json.dumps(content))
    assert read_record(folder) == replace(record, distorted=(), learning_rates=())


@pytest.mark.parametrize("name", ["run.json", "epochs.csv"])
@pytest.mark.parametrize("damage", ["", "{}", "[1]", "\0", "epoch,learning_rate\n1,2\n"])
def test_a_damaged_record_gives_one_line(name: str, damage: str, trained: Path) -> None:
    (trained / name).write_text(damage)
    with pytest.raises(FileError, match=f"{name}: ") as error:
        read_record(trained)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 8, None])
def test_a_damaged_model_gives_one_line(
    damage: bytes | None, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = trained / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10] if damage is None else damage)
    with pytest.raises(FileError, match=r"model\.safetensors: damaged"):
        load_model(trained)
    assert evaluate.main([str(trained)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_evaluate_gives_the_accuracy_of_the_record(
    command: Command, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = read_record(trained)
    capsys.readouterr()
    assert evaluate.main(["runs/fast-seed0"]) == 0
    assert f"test accuracy {record.last_accuracy:.2f} %" in capsys.readouterr().out
