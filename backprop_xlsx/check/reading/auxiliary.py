"""What people compute in further columns: δ, slopes, errors, steps, weights of the next step."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from backprop_xlsx import equations
from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.check.reading.spelling import quantity_of
from backprop_xlsx.equations import Equations
from backprop_xlsx.formula.expression import Expression, Negation, Number, Symbol, product
from backprop_xlsx.formula.names import (
    LEARNING_RATE,
    activation_name,
    gradient_name,
    negative,
    next_name,
)
from backprop_xlsx.model.activations import SOFTMAX
from backprop_xlsx.model.network import Network

_TARGET = r"(?:t|target)(?P<target>[0-9]+)"
_OUTPUT = r"(?:a?o|outo?|output|y)(?P<output>[0-9]+)"
_LEFT = re.compile(rf"\(?{_TARGET}[-−–]{_OUTPUT}\)?", re.IGNORECASE)
_SURPLUS = re.compile(rf"\(?{_OUTPUT}[-−–]{_TARGET}\)?", re.IGNORECASE)
_STEP = re.compile(r"[Δ∆](?P<parameter>[wbWB][0-9]+)")
"""Headers of what an output is short of its target, of by how much it is beyond, of a step."""
_NEXT = re.compile(
    r"new|updated?|next|neue?[rs]?|aktualisierte?[rs]?|nouveau|nouvelle|nuevo|nuovo|novo|nieuwe?|新"
    r"|[tnk]\+1|[+*'’′]$",
    re.IGNORECASE,
)
"""What makes the header of a parameter that of what it is in the next step."""
_PART = re.compile(r"−?∂E[0-9]+/∂(?P<quantity>.+)")
MOST_NEURONS = 24
"""Of a network whose auxiliary quantities are looked for; larger ones are made by programs."""


def with_auxiliary(exercise: Exercise, found: Equations) -> Exercise:
    """An exercise with further quantities."""
    known = dict(exercise.auxiliary) | found
    return replace(exercise, auxiliary=tuple(known.items()))


def with_turned_gradients(exercise: Exercise, names: Iterable[str]) -> Exercise:
    """An exercise with those of these quantities that are gradients with their sign turned."""
    turned = {negative(name): Negation(exercise.equations[name]) for name in exercise.gradients}
    found: Equations = {name: turned[name] for name in names if name in turned}
    return with_auxiliary(exercise, found) if found else exercise


@lru_cache(maxsize=64)
def catalogue(exercise: Exercise) -> Equations:
    """The auxiliary quantities of an exercise, each with either sign, and gradients turned."""
    if exercise.samples > 1 or exercise.described:
        return {}
    network = exercise.network
    if sum(len(layer.neurons) for layer in network.layers) > MOST_NEURONS:
        return {}
    found: Equations = {}
    for name, equation in _quantities(exercise, network):
        if name not in exercise.equations:
            found.setdefault(name, equation)
    gradients = {name: exercise.equations[name] for name in exercise.gradients}
    turned = (found | gradients).items()
    opposite = {negative(name): Negation(equation) for name, equation in turned}
    found |= {n: e for n, e in opposite.items() if n not in exercise.equations}
    return found | dict(_of_the_next_step(exercise))


def _of_the_next_step(exercise: Exercise) -> Iterator[tuple[str, Expression]]:
    """What each parameter is updated to, if only the row itself tells it."""

    def one_row_on(leaf: Expression) -> Expression:
        return Symbol(leaf.name) if isinstance(leaf, Symbol) else leaf

    for parameter in exercise.parameters:
        update = exercise.equations[parameter]
        symbols = [leaf for leaf in update.leaves() if isinstance(leaf, Symbol)]
        if all(leaf.steps_back == 1 or leaf.name in exercise.constants for leaf in symbols):
            yield next_name(parameter), update.rebuilt(one_row_on)


def _quantities(exercise: Exercise, network: Network) -> Iterator[tuple[str, Expression]]:
    last = len(network.layers) - 1
    for k, neuron in enumerate(network.outputs):
        target, activation = Symbol(network.targets[k]), Symbol(neuron.activation)
        yield f"({network.targets[k]} − {neuron.activation})", target - activation
        yield gradient_name(neuron.activation), product(equations.loss_slope(network, k))
        yield gradient_name(neuron.pre_activation), _delta(network, last, k)
    for index, layer in enumerate(network.layers):
        for number, neuron in enumerate(layer.neurons):
            if layer.activation != SOFTMAX:  # that has a slope for each two of its neurons
                slope = equations.activation_slope(layer, neuron)
                name = f"∂{neuron.activation}/∂{neuron.pre_activation}"
                yield name, product(slope) if slope else Number(1.0)
            if index < last:
                yield gradient_name(neuron.activation), _back(network, index, number)
                yield gradient_name(neuron.pre_activation), _delta(network, index, number)
    if last == 1:
        yield from _parts(network)
    for parameter in exercise.parameters:
        step = Negation(Symbol(LEARNING_RATE)) * Symbol(gradient_name(parameter))
        yield f"Δ{parameter}", step


def _parts(network: Network) -> Iterator[tuple[str, Expression]]:
    """What each output's loss alone adds to the gradients of the hidden layer."""
    hidden = network.layers[0]
    for k, output in enumerate(network.outputs):
        delta = _delta(network, 1, k)
        for number, neuron in enumerate(hidden.neurons):
            to_activation = delta * Symbol(output.weights[number])
            slope = equations.activation_slope(hidden, neuron)
            yield _part_name(k, neuron.activation), to_activation
            to_neuron = product([to_activation, *slope])
            yield _part_name(k, neuron.pre_activation), to_neuron
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                yield _part_name(k, weight), to_neuron * Symbol(source)


def _part_name(output: int, quantity: str) -> str:
    return f"∂E{output + 1}/∂{quantity}"


def whole_of(name: str) -> str | None:
    """The gradient of which a quantity is one output's part; None of any other quantity."""
    match = _PART.fullmatch(name)
    return None if match is None else gradient_name(match["quantity"])


def _delta(network: Network, layer: int, neuron: int) -> Expression:
    """∂E of a pre-activation, written out."""
    if layer == len(network.layers) - 1:
        return equations.output_delta(network, neuron)
    here = network.layers[layer]
    slope = equations.activation_slope(here, here.neurons[neuron])
    return product([_back(network, layer, neuron), *slope])


def _back(network: Network, layer: int, neuron: int) -> Expression:
    """∂E of a hidden activation, written out."""
    following = network.layers[layer + 1].neurons
    terms = [
        _delta(network, layer + 1, index) * Symbol(other.weights[neuron])
        for index, other in enumerate(following)
    ]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _next_hinted(plain: str) -> str | None:
    """The parameter of the next step that a header may mean."""
    rest, number = _NEXT.subn("", re.sub(r"[\s_{}()\[\]:.,-]", "", plain))
    name = quantity_of(rest) if number == 1 else None
    return None if name is None or name[0] not in "wb" else next_name(name)


def hinted(text: str) -> str | None:
    """The auxiliary quantity that a header may mean, in the plainest of spellings."""
    text = unicodedata.normalize("NFKC", text)
    step = _STEP.fullmatch("".join(text.split()).replace("_", ""))
    if step is not None:
        return f"Δ{step['parameter'].lower()}"
    text = text.lower() if text.isupper() else text
    plain = "".join(text.split()).replace("delta_", "δ").replace("_", "")
    following = _next_hinted(plain)
    if following is not None:
        return following
    for pattern, sign in ((_LEFT, ""), (_SURPLUS, "−")):
        match = pattern.fullmatch(plain)
        if match is not None and match["target"] == match["output"]:
            target, output = f"t{match['target']}", activation_name(f"o{match['output']}")
            return f"{sign}({target} − {output})"
    for letter in ("δ", "delta"):
        rest = plain.removeprefix(letter)
        if rest != plain and rest[:1] in ("h", "o") and rest[1:].isdigit():
            return gradient_name(rest)
    upper, slash, lower = plain.partition("/")
    if not slash or upper[:1] not in ("∂", "d") or lower[:1] not in ("∂", "d"):
        return None
    upper, lower = upper[1:], lower[1:]
    for kind in ("ah", "ao", "outh", "outo"):
        if lower.startswith(kind):
            lower = activation_name(lower.removeprefix(kind[:-1]))
        if upper.startswith(kind):
            upper = activation_name(upper.removeprefix(kind[:-1]))
    upper = f"E{upper[1:]}" if upper.startswith("e") else upper
    if upper in ("E", "Etotal"):
        return gradient_name(lower)
    return f"∂{upper}/∂{lower}"
