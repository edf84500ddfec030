"""The update of each optimiser: what it keeps of a weight, and the weight's new value."""

from __future__ import annotations

from backprop_xlsx.derivation.lines import Extent, Line, Part
from backprop_xlsx.formula.expression import Number, Symbol
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.names import STEP
from backprop_xlsx.model.optimisers import Optimiser

# With more lines than this in all, the updates are shown for the first weight of each layer.
MOST_LINES = 25


def updates(experiment: Experiment) -> list[Part]:
    """A part for each different optimiser, with the constants of the first run that has it."""
    first_runs: dict[tuple[type[Optimiser], bool], int] = {}
    for run, optimiser in enumerate(experiment.optimisers):
        kind = type(optimiser), optimiser.weight_decay > 0
        first_runs.setdefault(kind, run)
    number = len(first_runs)
    return [_update(experiment, run, MOST_LINES // number) for run in first_runs.values()]


def _update(experiment: Experiment, run: int, most_lines: int) -> Part:
    optimiser = experiment.optimisers[run]
    letter = chr(ord("A") + run)
    names = _shown(experiment, most_lines // (1 + len(optimiser.states)))
    lines = [line for name in names for line in _lines(optimiser, name)]
    if any(Symbol(STEP) in line.expression.leaves() for line in lines):
        lines.insert(0, Line(STEP, Number(1), "1, the number of the first update", step=1))
    title = "The update"
    if most_lines < MOST_LINES:
        title += f": {optimiser.title}, run {letter}"
    elif optimiser.title != "gradient descent":
        title += f": {optimiser.title}"
    explanation = _explanation(experiment, optimiser, letter, len(names))
    return Part(title, explanation, tuple(lines), run, tuple(optimiser.constants) if run else ())


def _shown(experiment: Experiment, most: int) -> tuple[str, ...]:
    """The weights and biases whose updates are shown, in the order of their numbers."""
    network, extent = experiment.network, Extent(experiment.network)
    if extent.complete and len(network.parameters) <= most:
        return network.parameters
    return tuple(extent.of_layer(layer)[0] for layer in extent.layers)


def _lines(optimiser: Optimiser, parameter: str) -> list[Line]:
    """What is kept of a weight or bias, then its new value."""
    lines = []
    for quantity, equation in optimiser.updates(parameter).items():
        text = equation.text()
        if quantity == parameter:
            # What is kept is that of the same update; all else is from before it.
            for state in optimiser.state_names(parameter):
                text = text.replace(state, f"new {state}")
        lines.append(Line(quantity, equation, text, step=1))
    return lines


def _explanation(experiment: Experiment, optimiser: Optimiser, letter: str, shown: int) -> str:
    network = experiment.network
    first, biases = network.parameters[0], network.biases == "trained"
    every = "Every weight and bias" if biases else "Every weight"
    if optimiser.states:
        kept = [
            f"the {words} ({state}_{first} of {first})" for state, words in optimiser.states.items()
        ]
        text = (
            f"Of {every.lower()} the optimiser keeps {' and '.join(kept)}, which "
            f"start{'s' if len(kept) == 1 else ''} at 0. All are updated at once, from the values "
            f"above; the constants are those of run {letter}."
        )
    else:
        text = (
            f"{every} takes a step against its gradient, all at once, from the values above; "
            f"η is the learning rate of run {letter}."
        )
    if optimiser.weight_decay:
        text += " Weight decay adds λ·w to each gradient."
    if shown < len(network.parameters):
        text += " Shown for the first weight of each layer."
    words = "weights and biases" if biases else "weights"
    return f"{text} The forward pass starts again with the new {words}."
