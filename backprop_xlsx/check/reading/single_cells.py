"""What a single cell holds: a number, or one with a label beside it that says what it is."""

from __future__ import annotations

from backprop_xlsx.check.reading.meanings import Place
from backprop_xlsx.check.reading.surroundings import Surroundings
from backprop_xlsx.formula.names import LEARNING_RATE, sampled

Candidate = Place | float
"""A cell outside the table, or a number typed into a formula."""

SAMPLES = "samples"
"""The sheet on which several samples stand, in lower case: a row for each input and target."""
NEAR = 0.05
"""Relative: how well a learning rate shows in numbers of five digits."""
LABEL_DISTANCE = 4
"""Columns between a label and its cell."""


def number_of(candidate: Candidate, surroundings: Surroundings) -> float | None:
    """The number that a candidate holds, by way of plain references if need be."""
    if isinstance(candidate, float):
        return candidate
    cell = surroundings.cell(surroundings.end(candidate))
    return float(cell.value) if cell is not None and isinstance(cell.value, float) else None


def label_of(place: Place, surroundings: Surroundings) -> str | None:
    """The quantity that a cell's own name tells, or the text to the left of it, or above it."""
    sheet, named = surroundings.sheet(place), surroundings.table.exercise.quantity
    if sheet is None:
        return None
    own = named(surroundings.named_cells.get(place, ""))
    if own is not None:
        return own
    _, row, column = place
    for left in range(column - 1, max(column - 1 - LABEL_DISTANCE, 0), -1):
        cell = sheet.cells.get((row, left))
        if cell is not None and cell.value is not None:
            name = named(cell.value) if type(cell.value) is str else None
            if name is not None:
                return name
            break
    above = sheet.cells.get((row - 1, column))
    if above is not None and type(above.value) is str:
        return named(above.value)
    return None


def labelled_learning_rate(surroundings: Surroundings, number: float) -> Place | None:
    """A cell of the table's sheet that is labelled as learning rate and holds about this number."""
    for row, column in sorted(surroundings.table.sheet.cells):
        place = (surroundings.home, row, column)
        found = number_of(place, surroundings)
        near = found is not None and abs(found - number) <= NEAR * abs(number)
        if near and label_of(place, surroundings) == LEARNING_RATE:
            return place
    return None


def sample_cells(surroundings: Surroundings) -> dict[Place, str]:
    """What the cells of a sheet ``Samples`` stand for: its rows are labelled as inputs, targets."""
    exercise = surroundings.table.exercise
    network = exercise.network
    sheet = next((s for s in surroundings.book.sheets if s.name.casefold() == SAMPLES), None)
    found: dict[Place, str] = {}
    if exercise.samples == 1 or sheet is None:
        return found
    labels = {f"input {name}": name for name in network.inputs}
    labels |= {f"target {name}": name for name in network.targets}
    for (row, column), cell in sheet.cells.items():
        name = labels.get(cell.value) if type(cell.value) is str else None
        if name is not None:
            for sample in range(exercise.samples):
                found[SAMPLES, row, column + 1 + sample] = sampled(name, sample)
    return found


def labelled_cell(surroundings: Surroundings, name: str) -> Place | None:
    """The nearest cell around the table that is labelled so and holds a number, above first.

    Of several in a row that of the table's own columns, or nearest to them; of none one that the
    book gives such a name.
    """
    table = surroundings.table
    found: list[Place] = []
    for (row, column), cell in table.sheet.cells.items():
        if type(cell.value) is not str or table.exercise.quantity(cell.value) != name:
            continue
        right = [(row, column + distance) for distance in range(1, LABEL_DISTANCE + 1)]
        places = [(surroundings.home, *at) for at in (*right, (row + 1, column))]
        found += [
            place
            for place in places
            if number_of(place, surroundings) is not None
            and label_of(place, surroundings) == name
            and surroundings.in_table(place) is None
        ][:1]
    first, start, end = table.first_row, min(table.quantities), max(table.quantities)

    def distance(place: Place) -> tuple[bool, int, int]:
        _, row, column = place
        return row > first, abs(row - first), max(start - column, column - end, 0)

    named = (
        place
        for place, text in surroundings.named_cells.items()
        if table.exercise.quantity(text) == name and number_of(place, surroundings) is not None
    )
    return min(found, key=distance, default=next(named, None))
