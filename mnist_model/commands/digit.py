"""Write a trained network as a workbook that reads a digit, and verify it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.spreadsheet.command_line import Parser, exit_status, print_absent, print_placed
from backprop_xlsx.spreadsheet.engines import ENGINES
from backprop_xlsx.spreadsheet.files import beside, place, require_writable
from mnist_model.digit.book import Plan, plan, write
from mnist_model.digit.mnist import mnist_examples
from mnist_model.digit.network.reading import BATCH_NORMS
from mnist_model.digit.verification import verify_planned
from mnist_model.training.checkpoint import load_model
from mnist_model.training.data import SAMPLE, digits_of
from mnist_model.training.networks.architecture import INPUT_SHAPE
from mnist_model.training.record import read_record

DEFAULT_FILE = "Digit.xlsx"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 1 if the book does not verify, or 2 for unusable input."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options), "interrupted, nothing written")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m mnist_model.digit",
        description="Write a trained network as a workbook that reads handwritten digits with "
        "live formulas, and prove it right with other spreadsheet engines.",
        epilog="Exit status: 0 written and verified, 1 the recalculated book differs from torch, "
        "2 unusable input.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run's folder")
    parser.add_argument(
        "--out", type=Path, default=Path(DEFAULT_FILE), metavar="FILE", help="default: %(default)s"
    )
    parser.add_argument(
        "--batchnorm",
        choices=BATCH_NORMS,
        default=BATCH_NORMS[0],
        help="fold BatchNorm into the formulas, or show it on sheets of its own "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--data", metavar="FOLDER", help=f"as for mnist_model.train; '{SAMPLE}' is the sample"
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    require_writable(options.out)
    _write(_plan(options.run, options.data, options.batchnorm), options.out)


def _plan(run: Path, data: str | None, batch_norm: str) -> Plan:
    record = read_record(run)
    name, network = load_model(run)
    examples = mnist_examples(network, digits_of(record, data))
    title = (
        f"{record.name}: network {name}, {record.last_accuracy:.2f} % of "
        f"{record.test_images:,} {record.scored} images after epoch {len(record.epochs)}"
    )
    return plan(network, INPUT_SHAPE, examples, batch_norm, title)


def _write(planned: Plan, target: Path) -> None:
    with beside(target) as temporary:
        write(planned, temporary)
        verification = verify_planned(temporary, planned)
        placed = place(temporary, target)
    print_placed(placed)
    print(
        f"verified: {verification.formulas:,} formulas recalculated by "
        f"{' and '.join(verification.engines)};\n"
        f"  for {verification.inputs} digits the outputs differ from torch's in float64 by at most "
        f"{verification.largest_difference:.1e}"
    )
    print_absent(ENGINES, verification.engines)
