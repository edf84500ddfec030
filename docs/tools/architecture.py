"""Draws the rooms of both packages as the contracts in pyproject.toml have them."""

from __future__ import annotations

import ast
import textwrap
from html import escape
from pathlib import Path

from backprop_xlsx.model.settings import parse_settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backprop_xlsx", "mnist_model")
LAYER, GAP, PADDING = 74, 8, 10
LEFT, RIGHT = (20, 560), (600, 300)  # where the column of each package stands, and its width
TOP = 56
CHARACTER = 6.3  # how wide one is, about
FILLS = {"backprop_xlsx": "#e8f1fb", "mnist_model": "#fdf1e0"}
STROKES = {"backprop_xlsx": "#3a6ea5", "mnist_model": "#b06f10"}


def drawing() -> str:
    """The picture, as SVG: a room stands on those that it may use."""
    columns = dict(zip(PACKAGES, (LEFT, RIGHT), strict=True))
    layers = {package: _layers(package) for package in PACKAGES}
    rows = max(map(len, layers.values()))
    height = TOP + rows * (LAYER + GAP) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 {height}" '
        'font-family="Helvetica, Arial, sans-serif" role="img">',
        "<title>The rooms of both packages; each uses only those below it</title>",
        f'<rect width="920" height="{height}" fill="#ffffff"/>',
    ]
    for package, (x, width) in columns.items():
        parts.append(
            f'<text x="{x}" y="{TOP - 18}" font-size="17" font-weight="bold" '
            f'fill="{STROKES[package]}">{package}</text>'
        )
        # The trainer's column ends above the row of the one room that it uses.
        first = rows - len(layers[package]) - (package != PACKAGES[0])
        for row, rooms in enumerate(layers[package], start=first):
            y = TOP + row * (LAYER + GAP)
            share = (width - GAP * (len(rooms) - 1)) / len(rooms)
            for index, room in enumerate(rooms):
                parts.append(_box(package, room, x + index * (share + GAP), y, share))
    parts += [_arrow(rows), "</svg>"]
    return "\n".join(parts) + "\n"


def _layers(package: str) -> list[list[str]]:
    """The rooms of a package, from the top, those of one layer together."""
    project = parse_settings((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(found["layers"] for found in contracts if found.get("containers") == [package])
    return [layer.split(" | ") for layer in layers]


def _box(package: str, room: str, x: float, y: float, width: float) -> str:
    lines = textwrap.wrap(_said(package, room), int((width - 2 * PADDING) / CHARACTER))
    texts = "".join(
        f'<text x="{x + PADDING:g}" y="{y + 36 + 14 * number}" font-size="12" fill="#333333">'
        f"{escape(line)}</text>"
        for number, line in enumerate(lines)
    )
    return (
        f'<rect x="{x:g}" y="{y}" width="{width:g}" height="{LAYER}" rx="6" '
        f'fill="{FILLS[package]}" stroke="{STROKES[package]}"/>'
        f'<text x="{x + PADDING:g}" y="{y + 20}" font-size="14" font-weight="bold" '
        f'fill="#111111">{room}</text>{texts}'
    )


def _said(package: str, room: str) -> str:
    """The first line that a room says of itself."""
    place = ROOT / package / room
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    said = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0].replace("``", "").rstrip(".")


def _arrow(rows: int) -> str:
    """From the trainer down and across to the lowest room of the other package."""
    x, end = RIGHT[0] + RIGHT[1] / 2, LEFT[0] + LEFT[1]
    y = TOP + (rows - 1) * (LAYER + GAP)
    middle = y + LAYER / 2
    return (
        f'<path d="M {x:g} {y - GAP} V {middle:g} H {end + 10}" fill="none" '
        f'stroke="{STROKES[PACKAGES[1]]}" stroke-width="2"/>'
        f'<path d="M {end + 2} {middle:g} l 10 -6 v 12 z" fill="{STROKES[PACKAGES[1]]}"/>'
        f'<text x="{end + 24}" y="{middle + 18:g}" font-size="12" fill="#333333">'
        "of the other package it uses this alone</text>"
    )
