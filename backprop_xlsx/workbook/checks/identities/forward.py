"""Inputs, pre-activations, activations and losses against what they come from."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.model.activations import LEAK, SOFTMAX
from backprop_xlsx.model.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    SAMPLE,
    TOTAL_LOSS,
    exponential_name,
)
from backprop_xlsx.model.network import Layer, Neuron
from backprop_xlsx.workbook.checks.identities.arrays import (
    LARGEST_EXPONENT,
    SMALL_FOR_LOGARITHM,
    exponential,
    exponential_of_size,
    larger_than_zero,
    logarithm_series,
    positive,
    square,
    tanh,
)
from backprop_xlsx.workbook.checks.identities.columns import (
    Columns,
    Identity,
    added,
    deviation,
)
from backprop_xlsx.workbook.layout import NETWORK, SAMPLES

# Times a margin: a few units in the last place of 1.
ROUNDING_OF_ONE = 0.002
# Beyond, e^(−|o|) is small enough for the series of the logarithm.
FAR = 12

# Times a margin squared: e to the power of 700 is off by 700 times the rounding of e.
OF_EXPONENTIALS = "100"

Named = tuple[str, Identity]


def forward_identities(columns: Columns) -> Iterator[Named]:
    """Every quantity of the forward pass, in order of computation."""
    network = columns.network
    if columns.samples == 1:
        for name in network.targets + network.inputs:
            yield name, _given(columns, name)
    for layer in network.layers:
        for neuron in layer.neurons:
            yield neuron.pre_activation, _pre_activation(columns, neuron)
            if layer.activation != SOFTMAX:
                yield neuron.activation, _activation(columns, layer.activation, neuron)
        if layer.activation == SOFTMAX:
            yield from _softmax(columns, layer)
    yield from _losses(columns)


def _given(columns: Columns, name: str) -> Identity:
    given, own = columns.given(name), columns(name)
    if not columns.experiment.in_turn:
        words = f"{name} on the sheet {NETWORK}"
        return Identity(words, (deviation(f"{own}-{given}", square(given)),))
    # Each row has the sample of one column: the others do not count.
    chosen = f"({columns(SAMPLE)}={columns.sample_numbers})"
    words = f"{name} of the row's sample on the sheet {SAMPLES}"
    return Identity(words, (f"{chosen}*{deviation(f'{own}-{given}', square(given))}",))


def _pre_activation(columns: Columns, neuron: Neuron) -> Identity:
    pairs = [
        (columns(weight), columns.source(source))
        for weight, source in zip(neuron.weights, neuron.sources, strict=True)
    ]
    terms = [f"{a}*{b}" for a, b in pairs]
    sized = [square(a, b) for a, b in pairs]
    if neuron.bias is not None:
        terms.append(columns(neuron.bias))
        sized.append(square(columns(neuron.bias)))
    of_inputs = neuron.sources == columns.network.inputs and not columns.experiment.in_turn
    sheet = SAMPLES if columns.samples > 1 else NETWORK
    words = "weights times " + (f"the inputs on the sheet {sheet}" if of_inputs else "sources")
    if neuron.bias is not None:
        words += ", and the bias"
    difference = f"{columns(neuron.pre_activation)}-{added(terms)}"
    return Identity(words, (deviation(difference, added(sized)),))


def _activation(columns: Columns, activation: str, neuron: Neuron) -> Identity:
    h, a = columns(neuron.pre_activation), columns(neuron.activation)
    if activation == "sigmoid":
        words = f"{neuron.activation}·(1 + e^(−{neuron.pre_activation})) = 1"
        return Identity(words, (deviation(f"{a}*(1+1/{exponential(h)})-1", OF_EXPONENTIALS),))
    if activation == "tanh":
        words = f"(1 − q)/(1 + q) with q = e^(−2·{neuron.pre_activation})"
        return Identity(words, (deviation(f"{a}-{tanh(h)}", f"{OF_EXPONENTIALS}*{square(a)}"),))
    if activation == "relu":
        words = f"{neuron.pre_activation} where that is above 0, else 0"
        return Identity(words, (deviation(f"{a}-{larger_than_zero(h)}", square(h)),))
    if activation == "leaky relu":
        words = f"{neuron.pre_activation} where that is above 0, else {LEAK} of it"
        expected = f"{h}*({LEAK}+{1 - LEAK}*{positive(h)})"
        return Identity(words, (deviation(f"{a}-{expected}", square(h)),))
    return Identity(neuron.pre_activation, (deviation(f"{a}-{h}", square(h)),))


def _softmax(columns: Columns, layer: Layer) -> Iterator[Named]:
    outputs = [columns(neuron.pre_activation) for neuron in layer.neurons]
    largest, total = columns(LARGEST_OUTPUT), columns(EXPONENTIALS)
    above = [f"({deviation(f'{o}-{largest}', square(largest))}>1)" for o in outputs]
    # Where none of them equals it, all of them differ from it.
    not_above = "*".join(above)
    higher = tuple(f"({o}>{largest})*{beyond}" for o, beyond in zip(outputs, above, strict=True))
    yield (
        LARGEST_OUTPUT,
        Identity("one of the outputs, and no other is larger", (not_above, *higher)),
    )
    for neuron, o in zip(layer.neurons, outputs, strict=True):
        name = exponential_name(neuron.pre_activation)
        shortfall = f"({largest}-{o})"
        ratio = deviation(f"{columns(name)}*{exponential(shortfall)}-1", OF_EXPONENTIALS)
        words = f"{name}·e^({LARGEST_OUTPUT} − {neuron.pre_activation}) = 1"
        yield name, Identity(words, (f"({shortfall}<{LARGEST_EXPONENT})*{ratio}",))
    exponentials = [columns(exponential_name(neuron.pre_activation)) for neuron in layer.neurons]
    words = "the exponentials, added up"
    difference = f"{total}-{added(exponentials)}"
    yield EXPONENTIALS, Identity(words, (deviation(difference, square(total)),))
    for neuron, own in zip(layer.neurons, exponentials, strict=True):
        a = columns(neuron.activation)
        words = f"{neuron.activation}·{EXPONENTIALS} = {exponential_name(neuron.pre_activation)}"
        yield neuron.activation, Identity(words, (deviation(f"{a}*{total}-{own}", square(own)),))


def _losses(columns: Columns) -> Iterator[Named]:
    network = columns.network
    parts = network.losses or (TOTAL_LOSS,)
    for part, neuron, target in zip(parts, network.outputs, network.targets, strict=True):
        yield part, _part(columns, part, neuron, columns.target(target))
    if network.losses:
        total, mean = columns(TOTAL_LOSS), network.loss.averaged
        terms = [columns(part) for part in parts]
        words = "the parts, added up" + (f", over {len(parts)}" if mean else "")
        scaled = f"{len(parts)}*{total}" if mean else total
        size = added([square(term) for term in terms])
        yield TOTAL_LOSS, Identity(words, (deviation(f"{scaled}-{added(terms)}", size),))
    if columns.samples > 1:
        terms = list(columns.each(TOTAL_LOSS))
        difference = f"{columns.samples}*{columns(MEAN_LOSS)}-{added(terms)}"
        size = added([square(term) for term in terms])
        words = f"{TOTAL_LOSS} of all samples, added up, over {columns.samples}"
        yield MEAN_LOSS, Identity(words, (deviation(difference, size),))


def _part(columns: Columns, part: str, neuron: Neuron, target: str) -> Identity:
    loss, a, o = columns(part), columns(neuron.activation), columns(neuron.pre_activation)
    name = columns.network.loss_name
    if name in ("half squared error", "mean squared error"):
        error = f"({a}-{target})"
        factor = 2 if name == "half squared error" else 1
        words = f"{'2·' if factor == 2 else ''}{part} = (a − t)·(a − t)"
        difference = f"{factor}*{loss}-{square(error)}"
        return Identity(words, (deviation(difference, square(error, error)),))
    if name == "binary cross-entropy":
        return _binary_cross_entropy(columns, part, neuron, target)
    largest, total = columns(LARGEST_OUTPUT), columns(EXPONENTIALS)
    shortfall = f"{target}*({largest}-{o})"
    size = f"({square(loss)}+{square(target, f'({largest}-{o})')})"
    x = f"({total}-1)"
    small = f"({x}<{SMALL_FOR_LOGARITHM})"
    words = f"e^(its logarithm) = {EXPONENTIALS}^t"
    return Identity(words, _logarithm(f"({loss}-{shortfall})", x, small, size, target))


def _binary_cross_entropy(columns: Columns, part: str, neuron: Neuron, target: str) -> Identity:
    """ln(1 + q) is what is left of the loss without max(o, 0) − t·o."""
    loss, o = columns(part), columns(neuron.pre_activation)
    decay = f"(1/{exponential_of_size(o)})"
    rest = f"({larger_than_zero(o)}-{o}*{target})"
    # 1 + q is rounded before its logarithm is taken, and so is t·o, unless t is 0 or 1.
    rounded = f"{square(o, target)}*({target}*(1-{target})<>0)"
    size = f"({square(loss)}+{ROUNDING_OF_ONE**2:.0E}*(1+{rounded}))"
    far = f"(({o}>{FAR})+({o}<-{FAR}))"
    words = f"e^(its logarithm) = 1 + e^(−|{neuron.pre_activation}|)"
    return Identity(words, _logarithm(f"({loss}-{rest})", decay, far, size, "1"))


def _logarithm(logarithm: str, x: str, small: str, size: str, factor: str) -> tuple[str, ...]:
    """Where a logarithm differs from factor·ln(1 + x); ``small`` says where x is."""
    by_series = deviation(f"{logarithm}-{factor}*{logarithm_series(x)}", size)
    power = f"(1+{x})" if factor == "1" else f"(1+{x})^{factor}"
    by_exponential = deviation(f"{exponential(logarithm)}/{power}-1", f"{OF_EXPONENTIALS}+{size}")
    return (f"{small}*{by_series}", f"(1-{small})*{by_exponential}")
