"""Nothing that goes wrong loses a run: each mishap gets one line, and what was trained is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.commands import evaluate
from mnist_model.training.checkpoint import load_model
from mnist_model.training.record import Record, read_record
from tests.mnist_model.commands.conftest import Command
from tests.mnist_model.processes import ROOT


def test_a_workbook_that_cannot_be_written_loses_no_run(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(*_: object) -> str:
        raise FileError("Backpropagation.xlsx: is open in another program; close it")

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
        env={**os.environ, "PYTHONPATH": str(ROOT)},
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
