"""What columns were taken for though it cannot be: by those that use them, and by their sisters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from backprop_xlsx.check.judging.claims.likeness import ALIKE, Likeness, kind_of
from backprop_xlsx.check.judging.claims.possible import Possible
from backprop_xlsx.check.judging.claims.readings import Readings
from backprop_xlsx.check.judging.claims.unexplained import Unexplained
from backprop_xlsx.check.judging.verdicts import Judge
from backprop_xlsx.check.reading.auxiliary import whole_of
from backprop_xlsx.formula.names import gradient_name, negative, of_gradient

SISTERS = 3
"""Quantities of a kind, or slopes, of one sign, among which another sign may be a mistake."""
ROUNDS = 4
"""Times that what was found may explain something further."""


class Doubts:
    """Gives columns other names than what they compute, where the fault is their own."""

    def __init__(
        self,
        judge: Judge,
        sheet: Unexplained,
        readings: Readings,
        likeness: Likeness,
        possible: Possible,
    ) -> None:
        self._table = judge.table
        self._sheet = sheet
        self._readings = readings
        self._likeness = likeness
        self._possible = possible
        self._found = readings.found

    def by_use(self) -> None:
        """Where all that use a column are wrong by what it computes, and right by another quantity.

        That it is then: the fault is its own. Its sign may be turned, a factor may be missing.
        """
        for _ in range(ROUNDS):
            before = dict(self._found)
            for name, column in before.items():
                self._by_its_users(name, column)
            if self._found == before:
                break

    def _by_its_users(self, name: str, column: int) -> None:
        readings = self._readings
        users = [(user, known) for user, known in readings.users(column) if known is not None]
        hint = self._sheet.hint(column)
        if not users or hint == name:
            return
        right = readings.score(column, name, users)
        possible = hint in self._possible.equations and hint not in self._found
        if hint is not None and possible and readings.score(column, hint, users) > right:
            del self._found[name]
            self._found[hint] = column
            return
        if right:
            return
        del self._found[name]
        # A gradient is no step: who takes it for one has left out the learning rate; nor is it
        # turned while its sisters are not: who takes it so has another sign.
        steps = {f"Δ{of_gradient(name)}", negative(f"Δ{of_gradient(name)}")}
        if sum(_family(other) == _family(name) for other in self._found) >= SISTERS:
            steps.add(negative(name))
        others = [other for other in readings.plausible(column, users) if other not in steps]
        fits = [other for other in others if readings.score(column, other, users) == len(users)]
        self._found[self._readings.likeliest(column, fits or [name])] = column

    def of_parts(self) -> None:
        """One output's parts of gradients that are missing, as only these use them, are the wholes.

        So they are if no other output's parts are there, the others were left out; and so is what
        is headed as the whole.
        """
        whole = {name: gradient for name in self._found if (gradient := whole_of(name)) is not None}
        several = Counter(whole.values())
        alone = {
            name: gradient
            for name, gradient in whole.items()
            if several[gradient] == 1 and gradient not in self._table.columns | self._found
        }
        missing = self._likeness.missing()
        users = {name: set(self._defenders(self._found[name])) for name in alone}
        doubted = {
            name for name, gradient in alone.items() if gradient in missing and not users[name]
        }
        for name in alone if doubted else ():
            if users[name] and users[name] <= doubted:
                doubted.add(name)
        doubted |= {n for n, whole in alone.items() if self._sheet.hint(self._found[n]) == whole}
        for name in doubted:
            self._found[alone[name]] = self._found.pop(name)

    def _defenders(self, column: int) -> Iterator[str | None]:
        """What uses a column, but for what is nobody knows what of it alone, as a step may be."""
        for user, name in self._readings.users(column):
            if name is not None or self._sheet.references(user) != {column}:
                yield name

    def of_turned(self) -> None:
        """What has its sign turned, unlike most of its sisters, as what follows from it has too.

        Fewer sisters tell if its header names it without that sign.
        Then the sign of one is its own fault: with the sisters' sign no other is wrong that was
        right. So it is with all where that one was found before.
        """
        plain = {negative(name): name for name in self._possible.equations}
        known = {*self._table.columns, *self._found}
        families = Counter(map(_family, known))

        def is_outnumbered(name: str) -> bool:
            hint, own, others = (
                self._sheet.hint(self._found[name]),
                families[_family(name)],
                families[_family(plain[name])],
            )
            return hint != name and others >= max(own, 1 if hint == plain[name] else SISTERS)

        turned = {
            name: plain[name]
            for name in self._found
            if name in plain and plain[name] not in known and is_outnumbered(name)
        }
        if not turned:
            return
        alike = {turned.get(name, name): column for name, column in self._found.items()}
        wrong = self._readings.wrong_by(alike, turned.values())
        if len(wrong - self._readings.wrong_by(self._found, turned)) <= 1:
            self._found.clear()
            self._found.update(alike)

    def by_order(self) -> None:
        """Of two columns that compute the same, and nothing refers to, order tells which is wrong.

        They take each other's names if their kind then stands from left to right by its numbers.
        """
        for name, other in combinations(sorted(self._found), 2):
            sisters = [each for each in self._found if kind_of(each) == kind_of(name)]
            if other not in sisters or _stand_in_order(sisters, self._found):
                continue
            pair = one, two = self._found[name], self._found[other]
            changed = {**self._found, name: two, other: one}
            told = any(_number(self._sheet.title(column)) for column in pair)
            if told or not _stand_in_order(sisters, changed):
                continue
            used = any(self._readings.users(column) for column in pair)
            if not used and self._readings.are_alike(one, two):
                self._found.update(changed)

    def of_lonely(self) -> None:
        """What alone of its kind is there may be what is missing among its sisters, but wrong.

        Where its kind is there with the other sign, its sign is what is wrong.
        """
        for name, column in list(self._found.items()):
            if name in self._table.exercise.equations or self._sheet.hint(column) == name:
                continue
            users = [
                (user, known)
                for user, known in self._readings.users(column)
                if known is not None and not known.startswith(negative(""))
            ]
            if self._readings.score(column, name, users):
                continue  # what uses it is right by it
            kinds = Counter(kind_of(other).removeprefix(negative("")) for other in self._found)
            if kinds[kind_of(name).removeprefix(negative(""))] > 1:
                continue
            likeness = {
                other: self._likeness.of(column, other) for other in self._likeness.missing()
            }
            whole = whole_of(name)
            sisters = [other for other in likeness if whole and kind_of(other) == kind_of(whole)]
            if max(likeness.values(), default=0.0) >= ALIKE:
                del self._found[name]
                self._found[max(likeness, key=lambda other: likeness[other])] = column
            elif whole in self._found and len(sisters) == 1:
                # Of one output the part is the whole: a copy of what has its column already.
                del self._found[name]
                self._found[sisters[0]] = column


def _stand_in_order(names: Sequence[str], columns: Mapping[str, int]) -> bool:
    """Whether quantities stand from left to right by their numbers."""
    places = [columns[name] for name in sorted(names, key=_number)]
    return places == sorted(places)


def _number(name: str) -> int:
    """The digits in a name, read as one number; 0 if it has none."""
    return int("0" + "".join(filter(str.isdecimal, name)))


def _family(name: str) -> str:
    """What a quantity and its sisters have in common; gradients are, and slopes of activations."""
    for prefix in (gradient_name(""), negative(gradient_name("")), "∂a_", negative("∂a_")):
        if name.startswith(prefix):
            return prefix
    return kind_of(name)
