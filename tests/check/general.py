"""Books of the package for any network, and changes to single cells and to what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st

from backprop_xlsx.model.activations import ACTIVATIONS, SOFTMAX
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.losses import LOSSES
from backprop_xlsx.model.optimisers import OPTIMISERS
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import Book, read_book
from backprop_xlsx.spreadsheet.ooxml.formula_text import column_letters, column_number
from backprop_xlsx.spreadsheet.ooxml.patching.patch import Change, patch_sheet
from backprop_xlsx.workbook.build import build
from backprop_xlsx.workbook.layout import FIRST_ROW, Run, runs

PROPERTIES = "docProps/custom.xml"
FOUR = {"inputs": [[0, 0.2], [0.3, 1], [1, 0.1], [1, 1]], "targets": [[0.1], [0.9], [0.8], [0.2]]}
"""Four samples, none of whose numbers is what an activation has by chance."""
ONE = {"inputs": [0.05, 0.1], "targets": [0.01, 0.99]}


def book(path: Path, **settings: Any) -> Run:
    """Write a book of these settings, four steps if they say nothing else; gives its first run."""
    text = json.dumps({"steps": 4, "learning_rates": [0.5], **settings})
    path.write_bytes(_built(text))
    return runs(Experiment.of(json.loads(text)))[0]


@lru_cache(maxsize=32)
def _built(settings: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        build(Experiment.of(json.loads(settings)), path)
        return path.read_bytes()


def position(run: Run, quantity: str, step: int) -> tuple[int, int]:
    """The row and column, from 1, of a quantity at a step."""
    return FIRST_ROW + step + 1, run.columns[quantity] + 1


def formula(opened: Book, run: Run, quantity: str, step: int) -> str:
    """The formula of a quantity at a step."""
    text = opened.sheet(run.sheet).cells[position(run, quantity, step)].formula
    assert text is not None
    return text


def with_formulas(path: Path, sheet: str, formulas: Mapping[tuple[int, int], str]) -> None:
    """Put other formulas into cells of a book; the values stay."""
    opened = read_book(path)
    part, cells = opened.sheet(sheet).part, opened.sheet(sheet).cells
    changes = {place: Change(text, cells[place].value) for place, text in formulas.items()}
    archive = opened.archive
    archive.rewrite({part: patch_sheet(archive.read(part), changes)}, path)


def in_cells(run: Run, template: str, step: int) -> str:
    """A formula with {quantity} for cells of a step and {above quantity} for those before it.

    {η} and the other constants of the run's optimiser stand for the cells that show them.
    """

    def cell(match: re.Match[str]) -> str:
        if match[1] in run.optimiser.constants:
            row, column = run.constant_cell(match[1])
            return f"${column_letters(column + 1)}${row + 1}"
        above = match[1].startswith("above ")
        address = run.cell(match[1].removeprefix("above "), step - above)
        return address.rpartition("!")[2]

    return re.sub(r"\{([^}]+)\}", cell, template)


def described_as(path: Path, changes: Mapping[str, Any]) -> None:
    """Change settings in what a book says of itself."""
    archive = Archive.open(path)
    xml = archive.read(PROPERTIES).decode()
    texts = re.findall(r"<vt:lpwstr>(.*?)</vt:lpwstr>", xml)
    settings = json.loads("".join(texts).replace("&quot;", '"')) | dict(changes)
    with_description(path, json.dumps(settings))


def with_description(path: Path, text: str) -> None:
    """Let a book say anything of itself, in one property."""
    archive = Archive.open(path)
    xml = archive.read(PROPERTIES).decode()
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    head, _, rest = xml.partition("<property ")
    first = rest.partition("</property>")[0]
    opening = first.partition("<vt:lpwstr>")[0]
    changed = f"{head}<property {opening}<vt:lpwstr>{escaped}</vt:lpwstr></property></Properties>"
    archive.rewrite({PROPERTIES: changed.encode()}, path)


def address_of(text: str) -> tuple[int, int]:
    """The row and column of ``B12``."""
    match = re.fullmatch(r"([A-Z]+)([0-9]+)", text)
    assert match is not None
    return int(match[2]), column_number(match[1])


@st.composite
def settings_of_any_book(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a small book: any topology, activations, loss, biases, batch and optimiser."""
    widths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    output = LOSSES[loss].activation or draw(st.sampled_from([*ACTIVATIONS, SOFTMAX]))
    hidden = draw(
        st.lists(
            st.sampled_from(sorted(ACTIVATIONS)),
            min_size=len(widths) - 2,
            max_size=len(widths) - 2,
        )
    )
    samples = draw(st.integers(1, 3))
    numbers = st.floats(-1.5, 1.5).map(lambda x: round(x, 2))
    targets = st.floats(0.1, 0.9).map(lambda x: round(x, 2))
    rows = [draw(st.lists(numbers, min_size=widths[0], max_size=widths[0])) for _ in range(samples)]
    goals = [
        draw(st.lists(targets, min_size=widths[-1], max_size=widths[-1])) for _ in range(samples)
    ]
    if output == SOFTMAX and loss == "cross-entropy":
        goals = [[1.0 * (index == 0) for index in range(widths[-1])] for _ in goals]
    settings: dict[str, Any] = {
        "layers": widths,
        "activation": hidden,
        "output_activation": output,
        "loss": loss,
        "biases": draw(st.sampled_from(("none", "fixed", "trained"))),
        "inputs": rows,
        "targets": goals,
        "batch": draw(st.sampled_from(("full", "one"))),
        "optimiser": draw(
            st.lists(st.sampled_from(sorted(OPTIMISERS)), min_size=1, max_size=2, unique=True)
        ),
        "learning_rates": [0.05],
        "weight_decay": draw(st.sampled_from((0.0, 0.01))),
        "seed": draw(st.integers(0, 99)),
        "steps": draw(st.integers(2, 4)),
    }
    if settings["biases"] == "none":
        return settings
    count = sum(widths[1:])
    return settings | {"bias_values": draw(st.lists(numbers, min_size=count, max_size=count))}
