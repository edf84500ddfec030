"""Workbooks as the page makes them: what may be chosen, the losses, and the file."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backprop_xlsx import reference
from backprop_xlsx.formula.names import step_loss
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.optimisers import OPTIMISERS
from backprop_xlsx.model.setting_keys import changed
from backprop_xlsx.model.settings import DEFAULT_PRESET, preset_names, preset_settings
from backprop_xlsx.model.valid import BIASES
from backprop_xlsx.site.in_page.calls import Answer
from backprop_xlsx.spreadsheet.command_line import DEFAULT_WORKBOOK, decimals, whole, words
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.workbook.build import write_workbook
from backprop_xlsx.workbook.layout import Run, runs, series_prefix

_READ = {
    "learning_rates": decimals,
    "targets": decimals,
    "steps": whole,
    "optimiser": words,
}
"""How the command reads the texts of these settings; the others are taken as they are."""


def choices() -> Answer:
    """What each setting may be, for the form; and the preset to begin with."""
    return {
        "preset": list(preset_names()),
        "activation": list(ACTIVATIONS),
        "output_activation": [*ACTIVATIONS, SOFTMAX],
        "biases": list(BIASES),
        "loss": list(LOSSES),
        "optimiser": list(OPTIMISERS),
        "begin_with": DEFAULT_PRESET,
    }, []


def losses(preset: str, given: Mapping[str, str]) -> Answer:
    """The loss of every run at every step, and what the book will be called."""
    experiment = _experiment(preset, given)
    name = step_loss(experiment.samples_a_step)
    trained = reference.train(experiment)
    return {
        "title": experiment.title,
        "network": str(experiment.network),
        "runs": [
            {"name": _name(run), "losses": quantities[name].tolist()}
            for run, quantities in zip(runs(experiment), trained, strict=True)
        ],
    }, []


def make(preset: str, given: Mapping[str, str]) -> Answer:
    """The workbook that the command would write, but for rounding in what is cached."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DEFAULT_WORKBOOK
        write_workbook(_experiment(preset, given), path)
        return {"name": DEFAULT_WORKBOOK}, [path.read_bytes()]


def _name(run: Run) -> str:
    return f"{series_prefix(run)}{run.optimiser.learning_rate:.15g}"


def _experiment(preset: str, given: Mapping[str, str]) -> Experiment:
    """The preset with what the form changes; an empty field leaves it as it is."""
    settings = {name: _read(name, text.strip()) for name, text in given.items() if text.strip()}
    return Experiment.of(changed(preset_settings(preset), settings))


def _read(name: str, text: str) -> Any:
    reader = _READ.get(name)
    try:
        return text if reader is None else reader(text)
    except argparse.ArgumentTypeError as error:
        raise InputError(f"{name.replace('_', ' ')}: {error}") from None
