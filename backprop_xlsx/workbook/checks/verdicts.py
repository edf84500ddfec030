"""The words of a check's verdict, and the sentence that sums all of them up."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.workbook.layout import CHECKS

AGREES, DIFFERS = "✓ agrees", "✗ differs"
CHANGED = "– belongs to the original start values"
TOO_SENSITIVE = "– not judged: this run amplifies rounding"
KINK = "– not judged: a ReLU has its kink here"
TOO_STEEP = "– not judged: no step is small enough here"
PROBABILITIES = "– not judged: the targets are no probabilities"
OUT_OF_RANGE = "– not judged: a run leaves the range of numbers"
TOO_LONG = "– not judged: too many terms for a formula"
UNUSABLE = "– not judged"
NOT_JUDGED = (TOO_SENSITIVE, KINK, TOO_STEEP, PROBABILITIES, TOO_LONG, OUT_OF_RANGE)


def judged(difference: str, margin: str, otherwise: Sequence[tuple[str, str]] = ()) -> str:
    """The formula of a verdict; ``otherwise`` are conditions and verdicts where they differ."""
    differs = f'"{DIFFERS}"'
    for condition, verdict in reversed(otherwise):
        differs = f'IF({condition},"{verdict}",{differs})'
    # A difference that is no number is beyond every margin.
    return f'IF(IFERROR({difference}<={margin},0=1),"{AGREES}",{differs})'


def summary(cells: str, verdicts: Sequence[str], problem: str, problems: str) -> tuple[str, str]:
    """The formula and the value of the sentence over all verdicts, which stand in ``cells``.

    ``problem`` is the cell that names what is wrong with a yellow cell, ``problems`` the one that
    counts them.
    """

    def count(*words: str) -> str:
        return "+".join(f'COUNTIF({cells},"{word}")' for word in words)

    number = len(verdicts)
    agree, passed_over = count(AGREES), f"({count(CHANGED, *NOT_JUDGED)})"
    # A cell in error counts as differing: it is none of the other verdicts.
    differ = f"({number}-{agree}-{passed_over})"
    stored = count(CHANGED)
    not_judged = f"({count(*NOT_JUDGED)})"
    formula = (
        f'IF({problems}>0,"✗ "&{problem}&": type a number into its yellow cell",'
        f'IF({differ}>0,"✗ "&{differ}&" of {number} checks differ, see the sheet {CHECKS}",'
        f'IF({agree}={number},"✓ all {number} checks agree",'
        f'IF({count(OUT_OF_RANGE)}>0,"– a run leaves the range of numbers, "&{agree}&'
        f'" other checks agree",'
        f'"✓ "&{agree}&" that apply agree"&'
        f'IF({stored}>0,"; "&{stored}&" belong"&IF({stored}=1,"s","")&'
        f'" to the original start values","")&'
        f'IF({not_judged}>0,"; "&{not_judged}&" cannot be judged, see the sheet {CHECKS}","")))))'
    )
    return formula, _summary(verdicts)


def _summary(verdicts: Sequence[str]) -> str:
    number, agree = len(verdicts), verdicts.count(AGREES)
    not_judged = sum(verdict in NOT_JUDGED for verdict in verdicts)
    if differ := verdicts.count(DIFFERS):
        return f"✗ {differ} of {number} checks differ, see the sheet {CHECKS}"
    if agree == number:
        return f"✓ all {number} checks agree"
    if OUT_OF_RANGE in verdicts:
        return f"– a run leaves the range of numbers, {agree} other checks agree"
    return f"✓ {agree} that apply agree; {not_judged} cannot be judged, see the sheet {CHECKS}"
