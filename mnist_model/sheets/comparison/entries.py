"""What a comparison is about: networks with what is claimed of them, and steps of the ladder."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_model.sheets.comparison.published import PUBLISHED
from mnist_model.training.record import Record


@dataclass(frozen=True)
class ComparisonEntry:
    """A network in the comparison, and the runs measured here.

    ``protocol`` is "published" or the name of the recipe that trained it.
    """

    name: str
    protocol: str
    runs: tuple[Record, ...]

    @property
    def claim(self) -> tuple[float | None, int | None]:
        """The best accuracy that is stated of it, and its epoch; None for what is not."""
        found = [network for network in PUBLISHED if network.name == self.name]
        return (found[0].best, found[0].best_epoch) if found else (None, None)


@dataclass(frozen=True)
class LadderStep:
    """A step of the ladder: what was added to the step before, and the runs with it."""

    added: str
    runs: tuple[Record, ...]
