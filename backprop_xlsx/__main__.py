"""python -m backprop_xlsx: write the workbook, verify it, and put it in its place."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backprop_xlsx.exercise.practice import PARTS
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.optimisers import OPTIMISERS
from backprop_xlsx.model.setting_keys import KEYS, changed
from backprop_xlsx.model.settings import (
    DEFAULT_PRESET,
    preset_names,
    preset_settings,
    read_settings,
)
from backprop_xlsx.model.valid import (
    BATCHES,
    BIASES,
    DRAWS,
    LARGEST_NUMBER_OF_RUNS,
    check_seed,
)
from backprop_xlsx.spreadsheet.command_line import (
    DEFAULT_WORKBOOK,
    Listed,
    Parser,
    as_values,
    decimals,
    exit_status,
    print_absent,
    print_placed,
    whole,
    words,
    workbook,
)
from backprop_xlsx.spreadsheet.engines import ENGINES
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.files import beside, place
from backprop_xlsx.spreadsheet.progress import part_of, shown_progress
from backprop_xlsx.verification import verify
from backprop_xlsx.workbook.build import write_workbook

DEFAULT_EXERCISE = "Exercise.xlsx"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 1 if the book does not verify, or 2 for unusable input."""
    options = _parser().parse_args(as_values(arguments))
    if options.exercise:
        return exit_status(lambda: _write_exercise(options), "interrupted, no book half-written")
    return exit_status(lambda: _write(options), "interrupted, nothing written")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m backprop_xlsx",
        description="Write a workbook in which a neural network learns by back-propagation, "
        "every number a live formula, and prove it right with other spreadsheet engines.",
        epilog="Exit status: 0 written and verified, 1 the recalculated book differs from the "
        "reference, 2 unusable input.",
    )
    start = parser.add_argument_group("what to begin with").add_mutually_exclusive_group()
    start.add_argument(
        "--preset",
        metavar="NAME",
        help=f"one of: {', '.join(preset_names())} (default: {DEFAULT_PRESET})",
    )
    start.add_argument("--config", type=Path, metavar="FILE", help="a TOML file of settings")

    network = parser.add_argument_group("the network")
    network.add_argument("--layers", metavar="SHAPE", help="inputs and neurons, as 2-3-1")
    names = ", ".join(ACTIVATIONS)
    network.add_argument("--activation", metavar="NAME", help=f"of the hidden layers: {names}")
    network.add_argument(
        "--output-activation", metavar="NAME", help=f"of the last layer: {names}, {SOFTMAX}"
    )
    network.add_argument("--biases", metavar="HOW", help=", ".join(BIASES))
    network.add_argument("--loss", metavar="NAME", help=", ".join(LOSSES))

    several: dict[str, Any] = {"nargs": "+", "action": Listed}
    numbers = several | {"type": decimals}
    learning = parser.add_argument_group("what it learns from, and how")
    learning.add_argument("--inputs", **numbers, metavar="I", help="i1 i2 …")
    learning.add_argument("--targets", **numbers, metavar="T", help="t1 t2 …")
    learning.add_argument(
        "--samples",
        metavar="FILE",
        help="a CSV file: on each line the inputs, then the targets or a class",
    )
    learning.add_argument(
        *("--standardise", "--standardize"),
        action="store_const",
        const=True,
        help="each input less its mean, divided by its standard deviation",
    )
    learning.add_argument(
        "--batch", metavar="HOW", help=f"samples a step: {' or '.join(BATCHES)} of them, in turn"
    )
    learning.add_argument("--weights", **numbers, metavar="W", help="w1 w2 …")
    learning.add_argument("--bias-values", **numbers, metavar="B", help="b1 b2 …")
    learning.add_argument("--draw", metavar="HOW", help=f"draw the weights: {', '.join(DRAWS)}")
    learning.add_argument(
        "--seed",
        type=whole,
        metavar="N",
        help="of the drawn weights, or of the start values of --exercise; 0 unless given",
    )
    learning.add_argument("--steps", type=whole, metavar="N", help="number of weight updates")
    learning.add_argument(
        "--learning-rates",
        **numbers,
        metavar="RATE",
        help=f"one run for each, with each optimiser; at most {LARGEST_NUMBER_OF_RUNS} runs",
    )
    learning.add_argument(
        *("--optimiser", "--optimizer"),
        **(several | {"type": words}),
        metavar="NAME",
        help=f"one or more of: {', '.join(OPTIMISERS)}",
    )
    learning.add_argument(
        "--weight-decay", type=float, metavar="λ", help="times w, added to each gradient"
    )
    practice = parser.add_argument_group("a book to practise in")
    practice.add_argument(
        "--exercise",
        action="store_true",
        help="instead: one step with cells to fill in that mark themselves, and its answers",
    )
    practice.add_argument(
        "--blank",
        **(several | {"type": words}),
        metavar="PART",
        help=f"what is to be filled in, all unless given: {', '.join(PARTS)}",
    )
    practice.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="a CSV file of names, or names and identifiers: a book for each, and a key",
    )
    parser.add_argument(
        *("--out", "-o"),
        type=workbook,
        metavar="FILE",
        help=f"default: {DEFAULT_WORKBOOK}, or {DEFAULT_EXERCISE} with --exercise",
    )
    return parser


def _experiment(options: argparse.Namespace) -> Experiment:
    """The settings to begin with, and what the options change in them."""
    if options.config is not None:
        settings = read_settings(options.config)
    else:
        settings = preset_settings(options.preset or DEFAULT_PRESET)
    given: dict[str, Any] = {
        name: value for name, value in vars(options).items() if value is not None and name in KEYS
    }
    return Experiment.of(changed(settings, given))


def _write_exercise(options: argparse.Namespace) -> None:
    # Here, so that other books need not wait for it.
    from backprop_xlsx.exercise.command import run

    seed = options.seed or 0
    options.seed = None  # the network's own weights are no part of what is drawn
    check_seed(seed)
    target = options.out or Path(DEFAULT_EXERCISE)
    run(_experiment(options), options.blank or PARTS, options.roster, seed, target)


def _write(options: argparse.Namespace) -> None:
    for name in ("blank", "roster"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name}: is for a book to practise in; add --exercise")
    experiment, target = _experiment(options), options.out or Path(DEFAULT_WORKBOOK)
    with beside(target) as temporary:
        with shown_progress() as report:
            write_workbook(experiment, temporary, part_of(report, 0, 0.5))
            verification = verify(temporary, experiment, report=part_of(report, 0.5, 1))
        placed = place(temporary, target)
    print_placed(placed)
    print(
        f"verified: {verification.formulas:,} formulas recalculated by "
        f"{' and '.join(verification.engines)} and compared with numpy; largest difference "
        f"in a step {verification.largest_difference:.1e}"
    )
    print_absent(ENGINES, verification.engines)
    if verification.unsteady:
        print(
            f"{', '.join(verification.unsteady)}: amplifies rounding, so each step was compared "
            "but not the run as a whole"
        )


if __name__ == "__main__":
    sys.exit(main())
