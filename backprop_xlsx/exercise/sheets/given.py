"""What a practice starts from, on the left of the sheet Exercise, and the names of it all."""

from __future__ import annotations

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import GIVEN_NAME, GIVEN_ROW, Layout
from backprop_xlsx.exercise.practice import ROWS, Quantity
from backprop_xlsx.formula.names import STEP
from backprop_xlsx.model.words import CONSTANTS, start_value_words
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme


def put_given(page: Page, theme: Theme, layout: Layout, filling: Filling) -> None:
    """Puts the start values: the name of each quantity, and a yellow cell for each number."""
    names = names_shown(layout)
    for quantity in layout.practice.given:
        top = layout.rows[quantity.name]
        page.text((top, GIVEN_NAME), names[quantity.name], theme("left", "shrunk"))
        page.blank((top + 1, GIVEN_NAME), theme("ruled"))
        for row in range(ROWS):
            edge = ("ruled",) if row else ()
            page.number((top + row, GIVEN_ROW), row + 1, theme("quiet", "centre", *edge))
            for cell in quantity.cells:
                number = filling.rows[row][cell]
                page.number(layout.position(cell, row), number, theme("editable"))


def computed_name(quantity: Quantity) -> str:
    """What stands before a computed quantity."""
    return f"{quantity.label} ="


def names_shown(layout: Layout) -> dict[str, str]:
    """The text that stands before each quantity, by the quantity's name."""
    texts = _given_texts(layout)
    found = {each.name: texts.get(each.name, each.label) for each in layout.practice.given}
    return found | {each.name: computed_name(each) for each in layout.practice.quantities}


def _given_texts(layout: Layout) -> dict[str, str]:
    """What each given quantity is, in a few words."""
    practice = layout.practice
    found = start_value_words(practice.network)
    found |= {symbol: f"{CONSTANTS[symbol]} {symbol}" for symbol in practice.optimiser.constants}
    for parameter in practice.network.parameters:
        for name in practice.optimiser.state_names(parameter):
            found[name] = f"{name}, kept before"
    return found | {STEP: "step: which update"}
