"""The command: what it writes and says, what it refuses, and that nothing is half-written."""

from __future__ import annotations

import warnings
from pathlib import Path

import openpyxl
import pytest
import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import VerificationError
from mnist_model.commands import digit as command
from mnist_model.training.loop import TrainingRun
from mnist_model.training.networks import add_networks
from mnist_model.training.networks.blocks import Layers, conv_norm_relu
from mnist_model.training.session import complete, prepare_folder
from tests.mnist_model.digits import few, quick


def small() -> Layers:
    """As the project's own networks are, with a tenth of their formulas."""
    return [*conv_norm_relu(1, 4, kernel=5, stride=3), nn.MaxPool2d(2), nn.Flatten(),
            nn.BatchNorm1d(64), nn.Linear(64, 10)]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained network in a run's folder."""
    add_networks({"small": small})
    folder = tmp_path_factory.mktemp("runs") / "fast-seed0"
    prepare_folder(folder, resume=False, overwrite=False)
    complete(TrainingRun(quick(1, network="small"), few(), 0, folder, torch.device("cpu")))
    return folder


@pytest.mark.slow
def test_it_writes_verifies_and_says_so(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "Digit.xlsx"
    out.write_bytes(b"somebody's")
    assert command.main([str(run), "--out", str(out), "--batchnorm", "show"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{out}: written"
    assert said[1] == f"{tmp_path / 'Digit-1.xlsx'}: the book that was there before, kept"
    assert said[2].startswith("verified: ")
    assert said[2].endswith("by ironcalc and formualizer;")
    assert said[3].startswith("  for 12 digits the outputs differ from torch's")
    assert (tmp_path / "Digit-1.xlsx").read_bytes() == b"somebody's"
    assert len(list(tmp_path.iterdir())) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(out)
    assert [name for name in book.sheetnames if "BatchNorm" in name] == [
        "2 BatchNorm",
        "4 BatchNorm",
    ]
    assert str(book["Layers"]["B1"].value).startswith("fast-seed0: network small, ")
    assert book["Digit"].data_validations.count == 2


def test_a_book_that_does_not_verify_is_not_written(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def differs(*_: object) -> None:
        raise VerificationError("'5 Linear'!E8: an engine gives 1, torch 2")

    monkeypatch.setattr(command, "verify_planned", differs)
    assert command.main([str(run), "--out", str(tmp_path / "Digit.xlsx")]) == 1
    assert capsys.readouterr().err == (
        "not verified, nothing written: '5 Linear'!E8: an engine gives 1, torch 2\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "error: nowhere: missing; expected a folder that mnist_model.train"),
        (["RUN", "--out", "nowhere/Digit.xlsx"], "error: nowhere/Digit.xlsx: folder nowhere does"),
        (["RUN", "--data", "nowhere"], "error: nowhere: none of the four files of MNIST"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(
    arguments: list[str],
    message: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [str(run) if argument == "RUN" else argument for argument in arguments]
    assert command.main(given) == 2
    said = capsys.readouterr().err
    assert said.startswith(message)
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_option_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["runs", "--batchnorm", "hide"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
