"""What the check found, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from backprop_xlsx.check.findings import Fault, FileReport
from backprop_xlsx.check.report import phrases
from backprop_xlsx.formula.names import label

NARROWEST = 24
"""Columns that a text gets on however narrow a terminal."""


def print_report(console: Console, report: FileReport) -> None:
    """Print everything that was found in one file, wrapped to the width of the console."""
    _print_hanging(console, Text(), Text(phrases.printable(str(report.path)), style="bold"))
    for table in report.tables:
        _print_hanging(console, Text("  "), Text(phrases.heading(table)))
        for fault in table.faults:
            _print_fault(console, fault)
        for warning in table.warnings:
            _print_hanging(
                console, _margin("warning", "bold yellow"), Text(phrases.caution(warning))
            )
        if table.right:
            _print_hanging(
                console, _margin("right", "bold green"), Text(phrases.printable(table.right))
            )
    if len(report.tables) > 1:
        for mistake in phrases.mistakes(report):
            _print_hanging(console, Text("  in short: ", style="bold"), Text(str(mistake)))
    console.print()


def _print_fault(console: Console, fault: Fault) -> None:
    found, expected = phrases.difference(
        phrases.printable(fault.found), phrases.printable(fault.expected)
    )
    place = Text(f"{label(fault.quantity)}, {phrases.cells(fault)}", style="bold")
    _print_hanging(console, _margin("fault", "bold red"), place)
    _print_hanging(console, _margin(), Text(phrases.sentence(fault.explanation)))
    _print_hanging(console, _margin("", "", "there is"), _marked(found, "bold red"))
    _print_hanging(console, _margin("", "", "should be"), _marked(expected, "bold green"))
    if fault.effect:
        effect = Text(phrases.printable(fault.effect))
        _print_hanging(console, _margin("", "", "effect"), effect)


def _margin(kind: str = "", style: str = "", remark: str = "") -> Text:
    return Text(f"  {kind:<9}", style=style) + Text(f"{remark:<11}" if remark else "")


def _marked(runs: list[tuple[str, bool]], style: str) -> Text:
    marked = Text()
    for text, changed in runs:
        marked.append(text, style=style if changed else None)
    return marked


def _print_hanging(console: Console, opening: Text, body: Text) -> None:
    """Print the body to the right of the opening, and wrap what is too long for the line."""
    width = max(console.width - opening.cell_len, NARROWEST)
    for line in body.wrap(console, width, overflow="fold"):
        line.rstrip()
        console.print(opening + line, soft_wrap=True)
        opening = Text(" " * opening.cell_len)
