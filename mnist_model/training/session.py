"""A run from its empty folder to its complete one: prepared, trained, scored and written down."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy
import torch
from torch import nn

from backprop_xlsx.spreadsheet.errors import FileError, InputError
from mnist_model.training.checkpoint import CHECKPOINT_FILE, save_model
from mnist_model.training.curves import draw_curves, draw_mistakes
from mnist_model.training.loop import TrainingRun, ignore, train
from mnist_model.training.machine.processor import has_bfloat16
from mnist_model.training.networks import DROPOUTS, NORMS, POOLINGS, has_layer, parameter_count
from mnist_model.training.networks.architecture import layer_table
from mnist_model.training.record import (
    EPOCHS_FILE,
    MODEL_FILE,
    RUN_FILE,
    Distorted,
    Epoch,
    Record,
    nested,
    read_record,
    write_record,
)
from mnist_model.training.score import confusion, logits_of, scaled, worst_mistakes

CURVES_FILE = "curves.png"
MISTAKES_FILE = "mistakes.png"
DISTORTED = 16
OWN_FILES = {EPOCHS_FILE, RUN_FILE, MODEL_FILE, CHECKPOINT_FILE, CURVES_FILE, MISTAKES_FILE}


def prepare_folder(folder: Path, resume: bool, overwrite: bool) -> None:
    """Makes a run's folder, or clears it, or leaves it as it is to be resumed.

    Raises InputError if it is there and neither was asked for, or holds files that no run
    writes and would be cleared; FileError if it cannot be made.
    """
    try:
        if folder.is_dir() and any(folder.iterdir()):
            if overwrite:
                _clear(folder)
            elif not resume:
                raise InputError(
                    f"{folder}: is there already; --resume goes on with it, --overwrite starts anew"
                )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{folder}: cannot be made a run's folder ({error.strerror}); choose another --runs"
        ) from error


def complete(
    run: TrainingRun,
    on_step: Callable[[int, int], None] = ignore,
    on_epoch: Callable[[Epoch], None] = ignore,
) -> Record:
    """Trains a run from where its folder stands and completes the folder; its record.

    A folder that is complete already is only read. Raises what :func:`training.loop.train`
    and :func:`training.record.read_record` do.
    """
    if (run.folder / RUN_FILE).exists():
        return _finished(run)
    network, epochs = train(run, on_step, on_epoch)
    record = record_of(run, network, epochs)
    if run.world.writes:
        save_model(run.folder, run.recipe.network, network)
        draw_curves(run.folder / CURVES_FILE, record)
        draw_mistakes(run.folder / MISTAKES_FILE, record.mistakes)
        write_record(run.folder, record)
        (run.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    return record


def record_of(run: TrainingRun, network: nn.Sequential, epochs: tuple[Epoch, ...]) -> Record:
    """The record of a trained network: scored once more, on every picture of the test set."""
    digits = run.digits
    logits = logits_of(network, digits.test_images)
    return Record(
        name=run.folder.name,
        recipe=run.recipe.name,
        network=run.recipe.network,
        parameters=parameter_count(network),
        seed=run.seed,
        threads=torch.get_num_threads(),
        device=str(run.device),
        data=digits.source,
        data_sha256=digits.sha256,
        train_images=len(digits.train_images),
        test_images=len(digits.test_images),
        is_sample=digits.is_sample,
        is_validation=digits.is_validation,
        train_seconds=sum(epoch.seconds for epoch in epochs),
        epochs=epochs,
        confusion=confusion(logits, digits.test_targets),
        mistakes=worst_mistakes(logits, digits.test_targets, digits.test_images),
        layers=layer_table(network),
        has_batch_norm=has_layer(network, NORMS),
        has_dropout=has_layer(network, DROPOUTS),
        has_pooling=has_layer(network, POOLINGS),
        settings={
            **run.recipe.settings(),
            "precision": "bfloat16 autocast" if has_bfloat16(run.device) else "float32",
            "processes": run.world.size,
        },
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
        machine=_machine(),
        learning_rates=run.recipe.learning_rates(len(digits.train_images)),
        distorted=_distorted(run),
    )


def _distorted(run: TrainingRun) -> tuple[Distorted, ...]:
    """Some training images, evenly spread, as an epoch may show them."""
    images, targets = run.digits.train_images, run.digits.train_targets
    chosen = torch.arange(DISTORTED) * len(images) // DISTORTED
    values = scaled(images[chosen])
    if run.recipe.augmentation is not None:
        torch.manual_seed(run.seed)
        values = run.recipe.augmentation(values)
    pixels = (values * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
    return tuple(
        Distorted(int(target), nested(picture[0]))
        for target, picture in zip(targets[chosen], pixels, strict=True)
    )


def _finished(run: TrainingRun) -> Record:
    record = read_record(run.folder)
    settings = run.recipe.settings()
    now = (len(record.epochs), record.data_sha256, record.is_validation, record.network)
    asked = (run.recipe.epochs, run.digits.sha256, run.digits.is_validation, run.recipe.network)
    if now != asked or any(record.settings.get(key) != settings[key] for key in settings):
        raise InputError(
            f"{run.folder}: is complete, but was trained differently ({len(record.epochs)} epochs "
            f"of network {record.network}, {record.data}); start as before, or run again with "
            "--overwrite"
        )
    return record


def _clear(folder: Path) -> None:
    strange = sorted(path.name for path in folder.iterdir() if path.name not in OWN_FILES)
    if strange:
        raise InputError(
            f"{folder}: holds {strange[0]}, which no run has written; move it away before "
            "--overwrite clears the folder"
        )
    shutil.rmtree(folder)


def _machine() -> str:
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in information.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        processor = names[0] if names else processor
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return f"{processor}, {os.cpu_count()} cores{gpu}, {platform.system()}"
