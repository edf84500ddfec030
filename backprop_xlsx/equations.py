"""The equation of every quantity of a network in training, in order of computation.

Source: the chain rule, layer by layer from the loss back; all weights are updated at once, from
the previous step. ``samples`` is how many samples a step sees: with several, each has its own
forward pass (``h1[2]`` is h1 of sample 2), and the gradient is the mean over them.
"""

from __future__ import annotations

from functools import lru_cache

from backprop_xlsx.formula.choices import Choice, Comparison
from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Number,
    OverSamples,
    Symbol,
    product,
    total,
)
from backprop_xlsx.formula.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    SAMPLE,
    STEP,
    TOTAL_LOSS,
    exponential_name,
    gradient_name,
    sampled,
)
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.losses import Output
from backprop_xlsx.model.network import Layer, Network, Neuron
from backprop_xlsx.model.optimisers import Optimiser

# A network with one hidden layer and at most this many outputs, that sees one sample a step,
# has its gradients written out in one formula each, as the exercise does. Elsewhere each ∂E/∂o
# and ∂E/∂h has a cell of its own.
MOST_OUTPUTS_WRITTEN_OUT = 2

# What is counted from row to row, and where it begins: the first sample is number 1.
COUNTED_FROM = {STEP: 0, SAMPLE: 1}

Equations = dict[str, Expression]


@lru_cache(maxsize=64)
def equations(network: Network, samples: int, optimiser: Optimiser) -> Equations:
    """Every computed quantity. A weight's equation holds from step 1 on; step 0 is its start."""
    return (
        updates(network, optimiser)
        | forward(network, samples)
        | deltas(network, samples)
        | gradients(network, samples)
    )


def written_out(network: Network, samples: int) -> bool:
    """Whether the gradients are written out, without cells of their own for ∂E/∂o and ∂E/∂h."""
    outputs = len(network.outputs)
    return len(network.layers) <= 2 and outputs <= MOST_OUTPUTS_WRITTEN_OUT and samples == 1


def forward(network: Network, samples: int = 1) -> Equations:
    """Pre-activations and activations, layer by layer, then the losses, of one step."""
    found: Equations = {}
    for layer in network.layers:
        for neuron in layer.neurons:
            for sample in each(samples):
                name = sampled(neuron.pre_activation, sample)
                found[name] = pre_activation(neuron, sample)
            if layer.activation != SOFTMAX:
                function = ACTIVATIONS[layer.activation].function
                for sample in each(samples):
                    pre = Symbol(sampled(neuron.pre_activation, sample))
                    found[sampled(neuron.activation, sample)] = function(pre)
        if layer.activation == SOFTMAX:
            found |= _softmax(layer, samples)
    found |= _losses(network, samples)
    if samples > 1:
        found[MEAN_LOSS] = mean(samples, OverSamples(TOTAL_LOSS, samples))
    return found


def pre_activation(neuron: Neuron, sample: int | None = None) -> Expression:
    """Σ weight · source (+ bias) of a neuron."""
    terms: list[Expression] = [
        Symbol(weight) * Symbol(sampled(source, sample))
        for weight, source in zip(neuron.weights, neuron.sources, strict=True)
    ]
    if neuron.bias is not None:
        terms.append(Symbol(neuron.bias))
    return total(terms)


def loss_slope(network: Network, output: int, sample: int | None = None) -> tuple[Expression, ...]:
    """The factors of ∂E/∂a of an output, ``output`` from 0: a − t for the half squared error."""
    factors = network.loss.slope(_output(network, output, sample))
    outputs = len(network.outputs)
    if network.loss.averaged and outputs > 1:
        return (product(factors) / outputs,)
    return factors


def activation_slope(
    layer: Layer, neuron: Neuron, sample: int | None = None
) -> tuple[Expression, ...]:
    """The factors of ∂a/∂(pre-activation) of a neuron: a and 1 − a for the sigmoid."""
    pre, activation = (
        Symbol(sampled(name, sample)) for name in (neuron.pre_activation, neuron.activation)
    )
    return ACTIVATIONS[layer.activation].slope(pre, activation)


def output_delta(network: Network, output: int, sample: int | None = None) -> Expression:
    """∂E/∂o of an output neuron, ``output`` from 0: (a_o − t)·a_o·(1 − a_o) in the exercise."""
    neuron, layer = network.outputs[output], network.layers[-1]
    here = _output(network, output, sample)
    if network.fused:
        difference = here.activation - here.target
        outputs = len(network.outputs)
        return difference / outputs if network.loss.averaged and outputs > 1 else difference
    if layer.activation == SOFTMAX:
        # Every output acts on every activation: ∂a_j/∂o_k = a_j·([j = k] − a_k).
        pull = total(
            [
                product([*loss_slope(network, k, sample), _output(network, k, sample).activation])
                for k in range(len(network.outputs))
            ]
        )
        return here.activation * (product(loss_slope(network, output, sample)) - pull)
    slope = activation_slope(layer, neuron, sample)
    return product([*loss_slope(network, output, sample), *slope])


def activation_gradient(
    network: Network, layer: int, neuron: int, sample: int | None = None, samples: int = 1
) -> Expression:
    """∂E/∂a of a hidden neuron: Σ over the next layer of ∂E/∂(pre-activation) · weight between."""
    return total(
        [
            delta(network, layer + 1, index, sample, samples) * Symbol(following.weights[neuron])
            for index, following in enumerate(network.layers[layer + 1].neurons)
        ]
    )


def hidden_delta(
    network: Network, layer: int, neuron: int, sample: int | None = None, samples: int = 1
) -> Expression:
    """∂E/∂h of a hidden neuron: ∂E/∂a_h times the slope of its activation."""
    here = network.layers[layer]
    slope = activation_slope(here, here.neurons[neuron], sample)
    return product([activation_gradient(network, layer, neuron, sample, samples), *slope])


def delta(
    network: Network, layer: int, neuron: int, sample: int | None = None, samples: int = 1
) -> Expression:
    """∂E/∂(pre-activation) of a neuron: its cell, or written out where it has none."""
    here = network.layers[layer].neurons[neuron]
    if not written_out(network, samples):
        return Symbol(sampled(gradient_name(here.pre_activation), sample))
    if layer == len(network.layers) - 1:
        return output_delta(network, neuron, sample)
    return hidden_delta(network, layer, neuron, sample, samples)


def deltas(network: Network, samples: int = 1) -> Equations:
    """∂E/∂(pre-activation) of every neuron from the outputs back, where they have cells."""
    found: Equations = {}
    if written_out(network, samples):
        return found
    last = len(network.layers) - 1
    for layer in reversed(range(len(network.layers))):
        for index, neuron in enumerate(network.layers[layer].neurons):
            for sample in each(samples):
                found[sampled(gradient_name(neuron.pre_activation), sample)] = (
                    output_delta(network, index, sample)
                    if layer == last
                    else hidden_delta(network, layer, index, sample, samples)
                )
    return found


def gradients(network: Network, samples: int = 1) -> Equations:
    """∂E/∂w of every weight, and ∂E/∂b of every bias that is trained, of one step."""
    of_weights: Equations = {}
    of_biases: Equations = {}
    for layer, here in enumerate(network.layers):
        for index, neuron in enumerate(here.neurons):
            pre = gradient_name(neuron.pre_activation)
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                of_weights[gradient_name(weight)] = (
                    delta(network, layer, index) * Symbol(source)
                    if samples == 1
                    else mean(samples, OverSamples(pre, samples), OverSamples(source, samples))
                )
            if neuron.bias in network.parameters:
                of_biases[gradient_name(str(neuron.bias))] = (
                    delta(network, layer, index)
                    if samples == 1
                    else mean(samples, OverSamples(pre, samples))
                )
    return of_weights | of_biases


def counting() -> Equations:
    """The number of the step."""
    return {STEP: Symbol(STEP).before + 1}


def turns(network: Network, samples: int) -> Equations:
    """Whose turn it is, of several samples of which a step sees one, and what that one is."""
    before = Symbol(SAMPLE).before
    was_last = Comparison("=", before, Number(samples))
    found: Equations = {SAMPLE: Call("IF", (was_last, Number(1), before + 1))}
    for name in (*network.targets, *network.inputs):
        found[name] = Choice(OverSamples(name, samples), Symbol(SAMPLE))
    return found


def updates(network: Network, optimiser: Optimiser) -> Equations:
    """Each weight, and what the optimiser keeps of it, from the row before."""
    found: Equations = {}
    for parameter in network.parameters:
        found |= optimiser.updates(parameter)
    return found


def mean(samples: int, *factors: OverSamples) -> Expression:
    """The mean over the samples of a step, of a quantity or of the product of two."""
    return Call("SUM_OVER_SAMPLES", factors) / samples


def each(samples: int) -> tuple[int | None, ...]:
    """The samples of a step: their numbers from 0, or None where there is a single one."""
    return (None,) if samples == 1 else tuple(range(samples))


def _output(network: Network, output: int, sample: int | None) -> Output:
    neuron = network.outputs[output]
    target, activation, pre, largest, exponentials = (
        Symbol(sampled(name, sample))
        for name in (
            network.targets[output],
            neuron.activation,
            neuron.pre_activation,
            LARGEST_OUTPUT,
            EXPONENTIALS,
        )
    )
    return Output(target, activation, pre, largest, exponentials)


def _softmax(layer: Layer, samples: int) -> Equations:
    """a_o = e^(o − max_o)/sum_e; without the largest subtracted, large outputs overflow."""
    found: Equations = {}
    pres = [neuron.pre_activation for neuron in layer.neurons]
    for sample in each(samples):
        arguments = tuple(Symbol(sampled(pre, sample)) for pre in pres)
        found[sampled(LARGEST_OUTPUT, sample)] = Call("MAX", arguments)
    for pre in pres:
        for sample in each(samples):
            shifted = Symbol(sampled(pre, sample)) - Symbol(sampled(LARGEST_OUTPUT, sample))
            found[sampled(exponential_name(pre), sample)] = Call("EXP", (shifted,))
    for sample in each(samples):
        terms = [Symbol(sampled(exponential_name(pre), sample)) for pre in pres]
        found[sampled(EXPONENTIALS, sample)] = total(terms)
    for neuron in layer.neurons:
        for sample in each(samples):
            own = Symbol(sampled(exponential_name(neuron.pre_activation), sample))
            found[sampled(neuron.activation, sample)] = own / Symbol(sampled(EXPONENTIALS, sample))
    return found


def _losses(network: Network, samples: int) -> Equations:
    """Each output's part, then E_total; a single output's part is E_total itself."""
    found: Equations = {}
    outputs = len(network.outputs)
    parts = network.losses or (TOTAL_LOSS,)
    for output, name in enumerate(parts):
        for sample in each(samples):
            found[sampled(name, sample)] = network.loss.part(_output(network, output, sample))
    if outputs > 1:
        for sample in each(samples):
            summed = total([Symbol(sampled(name, sample)) for name in network.losses])
            averaged = network.loss.averaged
            found[sampled(TOTAL_LOSS, sample)] = summed / outputs if averaged else summed
    return found
