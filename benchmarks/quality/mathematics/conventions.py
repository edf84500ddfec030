"""Which mathematics a book follows: the class exercise, or one of its neighbours."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cached_property

LOSSES = {
    "half": "E = ½ Σ (t − a)²",
    "whole": "E = Σ (t − a)²",
    "mean": "E = mean of (t − a)²",
    "half mean": "E = mean of ½ (t − a)²",
    "cross entropy": "E = −Σ t ln a + (1 − t) ln(1 − a)",
}


@dataclass(frozen=True)
class Convention:
    """A network of at most one hidden layer, its loss and its updates.

    ``sizes`` are inputs, hidden neurons (0 for none) and outputs; ``biases`` is "none", "shared"
    (one a layer) or "own"; ``by_input`` numbers the weights input by input.
    """

    name: str
    sizes: tuple[int, int, int] = (2, 2, 2)
    hidden: str = "sigmoid"
    output: str = "sigmoid"
    loss: str = "half"
    biases: str = "none"
    trained_biases: bool = False
    momentum: str = "none"
    by_input: bool = False

    @property
    def is_of_the_class(self) -> bool:
        return self == replace(CLASS, name=self.name)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(f"i{k}" for k in range(1, self.sizes[0] + 1))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        return tuple(f"t{k}" for k in range(1, self.sizes[2] + 1))

    @cached_property
    def hidden_weights(self) -> dict[tuple[int, int], str]:
        """The weight from input k to hidden neuron j, by (j, k), from 1."""
        inputs, hidden, _ = self.sizes
        return self._numbered(inputs, hidden, 0)

    @cached_property
    def output_weights(self) -> dict[tuple[int, int], str]:
        """The weight from hidden neuron (or input) k to output j, by (j, k), from 1."""
        inputs, hidden, outputs = self.sizes
        return self._numbered(hidden or inputs, outputs, inputs * hidden)

    def _numbered(self, sources: int, neurons: int, before: int) -> dict[tuple[int, int], str]:
        return {
            (
                j,
                k,
            ): f"w{before + ((k - 1) * neurons + j if self.by_input else (j - 1) * sources + k)}"
            for j in range(1, neurons + 1)
            for k in range(1, sources + 1)
        }

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """All weights in the order of their numbers."""
        names = [*self.hidden_weights.values(), *self.output_weights.values()]
        return tuple(sorted(names, key=lambda name: int(name[1:])))

    @cached_property
    def bias_names(self) -> tuple[str, ...]:
        _, hidden, outputs = self.sizes
        count = {"none": 0, "shared": 2 if hidden else 1, "own": hidden + outputs}[self.biases]
        return tuple(f"b{k}" for k in range(1, count + 1))

    def hidden_bias(self, j: int) -> str | None:
        """The bias of hidden neuron j."""
        return {"none": None, "shared": "b1", "own": f"b{j}"}[self.biases]

    def output_bias(self, j: int) -> str | None:
        """The bias of output j."""
        hidden = self.sizes[1]
        return {"none": None, "shared": "b2" if hidden else "b1", "own": f"b{hidden + j}"}[
            self.biases
        ]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What is trained."""
        return (*self.weights, *(self.bias_names if self.trained_biases else ()))

    @property
    def fixed_biases(self) -> tuple[str, ...]:
        return () if self.trained_biases else self.bias_names

    @property
    def constants(self) -> tuple[str, ...]:
        """What is given, but for the learning rate."""
        return (*self.targets, *self.inputs, *self.fixed_biases)

    @property
    def sources(self) -> tuple[str, ...]:
        """What the outputs are computed from."""
        hidden = self.sizes[1]
        return tuple(f"a_h{k}" for k in range(1, hidden + 1)) if hidden else self.inputs


CLASS = Convention("class")
NEIGHBOURS = (
    Convention("E without ½", loss="whole"),
    Convention("mean of squares", loss="mean"),
    Convention("mean of halves", loss="half mean"),
    Convention("momentum", momentum="velocity"),
    Convention("tanh", hidden="tanh", output="tanh"),
    Convention("tanh, sigmoid", hidden="tanh"),
    Convention("relu, sigmoid", hidden="relu"),
    Convention("linear outputs", output="linear"),
    Convention("relu, linear", hidden="relu", output="linear"),
    Convention("fixed biases", biases="shared"),
    Convention("fixed own biases", biases="own"),
    Convention("trained biases", biases="own", trained_biases=True),
    Convention("trained shared biases", biases="shared", trained_biases=True),
    Convention("2-2-1", sizes=(2, 2, 1)),
    Convention("3-3-2", sizes=(3, 3, 2)),
    Convention("2-3-2", sizes=(2, 3, 2)),
    Convention("input by input", by_input=True),
    Convention("cross entropy", loss="cross entropy"),
    Convention("one layer", sizes=(2, 0, 2)),
)
HELD_OUT_NEIGHBOURS = (
    Convention("3-2-2", sizes=(3, 2, 2)),
    Convention("2-2-3", sizes=(2, 2, 3)),
    Convention("2-4-1", sizes=(2, 4, 1)),
    Convention("relu, tanh", hidden="relu", output="tanh"),
    Convention("E without ½, linear", loss="whole", output="linear"),
    Convention("E without ½, own biases", loss="whole", biases="own", trained_biases=True),
    Convention("tanh, mean", hidden="tanh", loss="mean"),
    Convention("momentum of gradients", momentum="gradients"),
    Convention("one layer, one output", sizes=(3, 0, 1)),
    Convention("input by input, without ½", by_input=True, loss="whole"),
)


@dataclass(frozen=True)
class Start:
    """The numbers with which a run begins, by name: constants, parameters, rate, momentum."""

    numbers: dict[str, float]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


CLASS_WEIGHTS = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
RATES = (0.1, 0.2, 0.5, 0.8, 1.0, 2.0)


def start_of(convention: Convention, rng: random.Random, rate: float) -> Start:
    """The start of a run, most often the numbers of the class."""
    numbers = {"rate": rate, "momentum": rng.choice((0.9, 0.5, 0.8))}
    inputs = (0.05, 0.10) if rng.random() < 0.6 else (round(rng.uniform(0.1, 0.9), 2), 0.3)
    numbers |= {name: (*inputs, 0.7, 0.45)[k] for k, name in enumerate(convention.inputs)}
    targets = rng.choice(((0.5, 0.5, 0.5), (0.01, 0.99, 0.5), (0.1, 0.8, 0.3), (0.25, 0.7, 0.9)))
    numbers |= dict(zip(convention.targets, targets, strict=False))
    own = rng.random() < 0.3 or len(convention.weights) > len(CLASS_WEIGHTS)
    for k, name in enumerate(convention.weights):
        numbers[name] = round(rng.uniform(-0.9, 0.9), 2) or 0.1 if own else CLASS_WEIGHTS[k]
    for k, name in enumerate(convention.bias_names):
        numbers[name] = (0.35, 0.60)[k % 2] if not own else round(rng.uniform(0.1, 0.9), 2)
    return Start(numbers)


def wide_start(convention: Convention, rng: random.Random) -> Start:
    """Any start: where formulas that are not the same differ."""
    scale = 10 ** rng.uniform(-0.7, 1.4)
    numbers = {"rate": rng.uniform(0.05, 3), "momentum": rng.uniform(0.2, 0.95)}
    numbers |= {name: rng.uniform(-2, 2) for name in convention.inputs}
    numbers |= {name: rng.uniform(0.02, 0.98) for name in convention.targets}
    names = (*convention.weights, *convention.bias_names)
    return Start(numbers | {name: rng.uniform(-scale, scale) for name in names})
