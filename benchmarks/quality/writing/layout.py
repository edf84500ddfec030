"""Where everything stands: the cell of each quantity at each step, of each run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ..mathematics.conventions import Convention
from .styles import Style

Place = tuple[str, int, int]
"""Sheet, row and column; the latter two from 1."""

AUXILIARY = ("errors", "deltas", "factors", "partials", "steps")
IN_COLUMNS = ("columns", "above", "referenced", "first row")


def auxiliary_kinds(convention: Convention, style: Style) -> frozenset[str]:
    """The kinds of auxiliary columns that make sense for a convention."""
    kinds = set(style["auxiliary"].split()) & set(AUXILIARY)
    if convention.momentum != "none":
        kinds.discard("steps")
    if convention.loss == "cross entropy":
        kinds.discard("errors")
    if not convention.sizes[1]:
        kinds.discard("partials")
    return frozenset(kinds)


def columns_of(convention: Convention, style: Style, rng: random.Random) -> list[str]:
    """The quantities that have a column, in a style's order."""
    c, kinds = convention, auxiliary_kinds(convention, style)
    inputs, hidden, outputs = c.sizes
    hidden_weights = [w for w in c.weights if w in c.hidden_weights.values()]
    output_weights = [w for w in c.weights if w in c.output_weights.values()]
    trained = [b for b in c.bias_names if c.trained_biases]
    hs, os = range(1, hidden + 1), range(1, outputs + 1)
    constants = list(c.constants) if style["constants"] in IN_COLUMNS else []
    if style["rate"].startswith("column"):
        constants.append("rate")
    hidden_neurons = [f"{a}h{k}" for k in hs for a in ("", "a_")]
    output_neurons = [f"{a}o{k}" for k in os for a in ("", "a_")]
    losses = [*(f"err{k}" for k in os if "errors" in kinds), *(f"E{k}" for k in os), "E_total"]
    between: list[str] = []
    if "factors" in kinds:
        for k in os:
            between += [f"dE/da_o{k}", f"da_o{k}/do{k}"]
    if "partials" in kinds:
        between += [f"dE{j}/da_h{k}" for k in hs for j in os]
    if "factors" in kinds:
        for k in hs:
            between += [f"dE/da_h{k}", f"da_h{k}/dh{k}"]
    if "deltas" in kinds:
        between += [*(f"delta_o{k}" for k in os), *(f"delta_h{k}" for k in hs)]
    if "partials" in kinds:
        between += [f"dE{j}/d{w}" for w in hidden_weights for j in os]
    gradients = [f"dE/d{name}" for name in c.parameters]
    if "steps" in kinds:
        gradients += [f"step {name}" for name in c.parameters]
    if c.momentum != "none":
        gradients += [f"v {name}" for name in c.parameters]
    weights = [*hidden_weights, *trained, *output_weights]
    head = [*constants, *hidden_weights, *trained, *hidden_neurons, *output_weights]
    middle = [*output_neurons, *losses]
    order = style["order"]
    if order == "parameters first":
        return [*weights, *constants, *hidden_neurons, *middle, *between, *gradients]
    if order == "gradients first":
        return [*gradients, *between, *head, *middle]
    if order == "forward":
        return [
            *constants,
            *weights,
            *hidden_neurons,
            *output_neurons,
            *between,
            *gradients,
            *losses,
        ]
    if order == "updates last":
        return [*constants, *hidden_neurons, *middle, *between, *gradients, *weights]
    names = [*head, *middle, *between, *gradients]
    if order == "shuffled":
        rng.shuffle(names)
    return names[::-1] if order == "reversed" else names


@dataclass
class TableLayout:
    """One run's table: lines are rows and slots columns, or the other way round if across."""

    sheet: str
    gradient_sheet: str
    across: bool
    slots: dict[str, int]
    lines: list[int]
    header: int
    header_lines: int
    start_line: int | None
    repeated_headers: list[int]
    page_lines: list[int]
    step_slot: int | None
    on_gradient_sheet: frozenset[str]
    last_slot: int
    end: int
    parameters: dict[str, Place] = field(default_factory=dict)
    parameter_labels: dict[str, Place] = field(default_factory=dict)

    def cell(self, line: int, slot: int, sheet: str | None = None) -> Place:
        """The cell of a line and a slot."""
        at = (slot, line) if self.across else (line, slot)
        return (sheet or self.sheet, *at)

    def sheet_of(self, quantity: str) -> str:
        return self.gradient_sheet if quantity in self.on_gradient_sheet else self.sheet

    def place(self, quantity: str, step: int) -> Place:
        """The cell of a quantity; the step before the first stands in the line above."""
        line = self.lines[step] if 0 <= step < len(self.lines) else self._outside(step)
        return self.cell(line, self.slots[quantity], self.sheet_of(quantity))

    def _outside(self, step: int) -> int:
        if step < 0:
            return max(1, self.lines[0] + step)
        return self.lines[-1] + step - len(self.lines) + 1


GRADIENT_LIKE = ("dE", "da_", "delta", "step ", "v ")


def layouts_of(
    convention: Convention, style: Style, runs: int, steps: int, rng: random.Random
) -> list[TableLayout]:
    """The layout of each run's table."""
    names = columns_of(convention, style, rng)
    across = style["direction"] == "across"
    in_cells = _in_cells(convention, style)
    line0 = rng.choice((1, 1, 2, 3, 6)) + (3 if style["legend"] in ("above", "both sides") else 0)
    line0 += 2 if style["columns"] == "merged title" else 0
    slot0 = rng.choice((1, 1, 1, 2, 4))
    found: list[TableLayout] = []
    for index in range(runs):
        sheet = (
            rng.choice(("Sheet1", "Backprop", "Back prop", "BP's run"))
            if not found
            else (found[0].sheet)
        )
        if style["arrangement"] == "sheets" and found:
            sheet = f"Run {index + 1}"
        line, slot = line0, slot0
        if found and style["arrangement"] == "below":
            line = found[-1].end + rng.choice((2, 3, 5))
        if found and style["arrangement"] == "beside":
            slot = found[-1].last_slot + rng.choice((2, 3, 6))
        found.append(_table(style, names, in_cells, sheet, (line, slot), steps, across, rng, index))
    return found


def _in_cells(convention: Convention, style: Style) -> list[str]:
    """What stands in labelled cells."""
    names: list[str] = []
    if style["constants"] in ("cells", "names", "referenced", "other sheet", "cells left"):
        names += convention.constants
    if style["starts"] == "referenced":
        names += [
            *convention.weights,
            *(convention.bias_names if convention.trained_biases else ()),
        ]
    if style["rate"] not in ("column", "typed"):
        names.append("rate")
    if convention.momentum != "none":
        names.append("momentum")
    return names


def _table(
    style: Style,
    names: list[str],
    in_cells: list[str],
    sheet: str,
    corner: tuple[int, int],
    steps: int,
    across: bool,
    rng: random.Random,
    index: int,
) -> TableLayout:
    line, slot = corner
    labels: dict[str, tuple[int, int]] = {}
    values: dict[str, tuple[int, int]] = {}
    elsewhere = [
        name
        for name in in_cells
        if (style["rate"] if name == "rate" else style["constants"]) == "other sheet"
    ]
    here = [name for name in in_cells if name not in elsewhere]
    to_the_left = style["rate"] == "left" or style["constants"] == "cells left"
    header_lines = {"none": 0, "two lines": 2}.get(style["headings"], 1)
    widest = 0
    if across:
        for k, name in enumerate(here):
            labels[name], values[name] = (line, slot + k), (line + 1, slot + k)
        slot += len(here) + 1 if here else 0
    elif to_the_left:
        for k, name in enumerate(here):
            labels[name], values[name] = (line + k, slot), (line + k, slot + 1)
        slot += 3 if here else 0
    else:
        upright = rng.random() < 0.5
        for k, name in enumerate(here):
            at = (line + k, slot) if upright else (line, slot + 2 * k)
            labels[name], values[name] = at, (at[0], at[1] + 1)
            widest = max(widest, at[1] + 1)
        if here:
            line += (len(here) if upright else 1) + rng.choice((0, 1, 2))
    header = line
    line += header_lines + (rng.choice((0, 0, 0, 1)) if header_lines else 0)
    start_line = None
    if style["starts"] == "start row":
        start_line, line = line, line + 1
    break_at = rng.randrange(1, steps + 1) if steps else -1
    lines, repeated, pages = [], [], []
    for step in range(steps + 1):
        if step == break_at:
            if style["break"] == "blank":
                line += 1
            elif style["break"] == "two blanks":
                line += 2
            elif style["break"] in ("note", "page"):
                pages.append(line)
                line += 1
            if style["break"] in ("headings", "page") and header_lines:
                repeated.append(line)
                line += header_lines
        lines.append(line)
        line += 1
    lowest = 0 if across else max((at for at, _ in labels.values()), default=0)
    end = max(line + (3 if style["below"] != "nothing" else 0), lowest + 1)
    slots, last, step_slot = _slots(style, names, slot, rng)
    gradient_like = [n for n in names if n.startswith(GRADIENT_LIKE)]
    moved = gradient_like if style["split"] == "two sheets" else []
    slots |= {name: slot + k for k, name in enumerate(moved, 1)}
    layout = TableLayout(
        sheet,
        (f"Gradients {index + 1}" if index else "Gradients") if moved else sheet,
        across,
        slots,
        lines,
        header,
        header_lines,
        start_line,
        repeated,
        pages,
        step_slot,
        frozenset(moved),
        max(last, widest),
        end + (14 if style["legend"] in ("below", "notes") else 0),
    )
    if style["legend"] in ("beside", "both sides"):
        layout.last_slot += 4
    for name, at in labels.items():
        layout.parameter_labels[name] = layout.cell(*at)
        layout.parameters[name] = layout.cell(*values[name])
    for k, name in enumerate(elsewhere):
        layout.parameter_labels[name] = ("Parameters", 2 + k, 2 + 4 * index)
        layout.parameters[name] = ("Parameters", 2 + k, 3 + 4 * index)
    return layout


def _slots(
    style: Style, names: list[str], slot: int, rng: random.Random
) -> tuple[dict[str, int], int, int | None]:
    step_slot = None
    if style["step column"] in ("step", "counted", "dates"):
        step_slot = slot
        slot += 1
    slots: dict[str, int] = {}
    previous = ""
    for name in names:
        kind = name.rstrip("0123456789")
        if previous and style["columns"] == "groups" and kind != previous and rng.random() < 0.25:
            slot += 1
        elif previous and style["columns"] == "gaps" and rng.random() < 0.1:
            slot += rng.choice((1, 2))
        elif previous and style["columns"] == "text column" and rng.random() < 0.06:
            slot += 1
        slots[name] = slot
        slot += 1
        previous = kind
    if style["step column"] == "last":
        step_slot = slot
        slot += 1
    return slots, slot - 1, step_slot
