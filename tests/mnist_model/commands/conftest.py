"""The training command on a few pictures, and a folder in which it has run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_model.commands import train
from tests.mnist_model.digits import few

Command = Callable[..., int]


def command_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on a few pictures, in a folder, its sheet written by nobody."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(train, "load_digits", lambda _: few())
    monkeypatch.setattr("mnist_model.training.data.load_digits", lambda _: few())
    monkeypatch.setattr("mnist_model.sheets.run.put_runs", lambda *_: "MNIST")

    def run(*options: str) -> int:
        return train.main(["--recipe", "fast", "--epochs", "2", "--threads", "1", *options])

    return run


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs draw none: that takes longer than to train on a few digits."""
    for drawn in ("draw_curves", "draw_mistakes"):
        monkeypatch.setattr(f"mnist_model.training.session.{drawn}", lambda *_: None)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pictures: None) -> Command:
    """The command in an empty folder."""
    return command_in(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the command has run, with all that it leaves."""
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
