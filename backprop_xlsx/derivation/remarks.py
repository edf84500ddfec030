"""What a derivation says without numbers: the ways from the loss to a weight, and f′ once."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.derivation.lines import Remark, shortened
from backprop_xlsx.formula.names import TOTAL_LOSS, gradient_name, label
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.words import activation_words, span

# So many ways are listed one by one; of more outputs than this the sum is shortened.
MOST_WAYS, MOST_TERMS = 2, 3
WAYS, ARROW = ("the way", "one way", "the other"), " → "


def way_to_output_weight(network: Network) -> Remark:
    """From the loss to the first weight of the output layer."""
    output, weight = network.outputs[0], network.outputs[0].weights[0]
    through = (*network.losses[:1], output.activation)
    if network.has_softmax:
        through = (span(network.losses), span([neuron.activation for neuron in network.outputs]))
    steps = (TOTAL_LOSS, *filter(None, through), output.pre_activation, weight)
    return Remark(WAYS[0], ARROW.join(steps))


def ways_to_hidden_weight(network: Network, layer: int) -> list[Remark]:
    """From the loss to the first weight of a hidden layer: each way, or all of them in one."""
    neuron = network.layers[layer].neurons[0]
    end = (neuron.activation, neuron.pre_activation, neuron.weights[0])
    outputs = network.outputs
    last = len(network.layers) - 1
    ways: list[tuple[str, ...]]
    if layer == last - 1 and len(outputs) <= MOST_WAYS and not network.has_softmax:
        losses = network.losses or ("",)
        ways = [
            (TOTAL_LOSS, loss, output.activation, output.pre_activation, *end)
            for loss, output in zip(losses, outputs, strict=True)
        ]
    else:
        between = [
            span([neuron.pre_activation for neuron in network.layers[index].neurons])
            for index in range(last, layer, -1)
        ]
        ways = [(TOTAL_LOSS, *between, *end)]
    lefts = WAYS[:1] if len(ways) == 1 else WAYS[1:]
    return [
        Remark(left, ARROW.join(filter(None, way))) for left, way in zip(lefts, ways, strict=True)
    ]


def share_of_the_loss(network: Network) -> list[Remark]:
    """∂E/∂w5 = ∂(E1 + E2)/∂w5 = ∂E1/∂w5, and why."""
    losses = network.losses
    if not losses or network.has_softmax:
        return []
    output, weight = network.outputs[0], network.outputs[0].weights[0]
    mean = network.loss.averaged
    summed = _sum(losses)
    whole = f"∂(({summed})/{len(losses)})/∂{weight}" if mean else f"∂({summed})/∂{weight}"
    own = f"∂{losses[0]}/∂{weight}"
    own = f"({own})/{len(losses)}" if mean else own
    others = span(losses[1:])
    elsewhere = span([neuron.pre_activation for neuron in network.outputs[1:]])
    verb, its = ("hangs", "its slope is") if len(losses) == 2 else ("hang", "their slopes are")
    return [
        Remark(label(gradient_name(weight)), f"{whole} = {own}"),
        Remark(
            "",
            f"as {weight} leads into {output.pre_activation} alone, and {others} {verb} on "
            f"{elsewhere}: {its} 0",
        ),
    ]


def slope_derived(activation: str) -> list[Remark]:
    """How f′ follows from f, step by step."""
    if activation not in ACTIVATIONS:
        return []
    name = "σ′(x)" if activation == "sigmoid" else f"{activation_words(activation)}′(x)"
    steps = ACTIVATIONS[activation].slope_derived
    return [Remark("" if index else name, step) for index, step in enumerate(steps)]


def _sum(names: Sequence[str]) -> str:
    text = " + ".join(names)
    return shortened(text) if len(names) > MOST_TERMS else text
