"""Weights, and what an optimiser keeps of them, against the row before."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.formula.names import LEARNING_RATE, STEP, gradient_name, label
from backprop_xlsx.workbook.checks.identities.arrays import root, square
from backprop_xlsx.workbook.checks.identities.columns import (
    Columns,
    Identity,
    Named,
    Sized,
    added,
)
from backprop_xlsx.workbook.layout import start_name

# β to the power of more steps than that is below 1e-30 and counts as 0; a smaller number makes
# an error in LibreOffice.
LAST_OF_A_PAST = 70


def update_identities(columns: Columns) -> Iterator[Named]:
    """Every weight and bias, and what the optimiser keeps of each."""
    network = columns.network
    for parameter in network.weights + network.bias_names:
        if parameter in network.parameters:
            yield from _UPDATES[columns.run.optimiser.title](columns, parameter)
        else:
            own, start = columns(parameter), start_name(parameter)
            words = f"{parameter} on the sheet Network"
            yield parameter, Identity.of(words, f"{own}-{start}", square(start))


def _gradient(columns: Columns, parameter: str) -> Sized:
    """The gradient of the row before, with weight decay if there is any."""
    gradient = columns.before(gradient_name(parameter))
    if not columns.has("λ"):
        return gradient, square(gradient)
    decayed = (columns.constant("λ"), columns.before(parameter))
    return f"({gradient}+{'*'.join(decayed)})", added([square(gradient), square(*decayed)])


def _gradient_descent(columns: Columns, parameter: str) -> Iterator[Named]:
    gradient, size = _gradient(columns, parameter)
    words = f"η·{label(gradient_name(parameter))} less than in the row before"
    yield _moved(columns, parameter, words, "", (gradient, size))


def _momentum(columns: Columns, parameter: str) -> Iterator[Named]:
    velocity = f"v_{parameter}"
    gradient, size = _gradient(columns, parameter)
    past = (columns.constant("μ"), columns.before(velocity))
    difference = f"{columns.after(velocity)}-{'*'.join(past)}-{gradient}"
    words, kept_size = "μ times the row before, and the gradient", added([square(*past), size])
    yield velocity, columns.following(velocity, words, difference, kept_size, "0")
    now = columns.after(velocity)
    words = f"η·{velocity} less than in the row before"
    yield _moved(columns, parameter, words, "", (now, square(now)))


def _rmsprop(columns: Columns, parameter: str) -> Iterator[Named]:
    kept = f"s_{parameter}"
    gradient, size = _gradient(columns, parameter)
    yield _smoothed(columns, kept, "α", f"{gradient}*{gradient}", square(size))
    pace = f"({root(columns.after(kept))}+{columns.constant('ε')})"
    words = f"times √{kept} + ε: η times the gradient less than in the row before"
    yield _moved(columns, parameter, words, pace, (gradient, size))


def _adam(columns: Columns, parameter: str) -> Iterator[Named]:
    mean, spread = f"m_{parameter}", f"v_{parameter}"
    gradient, size = _gradient(columns, parameter)
    yield _smoothed(columns, mean, "β1", gradient, size)
    yield _smoothed(columns, spread, "β2", f"{gradient}*{gradient}", square(size))
    left1, left2 = (f"(1-{_past(columns, symbol)})" for symbol in ("β1", "β2"))
    divisor = f"({root(f'({columns.after(spread)}/{left2})')}+{columns.constant('ε')})"
    now = columns.after(mean)
    words = f"times (√({spread}/(1 − β2^step)) + ε)·(1 − β1^step): η·{mean} less than before"
    pace = f"({divisor}*{left1})"
    yield _moved(columns, parameter, words, pace, (now, square(now)))


_UPDATES = {
    "gradient descent": _gradient_descent,
    "momentum": _momentum,
    "RMSprop": _rmsprop,
    "Adam": _adam,
}


def _moved(columns: Columns, parameter: str, words: str, pace: str, direction: Sized) -> Named:
    """(new − old)·pace + η·direction is 0; a pace of "" is 1."""
    rate, old = columns.constant(LEARNING_RATE), columns.before(parameter)
    step, size = direction
    times, times_size = (f"*{pace}", f"*{square(pace)}") if pace else ("", "")
    difference = f"({columns.after(parameter)}-{old}){times}+{rate}*{step}"
    scale = f"{square(old)}{times_size}+{square(rate)}*{size}"
    start = start_name(parameter)
    return parameter, columns.following(parameter, words, difference, scale, start)


def _smoothed(columns: Columns, state: str, factor: str, new: str, size: str) -> Named:
    constant = columns.constant(factor)
    past = (constant, columns.before(state))
    difference = f"{columns.after(state)}-{'*'.join(past)}-(1-{constant})*{new}"
    scale = added([square(*past), f"{square(f'(1-{constant})')}*{size}"])
    words = f"{factor} of the row before, and 1 − {factor} of what is new"
    return state, columns.following(state, words, difference, scale, "0")


def _past(columns: Columns, symbol: str) -> str:
    """β to the power of the step."""
    constant, step = columns.constant(symbol), columns.after(STEP)
    last = f"IFERROR({LAST_OF_A_PAST}/-LN({constant}),1)"
    return f"{constant}^({step}*({step}<{last})+{last}*({step}>={last}))"
