"""Processes beside the tests: two as torchrun starts them, and forks of one that has torch."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


if sys.platform == "win32":

    def context() -> multiprocessing.context.SpawnContext:
        """How to start processes: each imports torch anew."""
        return multiprocessing.get_context("spawn")

else:

    def context() -> multiprocessing.context.ForkServerContext:
        """How to start processes: one imports torch, and the others are forked from it."""
        forked = multiprocessing.get_context("forkserver")
        forked.set_forkserver_preload(["mnist_model.training.session", "mnist_model.sheets.run"])
        return forked


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
