"""A run's record: what is written is what is read, and parts of two runs are not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_xlsx.spreadsheet.errors import FileError
from mnist_model.training.record import read_record, write_epochs, write_record
from tests.mnist_model.records import record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = record()
    write_record(tmp_path, written)
    assert read_record(tmp_path) == written


def test_a_folder_without_a_complete_run_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"holds no complete run \(run\.json is missing\)"):
        read_record(tmp_path)
    with pytest.raises(FileError, match="nowhere: missing; expected a folder that"):
        read_record(tmp_path / "nowhere")


def test_the_epochs_of_another_run_are_not_taken_for_its_own(tmp_path: Path) -> None:
    write_record(tmp_path, record(epochs=5))
    write_epochs(tmp_path, record(epochs=4).epochs)
    with pytest.raises(FileError, match=r"says 5 epochs, epochs\.csv has 4"):
        read_record(tmp_path)


def test_a_confusion_matrix_of_other_classes_is_refused(tmp_path: Path) -> None:
    write_record(tmp_path, record(confusion=((9, 1), (2, 8))))
    with pytest.raises(FileError, match=r"confusion matrix is of shape \(2, 2\)"):
        read_record(tmp_path)
