"""What the check found, for a terminal: on a screen at most, or in full."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from backprop_xlsx.check.findings import FileReport, TableReport
from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.entry import Entry
from backprop_xlsx.check.report.mistakes import Mistake, mistakes
from backprop_xlsx.model.words import listed

NARROWEST = 24
"""Columns that a text gets on however narrow a terminal."""
MOST_LINES = 22
"""Of a file, unless everything is asked for: a screen, with what stands around it."""
MOST_PLACES = 6
"""Of a mistake, unless everything is asked for."""
MOST_TABLES = 2
"""That get a line each, unless everything is asked for."""

STYLES = {
    "": "",
    "mark": "bold",
    "fault": "bold red",
    "warning": "bold yellow",
    "not read": "bold yellow",
    "right": "bold green",
}
"""Of what stands in the margin."""

Lines = list[Text]


def print_report(console: Console, entry: Entry, opening: str, in_full: bool) -> None:
    """Print what was found in one file below an opening, wrapped to the width of the console."""
    report = entry.report
    lines = _hanging(console, Text(), Text(opening, style="bold"))
    if entry.mark is not None:
        lines += _remark(console, "mark", str(entry.mark))
    lines += _everything(console, report) if in_full else _screen(console, report, len(lines))
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print()


def _everything(console: Console, report: FileReport) -> Lines:
    lines: Lines = []
    for table in report.tables:
        lines += _table(console, table)
        lines += _remarks(console, table)
    for mistake in mistakes(report):
        lines += _mistake(console, mistake, in_full=True)
    return lines


def _screen(console: Console, report: FileReport, taken: int) -> Lines:
    """The tables, the mistakes as far as there is room for them, then what else there is."""
    lines: Lines = []
    if len(report.tables) <= MOST_TABLES:
        for table in report.tables:
            lines += _table(console, table)
    found = mistakes(report)
    for number, mistake in enumerate(found):
        told = _mistake(console, mistake, in_full=False)
        left = found[number + 1 :]
        if taken + len(lines) + len(told) + min(len(left), 4) > MOST_LINES:
            return lines + _in_short(console, found[number:], MOST_LINES - taken - len(lines))
        lines += told
    remarks = _remarks_in_short(console, report)
    if taken + len(lines) + len(remarks) <= MOST_LINES:
        return lines + remarks
    if report.warnings:
        text = f"{phrases.tally(report.warnings, 'warning')}; -v tells them all"
        lines += _remark(console, "warning", text)
    return lines


def _remarks_in_short(console: Console, report: FileReport) -> Lines:
    """The remarks on a table or two; of more tables each different warning once."""
    if len(report.tables) <= MOST_TABLES:
        return [line for table in report.tables for line in _remarks(console, table)]
    texts = phrases.cautions(report)
    return [line for text in texts for line in _remark(console, "warning", text)]


def _in_short(console: Console, found: list[Mistake], room: int) -> Lines:
    """A line or two for each mistake for which there is room, and how many more there are."""
    lines: Lines = []
    for number, mistake in enumerate(found):
        told = _remark(console, "fault", f"{mistake}: {mistake.where(most=1)}")
        if len(lines) + len(told) >= room:
            more = phrases.tally(len(found) - number, "more mistake")
            return lines + _remark(console, "", f"and {more}; -v tells them all")
        lines += told
    return lines


def _table(console: Console, table: TableReport) -> Lines:
    return _hanging(console, Text("  "), Text(phrases.heading(table)))


def _remarks(console: Console, table: TableReport) -> Lines:
    lines: Lines = []
    for warning in table.warnings:
        lines += _remark(console, "warning", phrases.caution(warning))
    if table.coverage.unexplained:
        columns = phrases.printable(listed(table.coverage.unexplained))
        text = f"{columns}: nobody knows what these formulas are for"
        lines += _remark(console, "not read", text)
    if table.right:
        lines += _remark(console, "right", phrases.printable(table.right))
    return lines


def _remark(console: Console, kind: str, text: str) -> Lines:
    return _hanging(console, _margin(kind), Text(text))


def _mistake(console: Console, mistake: Mistake, in_full: bool) -> Lines:
    fault = mistake.first
    found, expected = phrases.difference(fault.found, fault.expected)
    where = mistake.where(most=None if in_full else MOST_PLACES)
    title = f"{listed(mistake.quantities)}, {where}"
    lines = _hanging(console, _margin("fault"), Text(title, style="bold"))
    lines += _remark(console, "", phrases.sentence(fault.explanation))
    if fault.reason:
        lines += _remark(console, "", phrases.sentence(fault.reason))
    lines += _hanging(console, _margin(remark="there is"), _marked(found, "bold red"))
    lines += _hanging(console, _margin(remark="should be"), _marked(expected, "bold green"))
    if mistake.effect:
        effect = Text(phrases.printable(mistake.effect))
        lines += _hanging(console, _margin(remark="effect"), effect)
    return lines


def _margin(kind: str = "", remark: str = "") -> Text:
    return Text(f"  {kind:<9}", style=STYLES[kind]) + Text(f"{remark:<11}" if remark else "")


def _marked(runs: list[phrases.Run], style: str) -> Text:
    marked = Text()
    for text, changed in runs:
        marked.append(text, style=style if changed else None)
    return marked


def _hanging(console: Console, opening: Text, body: Text) -> Lines:
    """The body to the right of the opening, wrapped where it is too long for the line."""
    width = max(console.width - opening.cell_len, NARROWEST)
    lines: Lines = []
    for line in body.wrap(console, width, overflow="fold"):
        line.rstrip()
        lines.append(opening + line)
        opening = Text(" " * opening.cell_len)
    return lines
