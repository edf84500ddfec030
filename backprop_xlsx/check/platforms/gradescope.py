"""The mark of one file as an autograder of Gradescope gives it: results.json.

Source: "Output format" in https://gradescope-autograders.readthedocs.io/en/latest/specs/: a score
and an output for the whole, and a list of tests, each with a name, a score, the most that it may
be, and an output. There it is written to /autograder/results/results.json.
"""

from __future__ import annotations

import json
from typing import Any

from backprop_xlsx.check.marking.mark import Marking
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.mistakes import mistakes
from backprop_xlsx.model.words import listed

TITLES = {
    "forward": "Forward pass",
    "loss": "Loss",
    "gradients": "Gradients",
    "updates": "Updates",
}


def results(entry: Entry, marking: Marking) -> str:
    """The JSON text: a test for each part of the exercise; a file that was not checked gets 0."""
    report, mark = entry.report, entry.mark
    found: dict[str, Any] = {
        "score": 0.0 if mark is None else mark.earned,
        "output": phrases.reason(report) if mark is None else f"{mark}\n\n{_told(entry)}".strip(),
    }
    if mark is not None:
        found["tests"] = [
            {
                "name": f"{TITLES[part.name]}: {part.right} of {part.there} columns right",
                "score": round(part.points * part.right / part.there, 4),
                "max_score": round(part.points, 4),
            }
            for part in marking.parts_of(report)
        ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _told(entry: Entry) -> str:
    """Each mistake with its reason, and what should stand in the first of its cells."""
    paragraphs = []
    for mistake in mistakes(entry.report):
        fault = mistake.first
        paragraphs.append(
            "\n".join(
                [
                    f"{listed(mistake.quantities)}, {', '.join(mistake.places)}",
                    phrases.sentence(fault.explanation),
                    phrases.sentence(fault.reason),
                    f"there is   {phrases.printable(fault.found)}",
                    f"should be  {phrases.printable(fault.expected)}",
                ]
            )
        )
    return "\n\n".join(paragraphs)
