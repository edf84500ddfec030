"""What is left of a run that was stopped: gone on with to the bit, or refused in one line."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from mnist_model.training import checkpoint as checkpoint_module
from mnist_model.training.checkpoint import CHECKPOINT_FILE, load_model, save_model
from mnist_model.training.loop import train
from mnist_model.training.record import read_epochs
from tests.mnist_model.digits import quick
from tests.mnist_model.processes import context
from tests.mnist_model.training.runs import run_in, same


def train_in(folder: Path) -> None:
    torch.set_num_threads(1)
    train(run_in(folder, quick(4)))


@pytest.mark.slow
def test_killed_again_and_again_it_still_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = train(run_in(tmp_path / "whole", quick(4)))[0].state_dict()
    folder = tmp_path / "killed"
    log = folder / "epochs.csv"
    # Killed a little after a new epoch's line appears: at another place in every attempt.
    for attempt, delay in enumerate((0.0, 0.013, 0.03)):
        process = context().Process(target=train_in, args=(folder,))
        process.start()
        while process.is_alive():
            if log.exists() and len(log.read_text().splitlines()) > attempt + 1:
                time.sleep(delay)
                process.kill()
                break
            time.sleep(0.002)
        process.join()
        if log.exists():
            read_epochs(folder)
    process = context().Process(target=train_in, args=(folder,))
    process.start()
    process.join()
    assert process.exitcode == 0
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


def test_why_a_model_is_another_programs_is_told_in_no_more_than_150_characters(
    tmp_path: Path,
) -> None:
    save_model(tmp_path, "somebody else's " * 40, torch.nn.Linear(1, 1))
    with pytest.raises(FileError, match=r"another program's \(.{1,150}\)$"):
        load_model(tmp_path)
