"""Train a network, keep the run, and put its sheet into the workbook."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from backprop_xlsx.spreadsheet.command_line import DEFAULT_WORKBOOK, Parser, exit_status
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError
from backprop_xlsx.spreadsheet.files import require_writable
from mnist_model.commands.progress import watched
from mnist_model.training.data import SAMPLE, Digits, load_digits
from mnist_model.training.loop import TrainingRun
from mnist_model.training.machine.distributed import World, join_world
from mnist_model.training.machine.threads import usable_processors
from mnist_model.training.networks import network_names
from mnist_model.training.recipes import DEFAULT_RECIPE, RECIPES, Recipe, choose_recipe, run_name
from mnist_model.training.record import Record
from mnist_model.training.session import complete, prepare_folder

DEFAULT_RUNS = "runs"
INTERRUPTED = "interrupted; the same command with --resume goes on after the last whole epoch"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 where something could not be used, read or written."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options), INTERRUPTED)


@dataclass(frozen=True)
class Plan:
    """What the options ask for, and found to be possible, whatever the recipe."""

    digits: Digits
    seeds: range
    device: torch.device
    runs: Path
    resume: bool
    overwrite: bool


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """The options that every command that trains has."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="train N seeds, from --seed upwards"
    )
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        help=f"folder with MNIST's four files, as they are or as .gz, or '{SAMPLE}' for the "
        "5,000-image sample (default: the cache, filled by a download)",
    )
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto, cpu or cuda (default: %(default)s)"
    )
    parser.add_argument(
        "--validate",
        action="store_true",
        help="train on 55,000 images and score on the other 5,000; the test set is not touched",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with runs that are there, keep finished ones"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="start runs that are there anew, replace the sheet"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="threads of the processor")
    parser.add_argument(
        "--workbook",
        type=Path,
        default=Path(DEFAULT_WORKBOOK),
        metavar="FILE",
        help="workbook to put the sheet into (default: %(default)s)",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path(DEFAULT_RUNS),
        metavar="FOLDER",
        help="where the runs' folders are (default: %(default)s)",
    )


def check_common_options(options: argparse.Namespace) -> torch.device:
    """Sets the number of threads; the device. Raises InputError for values that cannot be used."""
    for name, lowest in (("seed", 0), ("seeds", 1)):
        value = getattr(options, name)
        if value < lowest:
            raise InputError(f"--{name} {value}: expected {lowest} or more")
    most = usable_processors()
    if options.threads is not None and not 1 <= options.threads <= most:
        raise InputError(
            f"--threads {options.threads}: expected 1 to {most}, the processors that are here"
        )
    if options.resume and options.overwrite:
        raise InputError("--resume and --overwrite: expected one of them, they exclude each other")
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    return choose_device(options.device)


def choose_device(name: str) -> torch.device:
    """The device of that name; auto is CUDA where there is one. Raises InputError for others."""
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        name = "cuda" if has_cuda else "cpu"
    if name not in ("cpu", "cuda") or (name == "cuda" and not has_cuda):
        known = "auto, cpu or cuda" if has_cuda else "auto or cpu, there is no CUDA device here"
        raise InputError(f"--device {name}: expected {known}")
    return torch.device(name)


def put_into_workbook(options: argparse.Namespace, records: Sequence[Record]) -> None:
    """Puts the runs' sheet into the workbook, and says so.

    Raises FileError if the workbook cannot be written; it says how the sheet can be had later.
    """
    from mnist_model.sheets.run import put_runs

    try:
        name = put_runs(options.workbook, records, options.resume or options.overwrite)
    except BackpropError as error:
        raise FileError(
            f"{error}; the run is complete in {options.runs}, and the same command with --resume "
            "puts its sheet in without training again"
        ) from error
    print(f"{options.workbook}: sheet {name} written")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m mnist_model.train",
        description="Train a small convolutional network on MNIST, keep the run in a folder, and "
        "put its sheet into the workbook.",
        epilog="Exit status: 0 trained and written, 2 something could not be used, read or "
        "written, 130 interrupted.",
    )
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help=f"{', '.join(RECIPES)} (default: {DEFAULT_RECIPE}, unless --network is given)",
    )
    parser.add_argument(
        "--network",
        metavar="NAME",
        help=f"{', '.join(network_names())}; without --recipe it is trained as published",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    add_common_options(parser)
    return parser


def _run(options: argparse.Namespace) -> None:
    recipe = choose_recipe(options.recipe, options.network, options.epochs)
    device = check_common_options(options)
    with join_world(device) as world:
        if world.writes:
            _notice_if_unwritable(options.workbook)
        plan = plan_of(options, device)
        if world.writes:
            prepare_runs(plan, recipe)
        world.wait()
        records = train_seeds(plan, recipe, world)
    if world.writes:
        _summarise(records)
        put_into_workbook(options, records)


def plan_of(options: argparse.Namespace, device: torch.device) -> Plan:
    """The plan of the common options. Raises what ``data.load_digits`` does."""
    digits = load_digits(options.data)
    digits = (digits.held_out() if options.validate else digits).to(device)
    seeds = range(options.seed, options.seed + options.seeds)
    return Plan(digits, seeds, device, options.runs, options.resume, options.overwrite)


def prepare_runs(plan: Plan, recipe: Recipe) -> None:
    """Makes the folders of all seeds. Raises what ``session.prepare_folder`` does.

    A command does this for all that it will train, before it trains anything.
    """
    for seed in plan.seeds:
        prepare_folder(plan.runs / run_name(recipe, seed), plan.resume, plan.overwrite)


def train_seeds(plan: Plan, recipe: Recipe, world: World) -> tuple[Record, ...]:
    """Trains each seed of the plan in its folder; their records.

    Raises what :func:`mnist_model.training.session.complete` does.
    """
    records = []
    for seed in plan.seeds:
        folder = plan.runs / run_name(recipe, seed)
        run = TrainingRun(recipe, plan.digits, seed, folder, plan.device, world)
        with watched(run) as (on_step, on_epoch):
            records.append(complete(run, on_step, on_epoch))
    return tuple(records)


def _notice_if_unwritable(workbook: Path) -> None:
    # Not an error yet: there is time to close the workbook while the network trains.
    try:
        require_writable(workbook)
    except FileError as error:
        print(f"note: {error}, or the sheet cannot be put in after the training", file=sys.stderr)


def _summarise(records: Sequence[Record]) -> None:
    first = records[0]
    last = [record.last_accuracy for record in records]
    seconds = statistics.mean(record.train_seconds for record in records)
    sample = " (sample)" if first.is_sample else ""
    if len(last) == 1:
        print(
            f"{first.scored} accuracy after the last epoch{sample}: {last[0]:.2f} %, "
            f"{first.right:,} of {first.test_images:,}"
        )
    else:
        print(
            f"{first.scored} accuracy after the last epoch{sample}, {len(last)} seeds:\n"
            f"  mean {statistics.mean(last):.3f} %, standard deviation "
            f"{statistics.stdev(last):.3f}, worst {min(last):.2f} %"
        )
    print(f"  {first.parameters:,} parameters, {seconds:.1f} s of training")
