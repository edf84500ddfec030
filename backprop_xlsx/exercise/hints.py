"""A hint for each quantity: its step of the chain rule or its equation, without cells."""

from __future__ import annotations

from backprop_xlsx.derivation.lines import shortened
from backprop_xlsx.equations import written_out
from backprop_xlsx.exercise.practice import Practice, Quantity
from backprop_xlsx.formula.expression import Expression, OverSamples, Symbol
from backprop_xlsx.formula.names import gradient_name, label, without_sample
from backprop_xlsx.formula.notation import Notation
from backprop_xlsx.model.network import Layer, Neuron

LONGEST = 180
"""Characters of a hint: it stands in a formula, whose texts have at most 255."""
MOST_WAYS = 3
"""Of the neurons that follow, so many are written out in a sum; of more the first and the last."""


def hints(practice: Practice) -> dict[str, str]:
    """The hint for each quantity, by its name."""
    found = {quantity.name: _equation(quantity) for quantity in practice.quantities}
    return found | _gradients(practice)


def _equation(quantity: Quantity) -> str:
    """The equation of a quantity; of several samples, for each of them."""
    notation = Notation(_plain_name, spaced=True)
    right = quantity.equations[0].text(notation)
    right = shortened(right) if len(right) > LONGEST else right
    text = f"{quantity.label} = {right}"
    return f"{text}, for each sample" if len(quantity.cells) > 1 else text


def _plain_name(leaf: Expression) -> str:
    assert isinstance(leaf, (Symbol, OverSamples))
    return label(without_sample(leaf.name))


def _gradients(practice: Practice) -> dict[str, str]:
    """The chain rule for each neuron's pre-activation, weights and bias."""
    network, several = practice.network, practice.samples > 1
    whole = written_out(network, practice.samples)
    found: dict[str, str] = {}
    layers = (*network.layers, None)
    for here, following in zip(layers, layers[1:], strict=False):
        assert here is not None
        for neuron in here.neurons:
            pre = neuron.pre_activation
            way = _way(practice, here, neuron, following)
            found[gradient_name(pre)] = f"∂E/∂{pre} = {way}" + (", for each sample" * several)
            slope = way if whole else f"∂E/∂{pre}"
            for parameter in (*neuron.weights, *([neuron.bias] if neuron.bias else [])):
                product = f"{slope} · ∂{pre}/∂{parameter}"
                name = gradient_name(parameter)
                found[name] = f"∂E/∂{parameter} = " + (
                    f"mean over the samples of {product}" if several else product
                )
    known = {quantity.name for quantity in practice.quantities}
    return {name: text for name, text in found.items() if name in known}


def _way(practice: Practice, here: Layer, neuron: Neuron, following: Layer | None) -> str:
    """From the loss back to a pre-activation."""
    network, pre, activation = practice.network, neuron.pre_activation, neuron.activation
    if following is None and network.has_softmax:
        outputs = [output.activation for output in network.outputs]
        return _summed([f"∂E/∂{a} · ∂{a}/∂{pre}" for a in outputs])
    if following is None:
        return f"∂E/∂{activation} · ∂{activation}/∂{pre}"
    ways = [
        f"∂E/∂{after.pre_activation} · ∂{after.pre_activation}/∂{activation}"
        for after in following.neurons
    ]
    summed = _summed(ways)
    bracketed = f"({summed})" if len(ways) > 1 else summed
    return f"{bracketed} · ∂{activation}/∂{pre}"


def _summed(terms: list[str]) -> str:
    if len(terms) > MOST_WAYS:
        terms = [terms[0], "…", terms[-1]]
    return " + ".join(terms)
