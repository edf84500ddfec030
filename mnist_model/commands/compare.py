"""Compare several networks under one protocol, beside what is claimed of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from backprop_xlsx.spreadsheet.command_line import Parser, exit_status
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError
from mnist_model.commands.train import (
    add_common_options,
    check_common_options,
    plan_of,
    prepare_runs,
    train_seeds,
)
from mnist_model.sheets.comparison import ComparisonEntry, LadderStep, put_comparison
from mnist_model.training.data.augment import Published
from mnist_model.training.machine.distributed import World
from mnist_model.training.recipes import DEFAULT_RECIPE, PUBLISHED, RECIPES, Recipe, choose_recipe
from mnist_model.training.record import Record

INTERRUPTED = "interrupted; the same command with --resume keeps what is finished and goes on"


def ladder(epochs: int) -> tuple[tuple[str, Recipe], ...]:
    """How the author of network 19512 got there, step by step: what was added, and the recipe."""
    plain = Recipe("ladder-1-baseline", "17578", epochs, "Adam", 0.01, "constant", None)
    normed = replace(plain, name="ladder-2-normed", network="17626")
    pooled = replace(normed, name="ladder-3-pooled", network="19512")
    augmented = replace(pooled, name="ladder-4-augmented", augmentation=Published(jitter=0.2))
    scheduled = replace(augmented, name="ladder-5-scheduled", schedule="step", decay=0.8)
    return (
        ("two convolutions and three linear layers", plain),
        ("BatchNorm and Dropout", normed),
        ("global average pooling, its parameters spent on more convolutions", pooled),
        ("augmentation: rotation, crop, brightness and contrast", augmented),
        ("schedule: the learning rate times 0.8 after every epoch", scheduled),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 where something could not be used, read or written."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options), INTERRUPTED)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m mnist_model.compare",
        description="Train this project's recipes and the five published networks, these under "
        "one recipe of ours, and put one sheet into the workbook: parameters and accuracy, claimed "
        "and measured, and the ladder from a baseline to network 19512.",
        epilog="Exit status: 0 trained and written, 2 something could not be used, read or "
        "written, 130 interrupted.",
    )
    parser.add_argument(
        "--recipes", nargs="*", default=list(RECIPES), metavar="NAME", help="default: all"
    )
    parser.add_argument(
        "--networks",
        nargs="*",
        default=list(PUBLISHED),
        metavar="NAME",
        help="default: the five published ones",
    )
    parser.add_argument(
        "--protocol",
        default=DEFAULT_RECIPE,
        metavar="NAME",
        help="the recipe that trains --networks, or 'published': each as its author did "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--ladder-epochs",
        type=int,
        default=10,
        metavar="N",
        help="epochs of each step of the ladder, 0 for no ladder (default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipes' own")
    add_common_options(parser)
    return parser


def _run(options: argparse.Namespace) -> None:
    protocol = None if options.protocol == "published" else options.protocol
    own = [choose_recipe(name, None, options.epochs) for name in options.recipes]
    others = [choose_recipe(protocol, name, options.epochs) for name in options.networks]
    if options.ladder_epochs < 0:
        raise InputError(f"--ladder-epochs {options.ladder_epochs}: expected 0 or more")
    steps = ladder(options.ladder_epochs) if options.ladder_epochs else ()
    if not own and not others and not steps:
        raise InputError("nothing to compare; name --recipes, --networks or --ladder-epochs")
    plan = plan_of(options, check_common_options(options))
    for recipe in (*own, *others, *(step for _, step in steps)):
        prepare_runs(plan, recipe)

    def runs_of(recipe: Recipe) -> tuple[Record, ...]:
        return train_seeds(plan, recipe, World())

    entries = [ComparisonEntry(recipe.name, recipe.name, runs_of(recipe)) for recipe in own]
    entries += [
        ComparisonEntry(recipe.network, options.protocol, runs_of(recipe)) for recipe in others
    ]
    rungs = [LadderStep(added, runs_of(recipe)) for added, recipe in steps]
    _put(options, entries, rungs)


def _put(
    options: argparse.Namespace, entries: Sequence[ComparisonEntry], rungs: Sequence[LadderStep]
) -> None:
    try:
        replaces = options.resume or options.overwrite
        name = put_comparison(options.workbook, entries, rungs, replaces)
    except BackpropError as error:
        raise FileError(
            f"{error}; the runs are complete in {options.runs}, and the same command with "
            "--resume puts the sheet in without training again"
        ) from error
    print(f"{options.workbook}: sheet {name} written")
