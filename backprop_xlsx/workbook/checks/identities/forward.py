"""Inputs, pre-activations, activations and losses against what they come from."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.formula.names import (
    EXPONENTIALS,
    LARGEST_OUTPUT,
    MEAN_LOSS,
    SAMPLE,
    TOTAL_LOSS,
    exponential_name,
)
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.network import Layer, Neuron
from backprop_xlsx.spreadsheet.errors import BackpropError
from backprop_xlsx.workbook.checks.identities.activations import second_form
from backprop_xlsx.workbook.checks.identities.arrays import (
    LARGEST_EXPONENT,
    SMALL_FOR_LOGARITHM,
    exponential,
    exponential_of_size,
    larger_than_zero,
    logarithm_series,
    square,
)
from backprop_xlsx.workbook.checks.identities.columns import (
    OF_EXPONENTIALS,
    Columns,
    Identity,
    Named,
    deviation,
)
from backprop_xlsx.workbook.checks.identities.sums import sum_identity
from backprop_xlsx.workbook.layout import NETWORK, SAMPLES

# Times a margin: a few units in the last place of 1.
ROUNDING_OF_ONE = 0.002
# Beyond, e^(−|o|) is small enough for the series of the logarithm.
FAR = 12


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
                yield neuron.activation, second_form(layer.activation).identity(columns, neuron)
        if layer.activation == SOFTMAX:
            yield from _softmax(columns, layer)
    yield from _losses(columns)


def _given(columns: Columns, name: str) -> Identity:
    given, own = columns.given(name), columns(name)
    if not columns.experiment.in_turn:
        words = f"{name} on the sheet {NETWORK}"
        return Identity.of(words, f"{own}-{given}", square(given))
    # Each row has the sample of one column: the others do not count.
    chosen = f"({columns(SAMPLE)}={columns.sample_numbers})"
    words = f"{name} of the row's sample on the sheet {SAMPLES}"
    return Identity(words, (f"{chosen}*{deviation(f'{own}-{given}', square(given))}",))


def _pre_activation(columns: Columns, neuron: Neuron) -> Identity:
    pairs = [
        (columns(weight), columns.source(source))
        for weight, source in zip(neuron.weights, neuron.sources, strict=True)
    ]
    terms = [f"{weight}*{source}" for weight, source in pairs]
    weights = columns.between(neuron.weights[0], neuron.weights[-1])
    sources = columns.between(neuron.sources[0], neuron.sources[-1])
    bound = f"SUMSQ({weights})*SUMSQ({sources})"
    if neuron.bias is not None:
        terms.append(columns(neuron.bias))
        bound += f"+SUMSQ({columns(neuron.bias)})"
    of_inputs = neuron.sources == columns.network.inputs and not columns.experiment.in_turn
    sheet = SAMPLES if columns.samples > 1 else NETWORK
    words = "weights times " + (f"the inputs on the sheet {sheet}" if of_inputs else "sources")
    if neuron.bias is not None:
        words += ", and the bias"
    return sum_identity(words, columns(neuron.pre_activation), terms, bound=bound)


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
    first, last = (exponential_name(layer.neurons[end].pre_activation) for end in (0, -1))
    block = columns.between(first, last) if columns.samples == 1 else ""
    yield EXPONENTIALS, sum_identity("the exponentials, added up", total, exponentials, block)
    for neuron, own in zip(layer.neurons, exponentials, strict=True):
        a = columns(neuron.activation)
        words = f"{neuron.activation}·{EXPONENTIALS} = {exponential_name(neuron.pre_activation)}"
        yield neuron.activation, Identity.of(words, f"{a}*{total}-{own}", square(own))


def _losses(columns: Columns) -> Iterator[Named]:
    network = columns.network
    parts = network.losses or (TOTAL_LOSS,)
    for part, neuron, target in zip(parts, network.outputs, network.targets, strict=True):
        yield part, _part(columns, part, neuron, columns.seen(target))
    if network.losses:
        total, mean = columns(TOTAL_LOSS), network.loss.averaged
        words = "the parts, added up" + (f", over {len(parts)}" if mean else "")
        scaled = f"{len(parts)}*{total}" if mean else total
        block = columns.between(parts[0], parts[-1]) if columns.samples == 1 else ""
        yield TOTAL_LOSS, sum_identity(words, scaled, [columns(part) for part in parts], block)
    if columns.samples > 1:
        scaled = f"{columns.samples}*{columns(MEAN_LOSS)}"
        words = f"{TOTAL_LOSS} of all samples, added up, over {columns.samples}"
        each = columns.each(TOTAL_LOSS)
        yield MEAN_LOSS, sum_identity(words, scaled, each, columns(TOTAL_LOSS))


def _part(columns: Columns, part: str, neuron: Neuron, target: str) -> Identity:
    loss, a = columns(part), columns(neuron.activation)
    name = columns.network.loss_name
    if name in ("half squared error", "mean squared error"):
        error = f"({a}-{target})"
        factor = 2 if name == "half squared error" else 1
        words = f"{'2·' if factor == 2 else ''}{part} = (a − t)·(a − t)"
        difference = f"{factor}*{loss}-{square(error)}"
        return Identity.of(words, difference, square(error, error))
    if name == "binary cross-entropy":
        return _binary_cross_entropy(columns, part, neuron, target)
    if name == "cross-entropy":
        return _cross_entropy(columns, part, neuron, target)
    raise BackpropError(f"loss {name}: has no second form that a book could be checked by")


def _cross_entropy(columns: Columns, part: str, neuron: Neuron, target: str) -> Identity:
    """t·ln(sum_e) is what is left of the loss without t·(max_o − o)."""
    loss, o = columns(part), columns(neuron.pre_activation)
    largest, total = columns(LARGEST_OUTPUT), columns(EXPONENTIALS)
    shortfall = f"({largest}-{o})"
    x = f"({total}-1)"
    small = f"({x}<{SMALL_FOR_LOGARITHM})"
    by_series = deviation(
        f"{loss}-{target}*({shortfall}+{logarithm_series(x)})",
        f"{square(loss)}+{square(target, shortfall)}",
    )
    # Where t is 0, so is the loss.
    missing = f"({target}=0)"
    share = f"({loss}/({target}+{missing}))"
    power = exponential(f"({share}-{shortfall}*(1-{missing}))")
    by_exponential = deviation(
        f"{power}/({total}*(1-{missing})+{missing})-1",
        f"{OF_EXPONENTIALS}+{square(share)}+{square(shortfall)}",
    )
    words = f"e^({part}/t) = {EXPONENTIALS}·e^({LARGEST_OUTPUT} − {neuron.pre_activation})"
    return Identity(words, (f"{small}*{by_series}", f"(1-{small})*{by_exponential}"))


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
    logarithm = f"({loss}-{rest})"
    by_series = deviation(f"{logarithm}-{logarithm_series(decay)}", size)
    by_exponential = deviation(
        f"{exponential(logarithm)}/(1+{decay})-1", f"{OF_EXPONENTIALS}+{size}"
    )
    return Identity(words, (f"{far}*{by_series}", f"(1-{far})*{by_exponential}"))
