"""What a run leaves behind: its folder's files, and the record that is read from them.

runs/standard-seed0/epochs.csv   one line an epoch, written after each
runs/standard-seed0/run.json     everything else, written last: where it is, the run is complete
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.files import write

EPOCHS_FILE = "epochs.csv"
RUN_FILE = "run.json"
MODEL_FILE = "model.safetensors"
CLASSES = 10
IMAGE_SIDE = 28

Setting = str | int | float
Pixels = tuple[tuple[int, ...], ...]  # 28 rows of 28, 0 (background) … 255 (ink)


@dataclass(frozen=True)
class Epoch:
    """One line of epochs.csv: accuracies in per cent, the learning rate at the epoch's end.

    The training loss and accuracy are means over the epoch's batches as they were trained on
    (augmented, with dropout, and the hardest images alone where the recipe says so); ``seconds``
    is training alone, without the scoring.
    """

    epoch: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float


@dataclass(frozen=True)
class LayerRow:
    """One layer of a network, as the layer table shows it; shapes without the batch.

    ``kernel``, ``stride`` and ``padding`` are None where a layer has none; ``groups`` is 1 but
    for depthwise convolutions (their number of channels). ``receptive_field`` is the side, in
    pixels of the picture, of what one output value depends on (at most the picture's side), and
    ``jump`` the distance of two neighbouring outputs in pixels of the picture.
    ``multiply_adds`` counts convolutions and linear layers, for one image.
    """

    operation: str
    kernel: int | None
    stride: int | None
    padding: int | None
    groups: int
    has_bias: bool
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    receptive_field: int
    jump: int
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Misreading:
    """An image of the test set that was read wrongly; ``probability`` is of what was predicted."""

    index: int
    target: int
    predicted: int
    probability: float
    pixels: Pixels


@dataclass(frozen=True)
class Distorted:
    """A training image as an epoch may show it to the network."""

    target: int
    pixels: Pixels


def scored_on(is_validation: bool) -> str:
    """What pictures are called that a run is scored on: held out of the training set, or not."""
    return "validation" if is_validation else "test"


@dataclass(frozen=True)
class Record:
    """A complete run. ``recipe`` is empty where a published network was trained as published.

    ``confusion[target][predicted]`` counts test images after the last epoch; ``mistakes`` are the
    worst, most certain first. ``is_validation`` says that "test" stands for images held out of
    the training set, ``is_sample`` that the data is the 5,000-image sample. ``settings`` are the
    recipe's, in words, for showing. ``learning_rates`` are pairs of how many epochs were trained
    and the rate then: the first, each epoch's last, and the highest. Runs of earlier versions
    have neither these nor ``distorted``, some training images as the recipe's augmentation makes
    them.
    """

    name: str
    recipe: str
    network: str
    parameters: int
    seed: int
    threads: int
    device: str
    data: str
    data_sha256: str
    train_images: int
    test_images: int
    is_sample: bool
    is_validation: bool
    train_seconds: float
    epochs: tuple[Epoch, ...]
    confusion: tuple[tuple[int, ...], ...]
    mistakes: tuple[Misreading, ...]
    layers: tuple[LayerRow, ...]
    has_batch_norm: bool
    has_dropout: bool
    has_pooling: bool
    settings: Mapping[str, Setting]
    versions: Mapping[str, str]
    machine: str
    learning_rates: tuple[tuple[float, float], ...] = ()
    distorted: tuple[Distorted, ...] = ()

    @property
    def scored(self) -> str:
        """What its pictures are called that it was scored on."""
        return scored_on(self.is_validation)

    @property
    def right(self) -> int:
        """How many pictures the last epoch read rightly."""
        return sum(row[digit] for digit, row in enumerate(self.confusion))

    @property
    def last_accuracy(self) -> float:
        """Accuracy on the test set after the last epoch, in per cent."""
        return self.epochs[-1].test_accuracy

    @property
    def best_accuracy(self) -> float:
        """The best epoch's accuracy on the test set: chosen by looking at it, so not a result."""
        return max(epoch.test_accuracy for epoch in self.epochs)


def write_epochs(folder: Path, epochs: Sequence[Epoch]) -> None:
    """Writes epochs.csv, at one go. Raises FileError as ``files.write`` does."""
    text = io.StringIO()
    table = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(epoch) for epoch in epochs)
    write(folder / EPOCHS_FILE, text.getvalue().encode())


def write_record(folder: Path, record: Record) -> None:
    """Writes epochs.csv and then run.json. Raises FileError if the folder cannot be written."""
    write_epochs(folder, record.epochs)
    content = {
        **asdict(record),
        "epochs": len(record.epochs),
        "test_accuracy": [epoch.test_accuracy for epoch in record.epochs],
        **{
            name: [{**asdict(picture), "pixels": _encoded(picture.pixels)} for picture in pictures]
            for name, pictures in (("mistakes", record.mistakes), ("distorted", record.distorted))
        },
    }
    write(folder / RUN_FILE, (json.dumps(content, indent=1) + "\n").encode())


def read_record(folder: Path) -> Record:
    """The record of a complete run.

    Raises FileError if the folder holds no complete run or its files are damaged.
    """
    if not (folder / RUN_FILE).is_file():
        problem = f"holds no complete run ({RUN_FILE} is missing)" if folder.is_dir() else "missing"
        raise FileError(
            f"{folder}: {problem}; expected a folder that mnist_model.train has written"
        )
    epochs = read_epochs(folder)
    try:
        content = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        values = {
            field.name: content[field.name]
            for field in fields(Record)
            if field.default is MISSING or field.name in content
        }
        count = values["epochs"]
        values["epochs"] = epochs
        values["confusion"] = tuple(tuple(int(n) for n in row) for row in values["confusion"])
        values["mistakes"] = tuple(_mistake(item) for item in values["mistakes"])
        values["distorted"] = tuple(
            Distorted(int(item["target"]), _pixels(item)) for item in values.get("distorted", ())
        )
        values["learning_rates"] = tuple(
            (float(at), float(rate)) for at, rate in values.get("learning_rates", ())
        )
        values["layers"] = tuple(_layer(item) for item in values["layers"])
        shape = numpy.shape(values["confusion"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise FileError(
            f"{folder / RUN_FILE}: damaged ({_words(error)}); run again with --overwrite"
        ) from error
    if shape != (CLASSES, CLASSES) or count != len(epochs):
        raise FileError(
            f"{folder / RUN_FILE}: says {count} epochs, {EPOCHS_FILE} has {len(epochs)}, and its "
            f"confusion matrix is of shape {shape}; run again with --overwrite"
        )
    return Record(**values)


def read_epochs(folder: Path) -> tuple[Epoch, ...]:
    """The lines of epochs.csv. Raises FileError if it is missing, empty or damaged."""
    path = folder / EPOCHS_FILE
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        epochs = tuple(
            Epoch(int(line["epoch"]), *(float(line[f.name]) for f in fields(Epoch)[1:]))
            for line in lines
        )
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise FileError(f"{path}: damaged ({_words(error)}); run again with --overwrite") from error
    if not epochs:
        raise FileError(f"{path}: holds no epoch; run again with --overwrite")
    return epochs


def _encoded(pixels: Pixels) -> str:
    return base64.b64encode(numpy.array(pixels, numpy.uint8).tobytes()).decode()


def _mistake(item: Mapping[str, Any]) -> Misreading:
    return Misreading(
        int(item["index"]),
        int(item["target"]),
        int(item["predicted"]),
        float(item["probability"]),
        _pixels(item),
    )


def _pixels(item: Mapping[str, Any]) -> Pixels:
    raw = numpy.frombuffer(base64.b64decode(item["pixels"], validate=True), numpy.uint8)
    return nested(raw.reshape(IMAGE_SIDE, IMAGE_SIDE))


def nested(pixels: numpy.typing.NDArray[numpy.uint8]) -> Pixels:
    """An image [28, 28] as nested tuples."""
    return tuple(tuple(row) for row in pixels.tolist())


def _layer(item: Mapping[str, Any]) -> LayerRow:
    values = dict(item)
    for shape in ("input_shape", "output_shape"):
        values[shape] = tuple(int(side) for side in values[shape])
    return LayerRow(**values)


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return " ".join(str(error).split())[:120]
