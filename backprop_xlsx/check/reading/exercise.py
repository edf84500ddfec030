"""What a table is held against: a network, the samples that it learns from, an optimiser."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache

from backprop_xlsx import equations
from backprop_xlsx.check.reading.convention import Convention
from backprop_xlsx.check.reading.spelling import quantity_of
from backprop_xlsx.equations import Equations
from backprop_xlsx.formula.expression import Expression, OverSamples, Symbol
from backprop_xlsx.formula.names import STEP, gradient_name, label, sampled, step_loss
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import SYMBOLS, GradientDescent, Optimiser


@dataclass(frozen=True)
class Exercise:
    """What is computed in a table: one run of a network.

    ``samples`` is how many there are, of which a step sees all or, ``in_turn``, one. Of the
    ``optimiser`` only the kind counts, and whether its weights decay. A ``described`` table says
    itself what it computes, and names its columns as the package does. ``auxiliary`` are further
    quantities with their equations, for which a table has columns.
    """

    network: Network = CLASS_NETWORK
    samples: int = 1
    in_turn: bool = False
    optimiser: Optimiser = GradientDescent(1.0)
    described: bool = False
    auxiliary: tuple[tuple[str, Expression], ...] = ()

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        network = self.network
        activations = dict.fromkeys(network.activations)
        words = [str(network), *(activations if len(activations) < 2 else network.activations)]
        if isinstance(network, Convention):
            words += [network.biases_in_words, *network.departures]
            if type(self.optimiser) is not GradientDescent:
                words.append(self.optimiser.title)
        elif network.biases == "none":
            words.append("no bias" if not self.described or self.is_of_the_class else "no biases")
        else:
            words.append(f"{network.biases} biases")
        if not self.is_of_the_class:
            words.append(network.loss_name)
            if self.samples > 1:
                words.append(f"{self.samples} samples{' in turn' if self.in_turn else ''}")
            words.append(self.optimiser.title)
        return ", ".join(words)

    @property
    def is_of_the_class(self) -> bool:
        """Whether this is the exercise that the class sets: 2-2-2, six learning rates."""
        plain = Network(CLASS_NETWORK.widths, CLASS_NETWORK.activations)
        return (self.network, self.samples) == (plain, 1) or not self.described

    @property
    def samples_a_step(self) -> int:
        """How many samples each step sees."""
        return 1 if self.in_turn else self.samples

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """i1, i2, …; of several samples i1[1], i1[2], …"""
        return self._of_samples(self.network.inputs)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """t1, t2, …, one for each output; of several samples t1[1], t1[2], …"""
        return self._of_samples(self.network.targets)

    @cached_property
    def biases(self) -> tuple[str, ...]:
        """b1, b2, …: one for each neuron, or for each layer."""
        return self.network.bias_names

    @property
    def weights(self) -> tuple[str, ...]:
        """w1, w2, …"""
        return self.network.weights

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """What training changes: the weights, then the biases if they are trained."""
        return self.network.parameters

    @cached_property
    def gradients(self) -> tuple[str, ...]:
        """∂E/∂w1 … of all parameters."""
        return tuple(gradient_name(name) for name in self.parameters)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """What every run begins with and keeps: inputs, targets, biases that are fixed."""
        fixed = tuple(name for name in self.biases if name not in self.parameters)
        return self.inputs + self.targets + fixed

    @cached_property
    def hyperparameters(self) -> tuple[str, ...]:
        """The letters of the optimiser's equations, the learning rate first."""
        return tuple(self.optimiser.constants)

    @cached_property
    def ordered_constants(self) -> tuple[str, ...]:
        """What keeps its value in all rows of a table."""
        return self.given + self.hyperparameters

    @cached_property
    def constants(self) -> frozenset[str]:
        """The same, to look a name up."""
        return frozenset(self.ordered_constants)

    @cached_property
    def starts(self) -> dict[str, float | None]:
        """What is computed from the row above, with its value in the first row if that is set."""
        found: dict[str, float | None] = dict.fromkeys(self.parameters)
        for name in self.parameters:
            found |= dict.fromkeys(self.optimiser.state_names(name), 0.0)
        return found | {
            name: float(start)
            for name, start in equations.COUNTED_FROM.items()
            if name in self.equations
        }

    @property
    def loss(self) -> str:
        """The name of a step's loss."""
        return step_loss(self.samples_a_step)

    @cached_property
    def equations(self) -> Equations:
        """Every computed quantity, in order of computation.

        Those of ``starts`` hold from step 1 on.
        """
        found = equations.equations(self.network, self.samples_a_step, self.optimiser)
        if isinstance(self.network, Convention):
            found = self.network.completed(found, self.samples_a_step)
        if self.in_turn:
            found = equations.turns(self.network, self.samples) | found
        counts_steps = any(Symbol(STEP) in each.leaves() for each in found.values())
        found = equations.counting() | found if self.in_turn or counts_steps else found
        return found | dict(self.auxiliary)

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The quantities whose columns are judged, in order of computation."""
        return tuple(self.equations)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every quantity that a column of the table may hold."""
        return frozenset((*self.ordered_constants, *self.equations))

    def quantity(self, text: str) -> str | None:
        """The quantity that a header or a label names, or None."""
        return self._labels.get(text.strip()) if self.described else quantity_of(text)

    @cached_property
    def over_samples(self) -> tuple[OverSamples, ...]:
        """What has a cell for each of a step's samples: i1, h1, a_h1, ∂E/∂h1 …"""
        if self.samples_a_step == 1:
            return ()
        bases = (name.rpartition("[")[0] for name in (*self.given, *self.equations))
        return tuple(OverSamples(base, self.samples) for base in dict.fromkeys(bases) if base)

    def neighbours(self, quantity: str, most: int) -> tuple[str, ...]:
        """Given and computed quantities, of many those next to what a quantity is computed from."""
        names = (*self.given, *self.equations)
        if len(names) <= most:
            return names
        places = {name: index for index, name in enumerate(names)}
        leaves = {leaf.name for leaf in self.equations[quantity].leaves() if type(leaf) is Symbol}
        near = sorted({places[name] for name in leaves if name in places} | {places[quantity]})
        ranked = sorted(range(len(names)), key=lambda i: min(abs(i - place) for place in near))
        return tuple(names[index] for index in sorted(ranked[:most]))

    @cached_property
    def _hash(self) -> int:
        """The hash of the fields, computed once: exercises are keys of what is remembered."""
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    @cached_property
    def _labels(self) -> dict[str, str]:
        words = {f"{field.replace('_', ' ')} {letter}": letter for field, letter in SYMBOLS.items()}
        return {label(name): name for name in self.names} | {
            text: letter for text, letter in words.items() if letter in self.hyperparameters
        }

    def _of_samples(self, names: tuple[str, ...]) -> tuple[str, ...]:
        each = equations.each(self.samples)
        return tuple(sampled(name, sample) for name in names for sample in each)


CLASS_EXERCISE = Exercise()


@lru_cache(maxsize=16)
def with_biases(*, shared: bool, trained: bool) -> Exercise:
    """The class network with a bias in each neuron, or in each layer."""
    names = ("b1", "b1", "b2", "b2") if shared else ("b1", "b2", "b3", "b4")
    kind = "trained" if trained else "fixed"
    return Exercise(
        Convention(CLASS_NETWORK.widths, CLASS_NETWORK.activations, kind, bias_of=names)
    )
