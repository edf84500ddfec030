"""The table of results, in Markdown."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..mutations.literature import LITERATURE
from ..mutations.slips import SLIPS
from .scoring import Score


def _share(count: int, of: int) -> str:
    if not of:
        return "–"
    share = 100 * count / of
    digits = 0 if count in (0, of) else 1 if share < 99 else 2
    return f"{share:.{digits}f} %"


def of_right(scores: Sequence[Score]) -> list[str]:
    """A line for each convention, then those options whose books fared worst."""
    lines = [
        "| right books | books | accused | unread | tables missed or too many | clean "
        "| ruined by --fix |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = defaultdict(list)
    for score in scores:
        groups["the class exercise" if score.convention == "class" else score.convention].append(
            score
        )
    neighbours = [score for score in scores if score.convention != "class"]
    ordered = {
        "all": list(scores),
        "the class exercise": groups.pop("the class exercise", []),
        "all neighbours": neighbours,
    } | dict(sorted(groups.items()))
    for name, books in ordered.items():
        lines.append(_right_line(name, books))
    return lines


def _right_line(name: str, books: Sequence[Score]) -> str:
    accused = sum(score.accused for score in books)
    unread = sum(score.error is not None for score in books)
    other = sum(
        not score.accused and score.error is None and score.tables != score.runs for score in books
    )
    clean = sum(score.good for score in books)
    return (
        f"| {name} | {len(books)} | {accused} ({_share(accused, len(books))}) | {unread} | {other} "
        f"| {_share(clean, len(books))} | {sum(s.fix.startswith('wrong') for s in books)} |"
    )


def by_style(scores: Sequence[Score]) -> list[str]:
    """Accused and unread right books of the class exercise, for each option of a style."""
    lines = ["| option | books | accused | unread |", "|---|---|---|---|"]
    groups: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        for name in score.styles:
            groups[name].append(score)
    for name, books in sorted(groups.items()):
        accused = sum(score.accused for score in books)
        unread = sum(score.error is not None for score in books)
        lines.append(f"| {name} | {len(books)} | {accused} | {unread} |")
    return lines


def of_wrong(scores: Sequence[Score]) -> list[str]:
    """A line for each operator."""
    lines = [
        "| wrong books | books | unread | found | exactly the cells | named | fix equal "
        "| fix wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    names = [op.name for op in (*LITERATURE, *SLIPS)] + ["two or three"]
    single = [score for score in scores if score.operator != "two or three"]
    families = {"all": list(scores), "one change": single}
    for family in ("literature", "students"):
        of_family = {op.name for op in (*LITERATURE, *SLIPS) if op.family == family}
        families[f"one change, {family}"] = [s for s in single if s.operator in of_family]
    for name, books in families.items():
        lines.append(_wrong_line(name, books))
    for name in names:
        books = [score for score in scores if score.operator == name]
        if books:
            lines.append(_wrong_line(name, books))
    return lines


def _wrong_line(name: str, books: Sequence[Score]) -> str:
    def share(values: Iterable[bool]) -> str:
        return _share(sum(values), len(books))

    return (
        f"| {name} | {len(books)} | {sum(s.error is not None for s in books)} "
        f"| {share(s.accused for s in books)} "
        f"| {share(s.exact for s in books)} | {share(s.named for s in books)} "
        f"| {share(s.fix == 'equal' for s in books)} "
        f"| {sum(s.fix.startswith('wrong') for s in books)} |"
    )


def table(scores: Sequence[Score]) -> str:
    """Everything."""
    right = [score for score in scores if score.kind == "right"]
    wrong = [score for score in scores if score.kind == "wrong"]
    lines: list[str] = []
    if right:
        lines += [*of_right(right), ""]
    if wrong:
        lines += [*of_wrong(wrong), ""]
    if right:
        lines += ["Right books of the class exercise, by option:", ""]
        lines += [*by_style([score for score in right if score.convention == "class"]), ""]
    if scores:
        median = statistics.median(score.seconds for score in scores)
        lines.append(f"Checking one book took the processor {median * 1000:.0f} ms (median).")
    return "\n".join(lines)
