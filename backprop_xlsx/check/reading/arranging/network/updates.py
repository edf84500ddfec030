"""Which columns are parameters, and by which columns they are updated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from functools import cached_property

from backprop_xlsx.check.reading.arranging.wires.shapes import (
    differ,
    is_activation,
    is_bent,
    is_weighed,
)
from backprop_xlsx.check.reading.arranging.wires.wire import Leaf
from backprop_xlsx.check.reading.arranging.wires.wiring import Wiring, most_common, values_of

SOME_RATE = 0.7
"""What stands for the learning rate where only the form of an update counts."""

FEW = 0.25
"""Of the parameters, how many may have a wrong sign for the others to tell the right one."""


class Updates:
    """The ``parameters`` of a run, and for each the column of its gradient.

    ``applied`` are columns that are updated as these are, but only put into functions.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.wires = wiring.wires
        self.applied: frozenset[int] = frozenset()
        self.parameters = self._parameters()
        self.gradients = self._gradients()

    def learning_rate(self) -> Leaf | None:
        """What is given and most updates use, by way of a velocity or a step too."""
        votes: list[Leaf] = []
        for parameter in self.parameters:
            wires = [
                wire
                for column, wire in self.wires.items()
                if column in (parameter, *self._others(parameter)) and column in self.between
            ]
            votes += {leaf for wire in wires for leaf in wire.given}
        # What few use is something else: the rate may be typed into all updates.
        most = (
            leaf for leaf in most_common(votes) if 2 * votes.count(leaf) >= len(self.parameters)
        )
        return next(most, None)

    @cached_property
    def between(self) -> frozenset[Leaf]:
        """Parameters and what stands between them and their gradients."""
        between = {c for p, end in self.gradients.items() for c in self._others(p) if c != end}
        return frozenset(self.parameters | between)

    def _parameters(self) -> frozenset[Leaf]:
        """Weights and biases: computed from themselves in the row above, and used in a row."""
        users = self.wiring.users
        recurrent = {column for column, wire in self.wires.items() if column in wire.above}
        found = {
            column
            for column in recurrent
            if any(user not in recurrent for user in users.get(column, ()))
        }
        moved = {own: column for column in self.wires if (own := self._moves(column, recurrent))}
        found = found - moved.keys() | {*moved.values()}
        # The weights of a neuron that leaves a source out are updated, but nothing uses them.
        uses = Counter(other for wire in self.wires.values() for other in wire.above | wire.here)
        unused = {
            column
            for column in recurrent
            if uses[column] == 1
            and (len(self.wires[column].above) > 1 or self.wires[column].here & recurrent)
        }
        found |= self._mistaken(found)
        neurons = {column for column in found if self._is_applied(column, found)}
        if not neurons or 2 * len(neurons) >= len(found | unused):
            return frozenset(found | unused)
        self.applied = frozenset(neurons)
        return frozenset(found - neurons | unused)

    def _moves(self, column: int, recurrent: Set[int]) -> int | None:
        """What remembers itself, for a column alone that is else another parameter: its velocity.

        Such a column is a parameter, which takes another's value by mistake.
        """
        wire, users = self.wires[column], self.wiring.users
        if column in recurrent or wire.above or wire.given or len(wire.here) != 2:
            return None
        if not wire.here <= recurrent:
            return None
        own = [other for other in wire.here if users[other] == {column}]
        return own[0] if len(own) == 1 and users.get(column) else None

    def _mistaken(self, parameters: set[int]) -> set[int]:
        """What is used in a row, and updated from something else with a gradient of its own.

        From another parameter, say, from a neuron, or from a typed number. Or as another one is.
        """
        uses = Counter(other for wire in self.wires.values() for other in wire.above)
        updates = {self.wires[parameter].above for parameter in parameters}
        found = set()
        for column, wire in self.wires.items():
            own = wire.above in updates or any(
                uses[c] == 1 and not self.wiring.users.get(c) for c in wire.above - parameters
            )
            users = self.wiring.users.get(column, frozenset())
            if column in wire.above or wire.here or len(wire.above) > 2:
                continue
            if own and users and not users & parameters:
                found.add(column)
        return found - parameters

    def _is_applied(self, column: int, recurrent: Set[int]) -> bool:
        """Whether what is updated like a weight is a neuron: an activation of it alone is there.

        Or nothing else uses it than functions of itself. What is weighted in a sum is none.
        """
        users = [u for u in self.wiring.users.get(column, ()) if column not in self.wires[u].above]
        if any(
            self._is_weighted(column, u) for u in users if self.wires[u].here & recurrent - {column}
        ):
            return False
        alone = [u for u in users if self.wires[u].leaves == {column}]
        alone = [u for u in alone if not is_weighed(values_of(self.wiring, u, column))]
        return len(alone) == len(users) or any(
            is_activation(values_of(self.wiring, user, column)) for user in alone
        )

    def _is_weighted(self, column: int, sum_of_products: int) -> bool:
        """Whether a column that is computed from others rises evenly with this one."""
        values = [self.wiring.value(sum_of_products, {column: x}, 1.0) for x in (0.0, 1.0, 2.0)]
        return differ(values[1], values[0]) and not is_bent(values)

    def _gradients(self) -> dict[Leaf, int]:
        """For each parameter the column by which it is updated."""
        direct = {parameter: self._others(parameter) for parameter in self.parameters}
        behind = {
            parameter: [b for c in others if (b := self._behind(c)) is not None]
            for parameter, others in direct.items()
        }
        distinct = {columns[0] for columns in behind.values() if len(columns) == 1}
        # One step may be another's, by mistake.
        if 1 < len(distinct) >= min(3 * len(behind) / 4, len(behind) - 1):
            direct = {p: behind[p] if len(behind[p]) == 1 else [] for p in direct}
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
        given = [leaf for leaf in wire.given if isinstance(leaf, int)]
        # Numbers, pasted or repeated, that no other step uses, as all do the learning rate.
        others = others or [leaf for leaf in given if self.wiring.uses[leaf] == 1] or given
        if len(others) != 1:
            return None
        if column in wire.above:
            return others[0]
        if wire.above or len(wire.here) > 1:
            return None
        zero, one, two = (
            self.wiring.value(column, {others[0]: x}, SOME_RATE) for x in (0.0, 1.0, 2.0)
        )
        return others[0] if zero == 0 and two == 2 * one else None  # doubling rounds nothing

    @cached_property
    def adding(self) -> frozenset[Leaf]:
        """The parameters that are updated by gradients with their sign turned.

        Then δ is the target less the output, and the updates add η times it. Where only few do, or
        only few do not, these have a wrong sign.
        """
        found = {parameter for parameter in self.gradients if self._adds(parameter)}
        known = frozenset(self.gradients)
        few = max(FEW * len(known), len(known) > 2)  # one of three is few, too
        if len(found) <= few:
            return frozenset()
        return known if len(found) >= len(known) - few else frozenset(found)

    def _adds(self, parameter: Leaf) -> bool:
        """Whether a parameter grows with what it is updated by."""
        gradient = self.gradients[parameter]

        def after(value: float) -> float:
            known: dict[Leaf, float] = {gradient: value}
            for step in self._others(parameter):
                if step != gradient and step in self.wires:
                    known[step] = self.wiring.value(step, known, SOME_RATE)
            assert isinstance(parameter, int)
            return self.wiring.value(parameter, known, SOME_RATE)

        return after(1.0) > after(0.0)

    def velocity(self, parameter: Leaf) -> int | None:
        """The column between a parameter and its gradient that remembers itself."""
        others = [c for c in self._others(parameter) if c in self.wires]
        return next((c for c in others if c in self.wires[c].above), None)
