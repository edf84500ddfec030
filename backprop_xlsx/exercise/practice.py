"""What is practised: the quantities of one step of training, part by part, and which are blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backprop_xlsx import equations
from backprop_xlsx.formula.expression import Expression, Symbol
from backprop_xlsx.formula.names import MEAN_LOSS, STEP, TOTAL_LOSS, label, sampled, without_sample
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Optimiser
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.valid import one_of
from backprop_xlsx.spreadsheet.errors import InputError

PARTS = ("forward", "loss", "gradients", "update")
GIVEN = "given"
ROWS = 2
"""Of start values, in which each formula has to be right."""
MOST_SAMPLES = 4
"""Of a step that sees all samples: so many show what a mean over samples is."""
MOST_QUANTITIES = 500
"""The class book has 27; of more nobody fills in each."""

NEW = "new "
"""Before the name of what an update yields."""


@dataclass(frozen=True)
class Quantity:
    """A quantity of the step, such as ``h1``; what an update yields is ``new w1``.

    ``cells`` are its names cell by cell, one for each sample that it is of, and ``equations`` what
    each of them computes, its leaves named in the same way; none if it is given.
    """

    name: str
    part: str
    cells: tuple[str, ...]
    equations: tuple[Expression, ...] = ()

    @property
    def label(self) -> str:
        """The name as the exercise writes it."""
        return label(self.name)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The cells that its equations read, each once."""
        leaves = (leaf for equation in self.equations for leaf in equation.leaves())
        return tuple(dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, Symbol)))


@dataclass(frozen=True)
class Practice:
    """One step of training, and the parts of it that students fill in.

    ``samples`` is how many the step sees together. Raises InputError for an unknown part, and for
    a network that nobody would fill in by hand.
    """

    network: Network
    optimiser: Optimiser
    samples: int = 1
    blank: tuple[str, ...] = PARTS

    def __post_init__(self) -> None:
        chosen = [one_of("blank", part, PARTS) for part in self.blank]
        object.__setattr__(self, "blank", tuple(part for part in PARTS if part in chosen))
        _require_few(self.network, self.optimiser)

    @classmethod
    def of(cls, experiment: Experiment, blank: Sequence[str] = PARTS) -> Practice:
        """A step of an experiment's first optimiser, with as many samples as are shown."""
        return cls(
            experiment.network,
            experiment.optimisers[0],
            len(shown_samples(experiment)),
            tuple(blank),
        )

    @cached_property
    def given(self) -> tuple[Quantity, ...]:
        """What the step starts from: its numbers are typed."""
        network, optimiser = self.network, self.optimiser
        per_sample = network.targets + network.inputs
        states = [name for weight in network.parameters for name in optimiser.state_names(weight)]
        names = [*network.weights, *network.bias_names, *optimiser.constants, *states]
        if STEP in {leaf for quantity in self.quantities for leaf in quantity.reads}:
            names.append(STEP)
        return (
            *(Quantity(name, GIVEN, self._cells_of(name)) for name in per_sample),
            *(Quantity(name, GIVEN, (name,)) for name in names),
        )

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What the step computes, in order of computation."""
        network, count = self.network, self.samples
        forward = equations.forward(network, count)
        backward = equations.deltas(network, count) | equations.gradients(network, count)
        losses = (*network.losses, TOTAL_LOSS, MEAN_LOSS)
        updates = equations.updates(network, self.optimiser)
        parts = {name: "loss" if without_sample(name) in losses else "forward" for name in forward}
        parts |= dict.fromkeys(backward, "gradients")
        renamed = {
            NEW + name: equation.rebuilt(lambda leaf: before_or_new(leaf, updates))
            for name, equation in updates.items()
        }
        parts |= dict.fromkeys(renamed, "update")
        found = forward | backward | renamed
        groups: dict[str, list[str]] = {}
        for name in found:
            groups.setdefault(without_sample(name), []).append(name)
        return tuple(
            Quantity(base, parts[cells[0]], tuple(cells), tuple(found[cell] for cell in cells))
            for base, cells in groups.items()
        )

    @cached_property
    def blanks(self) -> tuple[Quantity, ...]:
        """The quantities that students fill in."""
        return tuple(quantity for quantity in self.quantities if quantity.part in self.blank)

    def _cells_of(self, name: str) -> tuple[str, ...]:
        return tuple(sampled(name, sample) for sample in equations.each(self.samples))


def shown_samples(experiment: Experiment) -> tuple[Sample, ...]:
    """The samples of the step: of several that it sees together a few, spread over them all."""
    samples = experiment.samples
    count = min(len(samples), 1 if experiment.in_turn else MOST_SAMPLES)
    last = max(count - 1, 1)
    return tuple(samples[index * (len(samples) - 1) // last] for index in range(count))


def _require_few(network: Network, optimiser: Optimiser) -> None:
    """Raises InputError for more quantities than anybody fills in, before any is made."""
    neurons, parameters = len(network.neurons), len(network.parameters)
    count = 3 * neurons + parameters * (2 + len(optimiser.states))
    if count > MOST_QUANTITIES:
        raise InputError(
            f"network {network}: has about {count:,} quantities to fill in, expected at most "
            f"{MOST_QUANTITIES}; make the layers narrower"
        )


def points_by_part(practice: Practice, right: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The points of each blank part, and how many there are; ``right`` are the right quantities."""
    return {
        part: (
            sum(blank.part == part and blank.name in right for blank in practice.blanks),
            sum(blank.part == part for blank in practice.blanks),
        )
        for part in practice.blank
    }


def before_or_new(leaf: Expression, updated: Mapping[str, Expression]) -> Expression:
    """A leaf of an update: what stood before under its own name, what it yields as new."""
    if isinstance(leaf, Symbol):
        yielded = leaf.steps_back == 0 and leaf.name in updated
        return Symbol(NEW + leaf.name if yielded else leaf.name)
    return leaf
