"""What the files of a class have in common, gathered file by file; none of the reports is kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from backprop_xlsx.check.classroom.topics import Topic, topic_of
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.mistakes import Mistake, mistakes
from backprop_xlsx.check.report.phrases import Verdict, printable, verdict

RARE = 0.05
"""Of the files with a table: a mistake that no more of them hold is rare."""
FEW = 3
"""And one that so many hold, in a small class."""
AGAIN = 0.2
"""Of the files with a table: a topic in which so many have a mistake is to be taught again."""
BINS = 10
"""Of the marks."""
MOST_NAMED = 8
"""Files that are named for a mistake."""


@dataclass
class Made:
    """A mistake and who made it: the names of the first files, and how many there are."""

    title: str
    number: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """One more file."""
        self.number += 1
        if len(self.names) < MOST_NAMED:
            self.names.append(name)


@dataclass(frozen=True)
class Shared:
    """The same rare mistake in the same cells of several files."""

    made: Made
    places: str


class Gathered:
    """The files of a class, as far as the page on it tells of them."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.bins: Counter[int] = Counter()
        self.total = 0.0
        self.points = 0.0
        self.marked = 0
        self._made: dict[str, Made] = {}
        self._topics: Counter[Topic] = Counter()
        self._alike: dict[bytes, Shared] = {}

    def add(self, entry: Entry) -> None:
        """One more file."""
        self.verdicts[verdict(entry.report)] += 1
        if entry.mark is not None:
            self.marked += 1
            self.total += entry.mark.earned
            self.points = entry.mark.points
            self.bins[min(int(entry.mark.share * BINS), BINS - 1)] += 1
        found = mistakes(entry.report)
        self._topics.update({topic_of(fault) for mistake in found for _, fault in mistake.faults})
        for mistake in found:
            name, title = entry.student or entry.name, mistake.title
            self._made.setdefault(title, Made(title)).add(name)
            shared = Shared(Made(title), printable(", ".join(mistake.places)))
            self._alike.setdefault(_key(mistake), shared).made.add(name)

    @property
    def mean(self) -> float | None:
        """The mean mark."""
        return self.total / self.marked if self.marked else None

    @property
    def made(self) -> list[Made]:
        """The mistakes, the one of most files first."""
        return sorted(self._made.values(), key=lambda made: (-made.number, made.title))

    @property
    def topics(self) -> list[tuple[Topic, int]]:
        """The topics in which somebody has a mistake, with how many have one, most first."""
        return sorted(self._topics.items(), key=lambda pair: (-pair[1], pair[0].name))

    @property
    def again(self) -> list[tuple[Topic, int]]:
        """The topics to be taught again; if no mistake is frequent, the most frequent one."""
        often = [(topic, n) for topic, n in self.topics if n >= AGAIN * self.marked]
        return often or self.topics[:1]

    @property
    def shared(self) -> list[Shared]:
        """Rare mistakes that several files hold in the same cells."""
        most = max(FEW, int(RARE * self.marked))
        found = [
            shared
            for shared in self._alike.values()
            if shared.made.number > 1 and self._made[shared.made.title].number <= most
        ]
        return sorted(found, key=lambda shared: (shared.made.number, shared.made.title))


def _key(mistake: Mistake) -> bytes:
    """The same for the same mistake in the same cells, in few bytes: there may be millions."""
    cells = [f"{table.sheet}!{fault.range} {fault.found}" for table, fault in mistake.faults]
    return hashlib.sha256("\n".join([mistake.title, *cells]).encode()).digest()[:12]
