"""What stands around a table: headings, labelled cells, legends, steps, minima below."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from .cells import Cell
from .headings import over_lines
from .layout import Place, TableLayout

if TYPE_CHECKING:
    from .book import Book

REMARKS = ("ok", "see above", "note", "!", "→")
NOTES = (
    "h1 = w1*i1 + w2*i2",
    "a_h1 = σ(h1) = 1/(1+exp(-h1))",
    "E_total = E1 + E2",
    "∂E/∂w5 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h1",
    "w_new = w - η * ∂E/∂w",
)


def surround(
    book: Book, run: int, layout: TableLayout, found: dict[Place, Cell], rng: random.Random
) -> None:
    """Add everything but the table's own cells."""
    names = list(layout.slots)
    texts = book.headings(rng, names)
    for header in (layout.header, *layout.repeated_headers):
        for name in names:
            for k, text in enumerate(over_lines(texts[name], layout.header_lines)):
                if text:
                    sheet = layout.sheet_of(name)
                    found[layout.cell(header + k, layout.slots[name], sheet)] = Cell(text)
    labels = book.headings(rng, list(layout.parameters))
    for name, place in layout.parameters.items():
        found[place] = Cell(book.runs[run][name])
        if labels[name]:
            found[layout.parameter_labels[name]] = Cell(str(labels[name]))
    if layout.start_line is not None:
        for name in book.convention.parameters:
            found[layout.cell(layout.start_line, layout.slots[name])] = Cell(book.runs[run][name])
    for line in layout.page_lines:
        text = f"page {run + 2}" if book.style["break"] == "page" else "continued …"
        found[layout.cell(line, min(layout.slots.values()))] = Cell(text)
    _steps(book, layout, found, rng)
    _legend(book, run, layout, found, texts)
    _below(book, run, layout, found)
    if book.style["columns"] == "text column":
        taken = {*layout.slots.values(), layout.step_slot}
        for slot in range(min(layout.slots.values()), layout.last_slot):
            if slot not in taken and not layout.on_gradient_sheet:
                for line in layout.lines:
                    found.setdefault(layout.cell(line, slot), Cell(rng.choice(REMARKS)))
    if book.style["columns"] == "merged title" and run == 0 and layout.header > 2:
        place = layout.cell(1, min(layout.slots.values()) + 2)
        found.setdefault(place, Cell("Back propagation, forward pass and gradients"))


def _steps(book: Book, layout: TableLayout, found: dict[Place, Cell], rng: random.Random) -> None:
    if layout.step_slot is None:
        return
    header = book.headings(rng, ["step"])["step"]
    if header:
        found[layout.cell(layout.header + layout.header_lines - 1, layout.step_slot)] = Cell(header)
    before = ""
    for step, line in enumerate(layout.lines):
        place = layout.cell(line, layout.step_slot)
        if book.style["step column"] == "counted" and before:
            found[place] = Cell(f"={before}+1", float(step))
        elif book.style["step column"] == "dates":
            found[place] = Cell(f"day {step + 1}")
        else:
            found[place] = Cell(float(step))
        before = xl_rowcol_to_cell(place[1] - 1, place[2] - 1)


def _legend(
    book: Book,
    run: int,
    layout: TableLayout,
    found: dict[Place, Cell],
    texts: dict[str, str | None],
) -> None:
    kind = book.style["legend"]
    entries = [
        (text, f"what {name} is") for name, text in texts.items() if text and name[0] in "wih"
    ][:8]
    right = max(layout.slots.values()) + 3
    if kind in ("beside", "both sides") and not layout.across:
        for k, (text, words) in enumerate(entries):
            found.setdefault(layout.cell(layout.header + k, right), Cell(text))
            found.setdefault(layout.cell(layout.header + k, right + 1), Cell(words))
    if kind in ("above", "both sides") and run == 0:
        for k, (text, words) in enumerate(entries):
            found.setdefault(layout.cell(1, min(layout.slots.values()) + k), Cell(text))
            found.setdefault(layout.cell(2, min(layout.slots.values()) + k), Cell(words))
    if kind == "below":
        for k, (text, words) in enumerate(entries):
            at = layout.end - 10 + k
            found.setdefault(layout.cell(at, min(layout.slots.values())), Cell(text))
            found.setdefault(layout.cell(at, min(layout.slots.values()) + 1), Cell(words))
    if kind == "notes":
        for k, words in enumerate(NOTES):
            place = layout.cell(layout.end - 10 + k, min(layout.slots.values()))
            found.setdefault(place, Cell(words))


def _below(book: Book, run: int, layout: TableLayout, found: dict[Place, Cell]) -> None:
    kind = book.style["below"]
    functions = {
        "min max": ("MIN", "MAX"),
        "averages": ("AVERAGE",),
        "sums": ("SUM",),
        "differences": ("-",),
    }.get(kind, ())
    gap = int(kind in ("averages", "sums"))
    for k, function in enumerate(functions):
        line = layout.lines[-1] + 1 + gap + k
        if layout.step_slot is not None and function != "-":
            found[layout.cell(line, layout.step_slot)] = Cell(function)
        for name in ("E_total", *book.convention.weights[:4]):
            ends = [layout.place(name, step) for step in (0, book.steps)]
            first, last = (xl_rowcol_to_cell(row - 1, column - 1) for _, row, column in ends)
            values = [row[name] for row in book.truth[run]]
            value = {
                "MIN": min(values),
                "MAX": max(values),
                "SUM": sum(values),
                "AVERAGE": sum(values) / len(values),
                "-": values[0] - values[-1],
            }[function]
            formula = f"={first}-{last}" if function == "-" else f"={function}({first}:{last})"
            found[layout.cell(line, layout.slots[name])] = Cell(formula, value)
