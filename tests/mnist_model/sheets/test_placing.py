"""A run's sheet comes into the workbook, whatever else happens to that at the same time."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from backprop_xlsx.spreadsheet.command_line import exit_status
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from mnist_model.sheets.run import put_runs
from tests.mnist_model.processes import context
from tests.mnist_model.records import record

LARGEST_FILE = 200_000
"""Bytes; the default book has more."""


def put_one(workbook: Path, seed: int) -> str:
    """Puts the sheet of one run in; what a training does in a process of its own."""
    return put_runs(workbook, [record(seed=seed, epochs=2)], replace=False)


@pytest.mark.slow
def test_two_trainings_that_end_together_both_arrive_in_a_new_workbook(tmp_path: Path) -> None:
    workbook = tmp_path / "Backpropagation.xlsx"
    with ProcessPoolExecutor(2, mp_context=context()) as pool:
        names = list(pool.map(put_one, [workbook] * 2, (0, 1)))
    sheets = [sheet.name for sheet in read_book(workbook).sheets]
    assert set(sheets[-2:]) == set(names)
    assert len(set(names)) == 2
    assert "Checks" in sheets  # the default book is there once, and whole
    assert os.listdir(tmp_path) == [workbook.name]


def put_on_a_full_disk(folder: Path) -> int:
    """The end of a training whose files may not grow beyond some bytes; its exit status."""
    import resource

    from mnist_model.commands.train import put_into_workbook

    options = Namespace(
        workbook=folder / "Book.xlsx", runs=folder / "runs", resume=False, overwrite=False
    )
    with (folder / "stderr").open("w") as sys.stderr:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, resource.RLIM_INFINITY))
        return exit_status(
            lambda: put_into_workbook(options, [record(seed=0, epochs=2)]), "interrupted"
        )


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_gets_one_line_that_says_how_the_sheet_is_had_later(
    tmp_path: Path,
) -> None:
    with ProcessPoolExecutor(1, mp_context=context()) as pool:
        assert pool.submit(put_on_a_full_disk, tmp_path).result() == 2
    (line,) = (tmp_path / "stderr").read_text().splitlines()
    assert line.startswith(f"error: {tmp_path / 'Book.xlsx'}: cannot be written (File too large)")
    assert "--resume puts its sheet in without training again" in line
    assert os.listdir(tmp_path) == ["stderr"]
