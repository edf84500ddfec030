"""python -m backprop_xlsx: write the workbook, verify it, and put it in its place."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.command_line import Parser
from backprop_xlsx.errors import BackpropError, VerificationError
from backprop_xlsx.experiment import (
    DEFAULT_PRESET,
    LARGEST_NUMBER_OF_LEARNING_RATES,
    Experiment,
    preset_names,
)
from backprop_xlsx.files import beside, place
from backprop_xlsx.recalculate import ENGINES
from backprop_xlsx.verify import verify
from backprop_xlsx.workbook.build import write_workbook

DEFAULT_FILE = "Backpropagation.xlsx"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 1 if the book does not verify, or 2 for unusable input."""
    options = _parser().parse_args(arguments)
    try:
        experiment = _experiment(options)
        _write(experiment, options.out)
    except VerificationError as error:
        print(f"not verified, nothing written: {error}", file=sys.stderr)
        return 1
    except BackpropError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted, nothing written", file=sys.stderr)
        return 130
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m backprop_xlsx",
        description="Write a workbook in which a neural network learns by back-propagation, "
        "every number a live formula, and prove it right with other spreadsheet engines.",
        epilog="Exit status: 0 written and verified, 1 the recalculated book differs from the "
        "reference, 2 unusable input.",
    )
    parser.add_argument(
        "--preset",
        default=DEFAULT_PRESET,
        metavar="NAME",
        help=f"start values to begin with: {', '.join(preset_names())} (default: %(default)s)",
    )
    parser.add_argument(
        "--learning-rates",
        type=float,
        nargs="+",
        metavar="RATE",
        help=f"one to {LARGEST_NUMBER_OF_LEARNING_RATES} learning rates, one run each",
    )
    parser.add_argument("--steps", type=int, metavar="N", help="number of weight updates")
    parser.add_argument("--inputs", type=float, nargs="+", metavar="I", help="i1 i2")
    parser.add_argument("--targets", type=float, nargs="+", metavar="T", help="t1 t2")
    parser.add_argument("--weights", type=float, nargs="+", metavar="W", help="w1 … w8")
    parser.add_argument(
        "--out", type=Path, default=Path(DEFAULT_FILE), metavar="FILE", help="default: %(default)s"
    )
    return parser


def _experiment(options: argparse.Namespace) -> Experiment:
    names = ("learning_rates", "steps", "inputs", "targets", "weights")
    given = {name: getattr(options, name) for name in names}
    changes = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(Experiment.preset(options.preset), **changes)


def _write(experiment: Experiment, target: Path) -> None:
    with beside(target) as temporary:
        write_workbook(experiment, temporary)
        verification = verify(temporary, experiment)
        placed = place(temporary, target)
    print(f"{placed.path}: {'as it was' if placed.unchanged else 'written'}")
    if placed.kept:
        print(f"{placed.kept}: the book that was there before, kept")
    print(
        f"verified: {verification.formulas:,} formulas recalculated by "
        f"{' and '.join(verification.engines)} and compared with numpy; largest difference "
        f"in a step {verification.largest_difference:.1e}"
    )
    for missing in sorted(set(ENGINES) - set(verification.engines)):
        print(f"{missing} is not installed here and took no part")
    if verification.unsteady:
        print(
            f"{', '.join(verification.unsteady)}: amplifies rounding, so each step was compared "
            "but not the run as a whole"
        )


if __name__ == "__main__":
    sys.exit(main())
