"""The command as torchrun starts it: two processes, one run."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import safetensors.torch
import torch

from mnist_model.training.networks import build_network
from mnist_model.training.record import read_epochs
from tests.mnist_model.digits import sample
from tests.mnist_model.processes import two_processes


@pytest.mark.slow
def test_two_processes_train_one_run_and_one_of_them_writes(tmp_path: Path) -> None:
    printed = two_processes(
        *("-m", "mnist_model.train", "--recipe", "fast", "--epochs", "1", "--seed", "2"),
        *("--threads", "1", "--data", "sample", "--device", "cpu"),
        folder=tmp_path,
    )
    assert printed.count("accuracy after the last epoch") == 1
    assert printed.count("Backpropagation.xlsx: sheet MNIST fast (sample) written") == 1
    folder = tmp_path / "runs" / "fast-seed2"
    content = json.loads((folder / "run.json").read_text())
    assert content["settings"]["processes"] == 2
    assert [epoch.epoch for epoch in read_epochs(folder)] == [1]
    book = openpyxl.load_workbook(tmp_path / "Backpropagation.xlsx", read_only=True)
    assert book.sheetnames.count("MNIST fast (sample)") == 1
    # The saved model, built and scored by hand, is the one that the run reports.
    network = build_network(content["network"]).eval()
    network.load_state_dict(safetensors.torch.load_file(folder / "model.safetensors"))
    images, targets = sample().test_images, sample().test_targets
    with torch.no_grad():
        predicted = network((images.float() / 255 - 0.1307) / 0.3081).argmax(1)
    correct = (predicted == targets).float().mean().item()
    assert content["test_accuracy"] == [pytest.approx(100 * correct, abs=0.2)]
