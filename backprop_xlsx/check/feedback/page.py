"""The page of one student, as HTML that is whole in itself."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.check.feedback import loss_drawing as losses
from backprop_xlsx.check.feedback.network_drawing import NetworkDrawing, network_drawing
from backprop_xlsx.check.findings import FileReport
from backprop_xlsx.check.marking.mark import ALIKE, Marking
from backprop_xlsx.check.report.entry import Entry, entries
from backprop_xlsx.check.report.mistakes import Mistake, mistakes
from backprop_xlsx.check.report.pages.templates import template


@dataclass(frozen=True)
class Card:
    """A mistake, and its place in the network; None where that is not drawn."""

    mistake: Mistake
    drawing: NetworkDrawing | None


def feedback_page(report: FileReport, marking: Marking = ALIKE) -> str:
    """The page on one file: mark, first wrong cell, each mistake once with its reason, losses.

    Whatever comes from a workbook is escaped; the page asks for nothing from elsewhere.
    """
    (entry,) = entries([report], marking)
    return feedback_on(entry)


def feedback_on(entry: Entry) -> str:
    """The page on a file of a run."""
    report = entry.report
    return template("page.html", __package__).render(
        entry=entry,
        cards=[_card(mistake) for mistake in mistakes(report)],
        first=next(((table, fault) for table in report.tables for fault in table.faults), None),
        curve=losses.worst_curve(report),
        losses=losses,
    )


def _card(mistake: Mistake) -> Card:
    diagram = mistake.faults[0][0].diagram
    marked = tuple(dict.fromkeys(name for _, fault in mistake.faults for name in fault.path))
    return Card(mistake, network_drawing(diagram, marked) if diagram and marked else None)
