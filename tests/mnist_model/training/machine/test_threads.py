"""Threads that wait asleep: told before torch is there, and never against the user."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.commands import train
from mnist_model.training.machine.threads import TURNS, usable_processors
from tests.mnist_model.processes import ROOT

PROGRAM = """
import importlib, os, sys
from mnist_model import commands

def imported(name):
    assert "torch" not in sys.modules
    print(os.environ.get("GOMP_SPINCOUNT"))
    sys.exit()

importlib.import_module = imported
commands.run_command("train", [])
"""


@pytest.mark.parametrize(
    ("environment", "turns"),
    [
        ({}, str(TURNS)),
        ({"GOMP_SPINCOUNT": "7"}, "7"),
        ({"OMP_WAIT_POLICY": "active"}, "None"),
    ],
)
def test_it_is_said_before_torch_is_imported(environment: dict[str, str], turns: str) -> None:
    names = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    plain = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == turns


@given(st.integers().filter(lambda count: not 1 <= count <= usable_processors()))
def test_more_threads_than_processors_are_refused(count: int) -> None:
    options = train._parser().parse_args([f"--threads={count}"])
    with pytest.raises(InputError, match=f"--threads {count}: expected 1 to {usable_processors()}"):
        train.check_common_options(options)
