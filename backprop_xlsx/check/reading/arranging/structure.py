"""Which column is which quantity, told from what refers to what: headers only settle ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np

from backprop_xlsx.check.reading.arranging.wiring import Leaf, Wiring, most_common, position
from backprop_xlsx.formula.names import LEARNING_RATE, TOTAL_LOSS, activation_name, gradient_name

Hints = Mapping[int, str]
"""The quantity that the header of a column names."""


@dataclass
class Neuron:
    """A neuron as it is wired: columns, for each weight its source, and what is only added."""

    pre_activation: int
    activation: int | None = None
    weights: dict[Leaf, Leaf] = field(default_factory=dict)
    bias: Leaf | None = None
    added: list[Leaf] = field(default_factory=list)


def named_columns(wiring: Wiring, hints: Hints) -> dict[str, int]:
    """The column of each quantity that the wires tell."""
    return _Structure(wiring, hints).names()


class _Structure:
    def __init__(self, wiring: Wiring, hints: Hints) -> None:
        self.wiring = wiring
        self.hints = hints
        self.wires = wiring.wires
        self.parameters = self._parameters()
        self.gradients = self._gradients()
        self.unary = self._unary()
        self.hidden, self.outputs = self._neurons()
        self._weigh(self.hidden)
        self._weigh(self.outputs)

    def names(self) -> dict[str, int]:
        """Names for what was found; of several orders the one that the headers have."""
        if not self.outputs:
            return {}
        hidden = self._ordered(self.hidden, "h")
        outputs = self._ordered(self.outputs, "o")
        found: dict[str, int] = {}

        def name(quantity: str, leaf: Leaf | None) -> None:
            if isinstance(leaf, int) and quantity not in found and leaf not in found.values():
                found[quantity] = leaf

        targets = self._targets(outputs)
        for letter, neurons in (("h", hidden), ("o", outputs)):
            for number, neuron in enumerate(neurons, start=1):
                name(f"{letter}{number}", neuron.pre_activation)
                name(activation_name(f"{letter}{number}"), neuron.activation)
        weights = self._weight_names(hidden, outputs)
        for quantity, leaf in weights.items():
            name(quantity, leaf)
            if leaf in self.gradients:
                name(gradient_name(quantity), self.gradients[leaf])
                name(f"v_{quantity}", self._velocity(leaf))
        for number, leaf in enumerate(targets, start=1):
            name(f"t{number}", leaf)
        for number, leaf in enumerate(self._inputs(hidden or outputs), start=1):
            name(f"i{number}", leaf)
        for quantity, leaf in self._biases(hidden, outputs).items():
            name(quantity, leaf)
            if leaf in self.gradients:
                name(gradient_name(quantity), self.gradients[leaf])
                name(f"v_{quantity}", self._velocity(leaf))
        for quantity, leaf in self._losses(outputs, targets).items():
            name(quantity, leaf)
        name(LEARNING_RATE, self._learning_rate())
        return found

    def _learning_rate(self) -> Leaf | None:
        """What is given and most updates use, by way of a velocity or a step too."""
        votes: list[Leaf] = []
        for parameter in self.parameters:
            wires = [
                wire
                for column, wire in self.wires.items()
                if column in (parameter, *self._others(parameter)) and column in self._updating
            ]
            votes += {leaf for wire in wires for leaf in wire.given}
        return next(iter(most_common(votes)), None)

    @cached_property
    def _updating(self) -> frozenset[Leaf]:
        """Parameters and what stands between them and their gradients."""
        between = {c for p, end in self.gradients.items() for c in self._others(p) if c != end}
        return frozenset(self.parameters | between)

    # What refers to what

    def _parameters(self) -> frozenset[Leaf]:
        """Weights and biases: computed from themselves in the row above, and used in a row."""
        users = self.wiring.users
        recurrent = {column for column, wire in self.wires.items() if column in wire.above}
        found = {
            column
            for column in recurrent
            if any(user not in recurrent for user in users.get(column, ()))
        }
        # What is only put into functions of itself is a neuron that is updated like a weight.
        neurons = {column for column in found if self._is_only_applied(column)}
        return frozenset(found - neurons if 2 * len(neurons) < len(found) else found)

    def _is_only_applied(self, column: int) -> bool:
        wires = [self.wires[user] for user in self.wiring.users.get(column, ())]
        others = [wire for wire in wires if column not in wire.above]
        return all(wire.here == {column} and not (wire.above or wire.given) for wire in others)

    def _gradients(self) -> dict[Leaf, int]:
        """For each parameter the column by which it is updated."""
        direct = {parameter: self._others(parameter) for parameter in self.parameters}
        behind = {
            parameter: [b for c in others if (b := self._behind(c)) is not None]
            for parameter, others in direct.items()
        }
        distinct = {columns[0] for columns in behind.values() if len(columns) == 1}
        if len(distinct) > 1 and 4 * len(distinct) >= 3 * len(behind):
            direct = {p: behind[p] if len(behind[p]) == 1 else direct[p] for p in direct}
        used = Counter(column for others in direct.values() for column in others)
        found = {
            parameter: min(others, key=lambda c: (used[c], c))
            for parameter, others in direct.items()
            if others
        }
        claimed = Counter(found.values())
        return {p: g for p, g in found.items() if claimed[g] == 1}

    def _others(self, parameter: Leaf) -> list[int]:
        """What an update refers to but for the parameter itself."""
        wire = self.wires.get(parameter) if isinstance(parameter, int) else None
        columns = () if wire is None else (*wire.above, *wire.here)
        return [c for c in dict.fromkeys(columns) if c not in self.parameters]

    def _behind(self, column: int) -> int | None:
        """The gradient by way of a velocity, or of a step that is −η times it."""
        wire = self.wires.get(column)
        if wire is None:
            return None
        others = [c for c in (*wire.above, *wire.here) if c not in (column, *self.parameters)]
        others = others or [leaf for leaf in wire.given if isinstance(leaf, int)]  # pasted
        if len(others) != 1:
            return None
        if column in wire.above:
            return others[0]
        if wire.above or len(wire.here) > 1:
            return None
        zero, one, two = (self.wiring.value(column, {others[0]: x}, 0.7) for x in (0.0, 1.0, 2.0))
        linear = abs(two - 2 * one) < 1e-9 and abs(zero) < 1e-9
        return others[0] if linear else None

    def _velocity(self, parameter: Leaf) -> int | None:
        """The column between a parameter and its gradient that remembers itself."""
        others = [c for c in self._others(parameter) if c in self.wires]
        return next((c for c in others if c in self.wires[c].above), None)

    def _unary(self) -> dict[int, int]:
        """The columns that are a function of one other column alone, mostly of their own row."""
        found: dict[int, int] = {}
        for column, wire in self.wires.items():
            others = wire.here | wire.above
            if len(others) == 1 and not wire.given and column not in self.parameters | others:
                other = next(iter(others))
                if other in self.wires:
                    found[column] = other
        return found

    def _behind_it(self, column: int) -> frozenset[int]:
        """Everything in its row that a column is computed from."""
        found: set[int] = set()
        to_do = [column]
        while to_do:
            wire = self.wires.get(to_do.pop())
            further = [] if wire is None else [c for c in wire.here if c not in found]
            found.update(further)
            to_do += further
        return frozenset(found - {column})

    def _neurons(self) -> tuple[list[Neuron], list[Neuron]]:
        parameters = self.parameters or self._single_row_parameters()
        self.parameters = parameters
        updated_by = set(self.gradients.values())
        first: list[int] = []
        second: list[int] = []
        for column, wire in self.wires.items():
            if column in parameters or column in updated_by or column in wire.above:
                continue
            inside = {*wire.here, *wire.given}
            own = inside & parameters
            rest = wire.here - parameters
            if not own or wire.above - parameters:
                continue
            if not rest:
                first.append(column)
            elif rest <= set(self.unary) | set(first):
                second.append(column)
        activated = {self.unary[u]: u for u in self.unary}
        # What is computed from outputs is none itself.
        second = [c for c in second if self._behind_it(c).isdisjoint(second)]
        sources = Counter(u for c in second for u in self.wires[c].here if u in self.unary)
        for source in sources:
            before = self.unary[source]
            if before not in first and before not in second and before not in parameters:
                first.append(before)
        if not second:
            neurons = [self._neuron(c, activated, Counter()) for c in first]
            return [], [n for n in neurons if n.activation is not None]
        hidden = [self._neuron(c, activated, sources) for c in first]
        hidden = [n for n in hidden if n.activation in sources]
        left = [u for u in sources if u not in {n.activation for n in hidden}]
        for column in first:
            alone = column not in {n.pre_activation for n in hidden}
            if left and alone and not self.wires[column].here - parameters:
                hidden.append(Neuron(column, left.pop(0)))
        outputs = [self._neuron(c, activated, Counter()) for c in second]
        return hidden, [n for n in outputs if n.activation is not None or len(outputs) < 3]

    def _neuron(self, column: int, activated: Mapping[int, int], sources: Counter[int]) -> Neuron:
        candidates = [u for u, x in self.unary.items() if x == column]
        users = self.wiring.users
        best = max(
            candidates,
            key=lambda u: (sources[u], self._is_activation(u, column), len(users.get(u, ())), -u),
            default=None,
        )
        return Neuron(column, best)

    def _is_activation(self, column: int, of: int) -> bool:
        """Whether a function rises: a slope does not do so everywhere."""
        values = [self.wiring.value(column, {of: x}) for x in (-2.0, -0.5, 0.5, 2.0)]
        rises = all(one <= other for one, other in pairwise(values))
        return rises and values[-1] > values[0]

    def _single_row_parameters(self) -> frozenset[Leaf]:
        """Of one row: the factors that only one neuron has; the others are its sources."""
        unary_of = set(self.unary.values())
        found: set[Leaf] = set()
        pairs_of: dict[int, list[tuple[Leaf, Leaf]]] = {}
        for column in unary_of:
            wire = self.wires[column]
            pairs = self._pairs(column)
            if pairs and not wire.above:
                pairs_of[column] = pairs
            elif not wire.here and len(wire.given) > 1:
                found |= {leaf for leaf in wire.given if self._is_factor(column, leaf)}
        sources = Counter(leaf for pairs in pairs_of.values() for pair in pairs for leaf in pair)
        for pairs in pairs_of.values():
            for one, other in pairs:
                if isinstance(one, int) and one in self.wires:
                    found.add(other)
                elif isinstance(other, int) and other in self.wires:
                    found.add(one)
                elif sources[one] != sources[other]:
                    found.add(min(one, other, key=lambda leaf: sources[leaf]))
        return frozenset(found)

    def _is_factor(self, column: int, leaf: Leaf) -> bool:
        """Whether a leaf is multiplied with a typed number other than 1."""
        factor = abs(self.wiring.value(column, {leaf: 1.0}) - self.wiring.value(column, {}))
        return isinstance(leaf, int) and factor > 1e-9 and abs(factor - 1.0) > 1e-9

    # Weights and their sources

    def _pairs(self, column: int) -> list[tuple[Leaf, Leaf]]:
        """The pairs of leaves that are multiplied with each other in a sum of products."""
        wire = self.wires[column]
        leaves: list[Leaf] = sorted([*wire.here, *wire.given], key=position)
        if len(leaves) > 16:
            return []
        value = self.wiring.value
        nothing = value(column, {})
        alone = {leaf: value(column, {leaf: 1.0}) for leaf in leaves}
        found = []
        for one, other in combinations(leaves, 2):
            both = value(column, {one: 1.0, other: 1.0})
            if abs(both - alone[one] - alone[other] + nothing) > 1e-9:
                found.append((one, other))
        return found

    def _weigh(self, neurons: list[Neuron]) -> None:
        for neuron in neurons:
            wire = self.wires[neuron.pre_activation]
            own = [leaf for leaf in (*wire.here, *wire.given) if leaf in self.parameters]
            for one, other in self._pairs(neuron.pre_activation):
                for weight, source in ((one, other), (other, one)):
                    if weight in own and source not in self.parameters:
                        neuron.weights.setdefault(weight, source)
            paired = {*neuron.weights, *neuron.weights.values()}
            value = self.wiring.value
            nothing = value(neuron.pre_activation, {})
            for leaf in sorted({*wire.here, *wire.given} - paired, key=position):
                factor = abs(value(neuron.pre_activation, {leaf: 1.0}) - nothing)
                if abs(factor - 1.0) < 1e-9:
                    neuron.bias = leaf
                    neuron.added.append(leaf)
                elif factor > 1e-9 and leaf in self.parameters:
                    neuron.weights[leaf] = round(factor, 12)  # of a typed input

        self._weigh_added(neurons)

    def _weigh_added(self, neurons: list[Neuron]) -> None:
        """Where a weight is only added, as no other neuron adds it, its source was forgotten."""
        sources = dict.fromkeys(s for neuron in neurons for s in neuron.weights.values())
        most = max((len(neuron.weights) for neuron in neurons), default=0)
        adding = Counter(leaf for neuron in neurons for leaf in neuron.added)
        for neuron in neurons:
            own = [leaf for leaf in neuron.added if leaf in self.parameters and adding[leaf] == 1]
            missing = [source for source in sources if source not in neuron.weights.values()]
            alike = all(other.added for other in neurons) and len(neuron.added) == 1
            if len(neuron.weights) < most and own and missing and not alike:
                neuron.weights[own[0]] = missing[0]
                left = [leaf for leaf in neuron.added if leaf != own[0]]
                neuron.bias = left[-1] if left else None

    # Orders

    def _ordered(self, neurons: list[Neuron], letter: str) -> list[Neuron]:
        """The neurons in the order of their headers, or of their columns."""

        def number(neuron: Neuron) -> tuple[int, float]:
            for column in (neuron.pre_activation, neuron.activation):
                hint = self.hints.get(column or 0, "")
                bare = hint.removeprefix("a_")
                if bare[:1] == letter and bare[1:].isdigit():
                    return int(bare[1:]), 0
            weights = [position(w)[1] for w in neuron.weights if isinstance(w, int)]
            return 99, float(np.mean(weights)) if weights else neuron.pre_activation

        return sorted(neurons, key=number)

    def _inputs(self, neurons: list[Neuron]) -> list[Leaf]:
        sources = [source for neuron in neurons for source in neuron.weights.values()]
        times: Counter[Leaf] = Counter()
        for neuron in neurons:
            times |= Counter(s for s in neuron.weights.values() if isinstance(s, float))
        found = [leaf for leaf in most_common(sources) for _ in range(times[leaf] or 1)]
        # One neuron may have been given what is no input: as many are meant as it has weights.
        counts, uses = Counter(sources), Counter(g for w in self.wires.values() for g in w.given)
        found.sort(key=lambda leaf: (-counts[leaf], -uses[leaf], position(leaf)))
        most = max((len(neuron.weights) for neuron in neurons), default=0)
        return self._by_hint(found[:most], "i")

    def _by_hint(self, leaves: Iterable[Leaf], letter: str) -> list[Leaf]:
        def key(leaf: Leaf) -> tuple[int, tuple[int, int, int]]:
            hint = self.hints.get(leaf, "") if isinstance(leaf, int) else ""
            known = hint[:1] == letter and hint[1:].isdigit()
            return (int(hint[1:]) if known else 99, position(leaf))

        return sorted(leaves, key=key)

    def _weight_names(self, hidden: list[Neuron], outputs: list[Neuron]) -> dict[str, Leaf]:
        """w1 …: neuron by neuron, source by source, or as the headers say."""
        found: dict[str, Leaf] = {}
        number = 0
        layers: list[tuple[list[Neuron], list[Leaf | None]]] = [
            (hidden, [*self._inputs(hidden)]),
            (outputs, [n.activation for n in hidden]),
        ]
        if not hidden:
            layers = [(outputs, [*self._inputs(outputs)])]
        self._give_left_over(layers)
        for neurons, sources in layers:
            for neuron in neurons:
                for weight in _in_order(neuron, sources):
                    number += 1
                    if weight is not None:
                        found[f"w{number}"] = weight
        weights = {leaf for leaf in self.parameters if isinstance(leaf, int)}
        hinted = {self.hints[w]: w for w in weights if self.hints.get(w, "")[:1] == "w"}
        named = {name for name, leaf in found.items()}
        if len(hinted) == len(found) == number and set(hinted) == named:
            return dict(hinted)
        return found

    def _give_left_over(self, layers: Sequence[tuple[list[Neuron], list[Leaf | None]]]) -> None:
        """A neuron without weights has those that no other one has, if there are just so many."""
        taken = {leaf for neurons, _ in layers for n in neurons for leaf in (*n.weights, n.bias)}
        left = sorted(self.parameters - taken, key=position)
        bare = [(n, sources) for neurons, sources in layers for n in neurons if not n.weights]
        if len(bare) == 1 and len(left) == len(bare[0][1]):
            neuron, sources = bare[0]
            for weight, source in zip(left, sources, strict=True):
                neuron.weights[weight] = 0.0 if source is None else source

    def _biases(self, hidden: list[Neuron], outputs: list[Neuron]) -> dict[str, Leaf]:
        layers = [layer for layer in (hidden, outputs) if layer]
        biases = [[n.bias for n in layer] for layer in layers]
        found: dict[str, Leaf] = {}
        shared = all(len(set(layer)) == 1 for layer in biases) and any(
            len(layer) > 1 for layer in biases
        )
        listed = [layer[0] for layer in biases] if shared else [b for lay in biases for b in lay]
        for number, bias in enumerate(listed, start=1):
            if bias is not None:
                found[f"b{number}"] = bias
        return found

    # Targets and losses

    def _reach(self, column: int) -> tuple[frozenset[int], frozenset[Leaf]]:
        """The neurons' activations, and what is given, from which a column is computed."""
        ends = {n.activation for n in (*self.hidden, *self.outputs)}
        ends |= {n.pre_activation for n in (*self.hidden, *self.outputs)}
        ends |= {leaf for leaf in self.parameters if isinstance(leaf, int)}
        reached: set[int] = set()
        given: set[Leaf] = set()
        seen: set[int] = set()
        to_do = [column]
        while to_do:
            at = to_do.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in ends and at != column:
                reached.add(at)
            elif at in self.wires:
                to_do += self.wires[at].here
                given |= self.wires[at].given
        return frozenset(reached), frozenset(given)

    def _targets(self, outputs: list[Neuron]) -> list[Leaf]:
        """For each output what is given beside it."""
        used = {s for n in (*self.hidden, *self.outputs) for s in n.weights.values()}
        found: list[Leaf] = []
        ends = {n.activation for n in outputs}
        reach = {column: self._reach(column) for column in self.wires if column not in ends}
        for neuron in outputs:
            votes = [
                leaf
                for column, (reached, given) in reach.items()
                if reached & ends == {neuron.activation} and column not in self._updating
                for leaf in given
                if leaf not in used and leaf not in self.parameters and leaf not in found
            ]
            best = most_common(votes)
            found.append(best[0] if best else 0.0)
        return found

    def _losses(self, outputs: list[Neuron], targets: list[Leaf]) -> dict[str, Leaf]:
        """E1 … and their sum: they are least where the outputs equal the targets."""
        found: dict[str, Leaf] = {}
        of_output = {n.activation: k for k, n in enumerate(outputs)}
        taken = {*self.gradients.values()}
        least: list[tuple[int, frozenset[int]]] = []
        for column in self.wires:
            if column in taken or column in self.parameters:
                continue
            reached, _ = self._reach(column)
            if reached and reached <= set(of_output) and self._is_least(column, outputs, targets):
                least.append((column, reached))
        for column, reached in least:
            if len(reached) == 1 and len(outputs) > 1:
                found.setdefault(f"E{of_output[next(iter(reached))] + 1}", column)
            elif len(reached) == len(outputs):
                found.setdefault(TOTAL_LOSS, column)
        return found

    def _is_least(self, column: int, outputs: list[Neuron], targets: list[Leaf]) -> bool:
        def at(output: float) -> float:
            known: dict[Leaf, float] = {}
            for neuron, target in zip(outputs, targets, strict=True):
                known[target] = 0.4
                if neuron.activation is not None:
                    known[neuron.activation] = output
            return self._composed(column, known, frozenset())

        if all(isinstance(target, float) for target in targets):
            # Typed into the formulas: somewhere it is least.
            values = np.array([at(output) for output in np.linspace(-1.0, 2.0, 13)])
            if not np.isfinite(values).all():
                return False
            bent = np.diff(values, 2)
            ends = min(values[0], values[-1]) > values.min() + 1e-9
            return bool(np.all(bent > 1e-9)) and ends and values.min() > -1e-9
        middle, below, beyond = at(0.4), at(0.3), at(0.5)
        return below > middle + 1e-6 and beyond > middle + 1e-6

    def _composed(self, column: int, known: dict[Leaf, float], chain: frozenset[int]) -> float:
        """A column's value with all between it and what is known computed too."""
        wire = self.wires[column]
        values = dict(known)
        for other in wire.here:
            if other not in values and other in self.wires and other not in chain:
                values[other] = self._composed(other, known, chain | {column})
        return self.wiring.value(column, values)


def _in_order(neuron: Neuron, sources: Iterable[Leaf | None]) -> list[Leaf | None]:
    """The weight of each source; where one source stands for two, as the weights stand."""
    left = sorted(neuron.weights, key=position)
    found: list[Leaf | None] = []
    for source in sources:
        own = next((weight for weight in left if neuron.weights[weight] == source), None)
        if own is not None:
            left.remove(own)
        found.append(own)
    if left and found.count(None) == len(left):
        return [*sorted(neuron.weights, key=position)]
    return found
