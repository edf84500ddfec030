"""The optimisers: what each keeps of a weight's past, and how it updates the weight.

Source: the update rules of torch.optim, whose weight decay is added to the gradient.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from backprop_xlsx.formula.expression import Call, Expression, Symbol
from backprop_xlsx.formula.names import LEARNING_RATE, STEP, gradient_name
from backprop_xlsx.model.valid import one_of, optimiser_constant
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.numbers import shown

# The field of an optimiser, and the letter that stands for it in equations.
SYMBOLS = {
    "learning_rate": LEARNING_RATE,
    "weight_decay": "λ",
    "momentum": "μ",
    "smoothing": "α",
    "beta1": "β1",
    "beta2": "β2",
    "epsilon": "ε",
}


@dataclass(frozen=True)
class GradientDescent:
    """w − η·∂E/∂w, with λ·w added to the gradient if there is weight decay.

    Every number is rounded to the 15 digits of a spreadsheet. Raises InputError for a learning
    rate or an epsilon that is not above 0, a negative constant, or a factor of the past that is
    not below 1.
    """

    title: ClassVar[str] = "gradient descent"
    # The letter of each thing that is kept of a weight, and what it is in words.
    states: ClassVar[dict[str, str]] = {}

    learning_rate: float
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = optimiser_constant(field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, value)

    @property
    def constants(self) -> dict[str, float]:
        """The letters of this optimiser's equations and their values, the learning rate first."""
        values = {SYMBOLS[field.name]: getattr(self, field.name) for field in fields(self)}
        if not self.weight_decay:
            del values[SYMBOLS["weight_decay"]]
        return values

    def state_names(self, weight: str) -> tuple[str, ...]:
        """The names of what is kept of a weight: ``v_w1``."""
        return tuple(f"{state}_{weight}" for state in self.states)

    def updates(self, weight: str) -> dict[str, Expression]:
        """What is kept of a weight and the weight itself, from the row before."""
        kept, direction = self._direction(weight)
        return kept | {weight: Symbol(weight).before - Symbol(LEARNING_RATE) * direction}

    def _direction(self, weight: str) -> tuple[dict[str, Expression], Expression]:
        """The equations of what is kept, and what the learning rate is multiplied with."""
        return {}, self._gradient(weight)

    def _gradient(self, weight: str) -> Expression:
        gradient = Symbol(gradient_name(weight)).before
        if not self.weight_decay:
            return gradient
        return gradient + Symbol(SYMBOLS["weight_decay"]) * Symbol(weight).before


@dataclass(frozen=True)
class Momentum(GradientDescent):
    """v = μ·v + ∂E/∂w, then w − η·v: steps add up where gradients point the same way."""

    title: ClassVar[str] = "momentum"
    states: ClassVar[dict[str, str]] = {"v": "velocity"}

    momentum: float = 0.9

    def _direction(self, weight: str) -> tuple[dict[str, Expression], Expression]:
        (velocity,) = self.state_names(weight)
        kept = Symbol(SYMBOLS["momentum"]) * Symbol(velocity).before + self._gradient(weight)
        return {velocity: kept}, Symbol(velocity)


@dataclass(frozen=True)
class RMSprop(GradientDescent):
    """s = α·s + (1 − α)·(∂E/∂w)², then w − η·∂E/∂w/(√s + ε): each weight has its own pace."""

    title: ClassVar[str] = "RMSprop"
    states: ClassVar[dict[str, str]] = {"s": "mean square of the gradient"}

    smoothing: float = 0.99
    epsilon: float = 1e-8

    def _direction(self, weight: str) -> tuple[dict[str, Expression], Expression]:
        (square,) = self.state_names(weight)
        gradient, smoothing = self._gradient(weight), SYMBOLS["smoothing"]
        kept = _smoothed(smoothing, square, gradient**2)
        root = Call("SQRT", (Symbol(square),))
        return {square: kept}, gradient / (root + Symbol(SYMBOLS["epsilon"]))


@dataclass(frozen=True)
class Adam(GradientDescent):
    """Smoothed gradient m over the root of the smoothed square v, both freed of their start at 0.

    m = β1·m + (1 − β1)·g, v = β2·v + (1 − β2)·g²;
    w − η·(m/(1 − β1^step))/(√(v/(1 − β2^step)) + ε).
    """

    title: ClassVar[str] = "Adam"
    states: ClassVar[dict[str, str]] = {
        "m": "smoothed gradient",
        "v": "smoothed square of the gradient",
    }

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def _direction(self, weight: str) -> tuple[dict[str, Expression], Expression]:
        mean, square = self.state_names(weight)
        beta1, beta2, gradient = SYMBOLS["beta1"], SYMBOLS["beta2"], self._gradient(weight)
        kept = {
            mean: _smoothed(beta1, mean, gradient),
            square: _smoothed(beta2, square, gradient**2),
        }
        past1, past2 = (Call("DECAY", (Symbol(beta), Symbol(STEP))) for beta in (beta1, beta2))
        freed = Symbol(mean) / (1 - past1)
        spread = Call("SQRT", (Symbol(square) / (1 - past2),))
        return kept, freed / (spread + Symbol(SYMBOLS["epsilon"]))


def _smoothed(factor: str, state: str, new: Expression) -> Expression:
    return Symbol(factor) * Symbol(state).before + (1 - Symbol(factor)) * new


Optimiser = GradientDescent
OPTIMISERS: dict[str, type[GradientDescent]] = {
    kind.title.lower(): kind for kind in (GradientDescent, Momentum, RMSprop, Adam)
}


def optimiser(kind: Any, /, **constants: Any) -> Optimiser:
    """The optimiser of that name (see :data:`OPTIMISERS`) with these constants.

    Raises InputError if there is none, or if it has no such constant.
    """
    chosen = OPTIMISERS[one_of("optimiser", kind, OPTIMISERS)]
    known_constants = [field.name for field in fields(chosen)]
    for name in constants:
        if name not in known_constants:
            known = ", ".join(known_constants)
            raise InputError(f"{chosen.title} has no {shown(name)}, expected some of: {known}")
    if "learning_rate" not in constants:
        raise InputError(f"{chosen.title}: no learning_rate given; give one above 0")
    return chosen(**constants)
