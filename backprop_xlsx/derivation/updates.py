"""The update of each optimiser: what it keeps of a weight, and the weight's new value."""

from __future__ import annotations

from backprop_xlsx.derivation.lines import Extent, Line, Part, mean_gradient, written
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import STEP, gradient_name, label
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.words import plural, run_letter

# With more lines than this in all, the updates are shown for the first weight of each layer.
MOST_LINES = 25


def updates(experiment: Experiment) -> list[Part]:
    """A part for each different optimiser."""
    kinds: dict[tuple[type[Optimiser], bool], list[int]] = {}
    for run, optimiser in enumerate(experiment.optimisers):
        kinds.setdefault((type(optimiser), optimiser.weight_decay > 0), []).append(run)
    most = MOST_LINES // len(kinds)
    if len(kinds) == 1:
        return [_update(experiment, 0, (), most)]
    return [_update(experiment, runs[0], tuple(runs), most) for runs in kinds.values()]


def _update(experiment: Experiment, run: int, runs: tuple[int, ...], most_lines: int) -> Part:
    optimiser = experiment.optimisers[run]
    names = _shown(experiment, most_lines // (1 + len(optimiser.states)))
    several = experiment.samples_a_step > 1
    lines = [line for name in names for line in _lines(optimiser, name, several)]
    if any(Symbol(STEP) in line.expression.leaves() for line in lines):
        count = Symbol(STEP).before + 1
        lines.insert(0, Line(STEP, count, "the number of this update", quantity=STEP, step=1))
    title = "The update"
    if runs:
        title += f": {optimiser.title}, {_runs_in_words(runs)}"
    elif optimiser.title != "gradient descent":
        title += f": {optimiser.title}"
    explanation = _explanation(experiment, optimiser, runs, len(names))
    return Part(title, explanation, tuple(lines), runs)


def _runs_in_words(runs: tuple[int, ...]) -> str:
    return f"{plural(len(runs), 'run')} {', '.join(map(run_letter, runs))}"


def _shown(experiment: Experiment, most: int) -> tuple[str, ...]:
    """The weights and biases whose updates are shown, in the order of their numbers."""
    network, extent = experiment.network, Extent(experiment.network)
    if extent.complete and len(network.parameters) <= most:
        return network.parameters
    return tuple(extent.of_layer(layer)[0] for layer in extent.layers)


def _lines(optimiser: Optimiser, parameter: str, several: bool) -> list[Line]:
    """What is kept of a weight or bias, then its new value; ``several`` samples a step."""
    lines = []
    for quantity, equation in optimiser.updates(parameter).items():
        text = written(equation)
        if quantity == parameter:
            # What is kept is that of the same update; all else is from before it.
            for state in optimiser.state_names(parameter):
                text = text.replace(state, f"new {state}")
        if several:
            text = text.replace(label(gradient_name(parameter)), mean_gradient(parameter))
        lines.append(Line(quantity, equation, text, step=1))
    return lines


def _explanation(
    experiment: Experiment, optimiser: Optimiser, runs: tuple[int, ...], shown: int
) -> str:
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
            "above."
        )
    else:
        text = (
            f"{every} takes a step against its gradient, all at once, from the values above; "
            "η is the learning rate."
        )
    if runs:
        chosen = "" if len(runs) == 1 else "the chosen run if it is one of these, else of "
        text += f" The numbers are those of {chosen}run {run_letter(runs[0])}."
    if optimiser.weight_decay:
        text += " Weight decay adds λ · w to each gradient."
    if shown < len(network.parameters):
        text += " Shown for the first weight of each layer."
    words = "weights and biases" if biases else "weights"
    return f"{text} The forward pass starts again with the new {words}."
