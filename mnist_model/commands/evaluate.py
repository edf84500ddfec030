"""Score a saved model, or let it read one picture."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.spreadsheet.command_line import Parser, exit_status
from mnist_model.handwriting import in_characters, read_picture
from mnist_model.training.checkpoint import load_model
from mnist_model.training.data import SAMPLE, digits_of
from mnist_model.training.record import read_record
from mnist_model.training.score import SURE, logits_of, score


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 where something could not be used or read."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options), "interrupted")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m mnist_model.evaluate",
        description="Score trained models on the images that their runs were scored on, or let "
        "them read one picture.",
        epilog="Exit status: 0 scored, 2 something could not be used or read.",
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="a run's folder")
    parser.add_argument(
        "--data", metavar="FOLDER", help=f"as for mnist_model.train; '{SAMPLE}' is the sample"
    )
    parser.add_argument("--image", type=Path, metavar="FILE", help="a picture of one digit")
    return parser


def _run(options: argparse.Namespace) -> None:
    for folder in options.runs:
        if options.image is None:
            _score(folder, options.data)
        else:
            _read(folder, options.image)


def _score(folder: Path, data: str | None) -> None:
    record = read_record(folder)
    _, network = load_model(folder)
    digits = digits_of(record, data)
    result = score(logits_of(network, digits.test_images), digits.test_targets)
    known = (
        f"{record.last_accuracy:.2f} % in the run's record"
        if digits.sha256 == record.data_sha256
        else "other data than the run's"
    )
    print(
        f"{folder}: {record.scored} accuracy {result.accuracy:.2f} %, loss {result.loss:.4f}\n"
        f"  on {len(digits.test_images):,} images; {known}"
    )


def _read(folder: Path, image: Path) -> None:
    _, network = load_model(folder)
    pixels = read_picture(image)
    probabilities = logits_of(network, pixels).softmax(1)[0].tolist()
    best = probabilities.index(max(probabilities))
    print(f"{image}, as the network sees it:")
    print(in_characters(pixels))
    doubt = "" if probabilities[best] >= SURE else ", but it may be no digit"
    print(f"{image}: {best}{doubt} ({folder})")
    for digit, probability in enumerate(probabilities):
        print(f"  {digit}  {probability:8.4%}  {'#' * round(40 * probability)}".rstrip())
