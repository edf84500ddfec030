"""Processes beside the tests: two as torchrun starts them, and forks of one that has torch."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
if sys.platform == "win32":
    CONTEXT = multiprocessing.get_context("spawn")
else:  # one process imports torch, and the others are forked from it
    CONTEXT = multiprocessing.get_context("forkserver")
    CONTEXT.set_forkserver_preload(["mnist_model.training.session", "mnist_model.sheets.run"])


def two_processes(*program: str, folder: Path) -> str:
    """Runs a program of torchrun's in two processes on one thread each; what they printed."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node", "2", *program),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
