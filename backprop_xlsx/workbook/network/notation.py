"""What each name of a network's quantities stands for, and what the colours mean."""

from __future__ import annotations

from backprop_xlsx.equations import forward, pre_activation, written_out
from backprop_xlsx.formula.expression import Symbol
from backprop_xlsx.formula.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    LEARNING_RATE,
    MEAN_LOSS,
    SAMPLE,
    STEP,
    TOTAL_LOSS,
    exponential_name,
    gradient_name,
    label,
    sampled,
)
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.words import (
    CONSTANTS,
    activation_words,
    in_words,
    layer_words,
    plural,
    span,
)
from backprop_xlsx.workbook.layout import Groups

MOST_TERMS = 3  # a longer sum is written with its first two terms and its last one

Entry = tuple[str, str]  # a name, or the style of a colour, and its meaning

_COLOURS = {
    "inputs": "inputs",
    "targets": "targets",
    "weights": "weights",
    "forward": "forward pass",
    "loss": "loss",
    "deltas": "∂E/∂(pre-activation)",
    "gradients": "gradients",
    "state": "kept by the optimiser",
}

# The constants of the optimisers whose own names say too little.
_CONSTANTS_AT_LENGTH = {
    "λ": "weight decay: λ·w is added to the gradient of w",
    "μ": "momentum: how much of the velocity is kept at each step",
    "α": "smoothing: how much of the mean square is kept at each step",
    "β1": "how much of the smoothed gradient is kept at each step",
    "β2": "how much of the smoothed square is kept at each step",
    "ε": "epsilon, which keeps a divisor away from 0",
}


def notation(experiment: Experiment) -> list[Entry]:
    """Each name, or span of names, and what it stands for."""
    network = experiment.network
    entries = [(span(network.inputs), plural(len(network.inputs), "input"))]
    outputs = plural(len(network.outputs), "output")
    for layer in range(len(network.layers)):
        entries += _layer(network, layer)
    meaning = f"{plural(len(network.targets), 'target')}: what the {outputs} should be"
    entries.append((span(network.targets), meaning))
    entries.append(_losses(network))
    loss = TOTAL_LOSS
    if experiment.samples_a_step > 1:
        loss = MEAN_LOSS
        name = network.outputs[0].pre_activation
        entries.append((sampled(name, 1), f"{name} of sample 2, and so on"))
        mean = f"the mean of {TOTAL_LOSS} over the {in_words(experiment.samples_a_step)} samples"
        entries.append((MEAN_LOSS, f"{mean}: the loss of a step"))
    if experiment.in_turn:
        entries.append((SAMPLE, "the sample that a step sees: one after another, then again"))
    if not written_out(network, experiment.samples_a_step):
        names = [label(gradient_name(neuron.pre_activation)) for neuron in network.neurons]
        meaning = f"how {TOTAL_LOSS} changes with each pre-activation, from the outputs back"
        entries.append((span(names), meaning))
    gradients = [label(gradient_name(name)) for name in network.weights]
    entries.append((span(gradients), f"gradients: how {loss} changes with each weight"))
    if network.biases == "trained":
        gradients = [label(gradient_name(name)) for name in network.bias_names]
        entries.append((span(gradients), f"gradients: how {loss} changes with each bias"))
    return entries + _optimisers(experiment)


def legend(groups: Groups) -> list[Entry]:
    """The style of each colour of a run's columns, and what it stands for."""
    present = {group for group, _ in groups} | {"inputs", "targets"}
    listed = [(f"group_{group}", words) for group, words in _COLOURS.items() if group in present]
    return [("editable", "start value: edit it"), *listed]


def _layer(network: Network, index: int) -> list[Entry]:
    layer, of = network.layers[index], layer_words(network, index)
    first, count = layer.neurons[0], len(layer.neurons)
    sources = layer_words(network, index - 1)
    summed = _short(pre_activation(first).text())
    entries = [
        (
            span(layer.weights),
            f"{plural(len(layer.weights), 'weight')} from {sources} to {of}: "
            f"{first.pre_activation} = {summed}",
        ),
    ]
    if layer.biases:
        fixed = ", held fixed" if network.biases == "fixed" else ""
        entries.append((span(layer.biases), f"{'bias' if count == 1 else 'biases'} of {of}{fixed}"))
    names = span([neuron.pre_activation for neuron in layer.neurons])
    entries.append((names, f"{plural(count, 'pre-activation')} of {of}"))
    activations = span([neuron.activation for neuron in layer.neurons])
    equation = f"{first.activation} = "
    if layer.activation == SOFTMAX:
        return entries + _softmax(network, f"{plural(count, 'activation')} of {of}", activations)
    equation += ACTIVATIONS[layer.activation].function(Symbol(first.pre_activation)).text()
    definition = ACTIVATIONS[layer.activation].definition
    if layer.activation not in network.activations[:index]:
        name = activation_words(layer.activation)
        plain = "=" in definition
        equation += f", {definition}" if plain else f" ({name}: {definition})"
    return [*entries, (activations, f"{plural(count, 'activation')} of {of}: {equation}")]


def _softmax(network: Network, words: str, activations: str) -> list[Entry]:
    found = forward(network)
    first, a = network.outputs[0], network.outputs[0].activation
    exponentials = [exponential_name(neuron.pre_activation) for neuron in network.outputs]
    return [
        (LARGEST_OUTPUT, "the largest pre-activation: without it, exponentials could overflow"),
        (
            span(exponentials),
            f"exponentials: {exponentials[0]} = e^({first.pre_activation} − {LARGEST_OUTPUT})",
        ),
        (EXPONENTIALS, f"their sum: {_short(found[EXPONENTIALS].text())}"),
        (activations, f"{words}, by softmax: {a} = {found[a].text()}"),
    ]


def _losses(network: Network) -> Entry:
    plain = network.loss.plain
    if not network.losses:
        return TOTAL_LOSS, f"loss, {network.loss_name}: {plain}"
    summed = _short(forward(network)[TOTAL_LOSS].text())
    names = f"{span(network.losses)}, {TOTAL_LOSS}"
    return names, f"losses: {network.losses[0]} = {plain}, {TOTAL_LOSS} = {summed}"


def _optimisers(experiment: Experiment) -> list[Entry]:
    kinds: dict[str, Optimiser] = {}
    for optimiser in experiment.optimisers:
        kinds.setdefault(f"{optimiser.title}{bool(optimiser.weight_decay)}", optimiser)
    if [(kind.title, kind.weight_decay) for kind in kinds.values()] == [("gradient descent", 0)]:
        return [(LEARNING_RATE, "learning rate: each step sets w to w − η·∂E/∂w")]
    entries: list[Entry] = []
    weight = experiment.network.weights[0]
    words = CONSTANTS | _CONSTANTS_AT_LENGTH
    symbols = dict.fromkeys(symbol for kind in kinds.values() for symbol in kind.constants)
    entries += [(symbol, words[symbol]) for symbol in symbols]
    for kind in kinds.values():
        found = kind.updates(weight)
        meanings = dict(zip(kind.state_names(weight), kind.states.values(), strict=True))
        for name, meaning in meanings.items():
            text = f"{kind.title}, {meaning}: each step sets it to {found[name].text()}"
            entries.append((f"{name} …", text))
        text = f"each step sets {weight} to {found[weight].text()}"
        if Symbol(STEP) in found[weight].leaves():
            text += ", step from 1"
        entries.append((kind.title, text))
    return entries


def _short(text: str) -> str:
    """A long sum with its first two terms and its last one; a single factor stays whole."""
    terms = text.split(" + ")
    return text if len(terms) <= MOST_TERMS else " + ".join((*terms[:2], "…", terms[-1]))
