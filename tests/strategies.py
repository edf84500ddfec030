"""Hypothesis strategies for experiments."""

from __future__ import annotations

from hypothesis import reject
from hypothesis import strategies as st

from backprop_xlsx import reference
from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import (
    Adam,
    GradientDescent,
    Momentum,
    Optimiser,
    RMSprop,
)
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.valid import BIASES
from backprop_xlsx.spreadsheet.errors import InputError

Numbers = tuple[float, ...]


def class_experiment(
    inputs: Numbers, targets: Numbers, weights: Numbers, learning_rates: Numbers, steps: int
) -> Experiment:
    """The class network, trained by gradient descent."""
    rates = tuple(GradientDescent(rate) for rate in learning_rates)
    return Experiment((Sample(inputs, targets),), weights, rates, steps=steps)


# Off by one unit in the last place at the start, this run's last row differs by 9e-12.
CHAOTIC = class_experiment(
    inputs=(3, -2),
    targets=(-3, 2),
    weights=(1, 1, -1, 3, 1, 1, 2, -2),
    learning_rates=(10,),
    steps=60,
)


def numbers(largest: float) -> st.SearchStrategy[float]:
    """Finite numbers up to a magnitude."""
    return st.floats(-largest, largest, allow_nan=False)


def several(number: int, largest: float) -> st.SearchStrategy[Numbers]:
    """So many numbers up to a magnitude."""
    return st.tuples(*[numbers(largest)] * number)


def readable(number: int, largest: float) -> st.SearchStrategy[Numbers]:
    """So many numbers with six decimals: LibreOffice gives #NUM! for the square of 1e-160."""
    return several(number, largest).map(lambda values: tuple(round(x, 6) for x in values))


@st.composite
def experiments(
    draw: st.DrawFn, largest: float = 5.0, steps: int = 12, learning_rate: float = 20.0
) -> Experiment:
    """Experiments of the class network, with start values and targets up to ``largest``."""
    rates = st.floats(1e-3, learning_rate)
    return class_experiment(
        inputs=draw(several(2, largest)),
        targets=draw(several(2, largest)),
        weights=draw(several(8, largest)),
        learning_rates=tuple(draw(st.lists(rates, min_size=1, max_size=3))),
        steps=draw(st.integers(1, steps)),
    )


@st.composite
def networks(draw: st.DrawFn, widest: int = 4, deepest: int = 3) -> Network:
    """Networks of any shape, activations and loss."""
    widths = tuple(draw(st.lists(st.integers(1, widest), min_size=2, max_size=deepest + 1)))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    hidden = tuple(draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in widths[2:])
    output = LOSSES[loss].activation or draw(st.sampled_from([*sorted(ACTIVATIONS), SOFTMAX]))
    return Network(widths, (*hidden, output), draw(st.sampled_from(BIASES)), loss)


@st.composite
def optimisers(draw: st.DrawFn, learning_rate: float = 0.5) -> Optimiser:
    """Any optimiser, with or without weight decay."""
    rate = draw(st.floats(1e-3, learning_rate))
    decay = draw(st.sampled_from([0.0, 0.01, 0.1]))
    # torch takes 1 − (1 − factor) for the factor, which leaves no digits of a very small one.
    factor = st.one_of(st.just(0.0), st.floats(0.01, 0.99))
    # Without any past a gradient is divided by its own size: a step then depends on its sign alone,
    # which rounding decides where it should be 0.
    past = st.floats(0.3, 0.99)
    kind = draw(st.sampled_from([GradientDescent, Momentum, RMSprop, Adam]))
    if kind is Momentum:
        return Momentum(rate, decay, draw(factor))
    if kind is RMSprop:
        return RMSprop(rate, decay, draw(past))
    if kind is Adam:
        return Adam(rate, decay, draw(factor), draw(past))
    return GradientDescent(rate, decay)


@st.composite
def any_experiments(
    draw: st.DrawFn, largest: float = 2.0, steps: int = 6, runs: int = 2
) -> Experiment:
    """Experiments of any network, optimiser, number of samples and way of seeing them."""
    network = draw(networks())
    inputs, outputs = network.widths[0], network.widths[-1]
    samples = []
    for _ in range(draw(st.integers(1, 4))):
        targets = draw(readable(outputs, largest))
        if network.fused:
            targets = tuple(abs(target) / largest for target in targets)
        if network.fused and network.has_softmax:
            chosen = draw(st.integers(0, outputs - 1))
            targets = tuple(float(index == chosen) for index in range(outputs))
        samples.append(Sample(draw(readable(inputs, largest)), targets))
    experiment = Experiment(
        tuple(samples),
        draw(readable(len(network.weights), largest)),
        tuple(draw(st.lists(optimisers(), min_size=1, max_size=runs))),
        network,
        draw(readable(len(network.bias_names), largest)),
        steps=draw(st.integers(1, steps)),
        batch=draw(st.sampled_from(["full", "one"])),
    )
    try:
        reference.train(experiment)
    except InputError:  # a network that is linear throughout may diverge beyond any number
        reject()
    return experiment
