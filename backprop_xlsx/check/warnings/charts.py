"""Look at the charts of a book: whether each shows the whole loss of a run, and only that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backprop_xlsx.check.findings import Caution
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import TOTAL_LOSS, label
from backprop_xlsx.formula.tokens import FormulaError, Reference, tokenise
from backprop_xlsx.spreadsheet.ooxml.book import Book, Sheet
from backprop_xlsx.spreadsheet.ooxml.charts import Chart, Series

MOST_NAMED = 3
"""Quantities that a warning names."""
LOSS = re.compile(r"\b(errors?|loss(es)?|cost|E_?total)\b", re.IGNORECASE)
"""What a chart's title calls the loss."""
SLOPE = re.compile(r"gradient|derivative|slope|[∂δ]|\bd\w*\s*/", re.IGNORECASE)
"""What it calls the derivatives of the loss."""


def chart_cautions(book: Book, table: Table) -> Iterator[Caution]:
    """A warning for each chart that shows a loss of the table, but not as it should."""
    for sheet in book.sheets:
        for chart in sheet.charts:
            said = [text for series in chart.series for text in _of_series(table, sheet, series)]
            said += _mistitled(book, table, sheet, chart)
            if said:
                where = f"chart {chart.title!r}" if chart.title else "chart"
                where = f"{where} on {sheet.name!r}"
                yield Caution("chart", where, f"the chart {_joined(list(dict.fromkeys(said)))}")


def _mistitled(book: Book, table: Table, sheet: Sheet, chart: Chart) -> Iterator[str]:
    """What a chart draws of the table that is titled as the loss, and shows none."""
    title = chart.title or _name_of_only(book, sheet, chart)
    if not LOSS.search(title) or SLOPE.search(title):
        return
    drawn = [_drawn(table, sheet, series) for series in chart.series]
    losses = {table.exercise.loss, TOTAL_LOSS, *table.exercise.network.losses}
    names = [name for name in dict.fromkeys(drawn) if name is not None]
    if None in drawn or not names or losses & set(names):
        return
    listed = ", ".join(map(label, names[:MOST_NAMED])) + (" …" if names[MOST_NAMED:] else "")
    yield f"draws {listed}, none of the losses"


def _name_of_only(book: Book, sheet: Sheet, chart: Chart) -> str:
    """The name of a single series, which a chart without a title shows for one."""
    if len(chart.series) != 1 or chart.series[0].name is None:
        return ""
    (series,) = chart.series
    reference = _reference(series.name) if series.name_is_reference else None
    if reference is None:
        return "" if series.name_is_reference else str(series.name)
    named = next((other for other in book.sheets if _is_on(other, reference, sheet)), None)
    corner = reference.first
    cell = None if named is None else named.cells.get((corner.row, corner.column))
    return cell.value if cell is not None and isinstance(cell.value, str) else ""


def _drawn(table: Table, sheet: Sheet, series: Series) -> str | None:
    """The quantity that a series draws; None if it is none of the table's."""
    values = _reference(series.values)
    if values is None or not _on(table, values, sheet):
        return None
    last = values.last or values.first
    if values.first.column != last.column or last.row not in table.rows:
        return None
    return table.quantities.get(last.column)


def _of_series(table: Table, sheet: Sheet, series: Series) -> Iterator[str]:
    values = _reference(series.values)
    if values is None or not _on(table, values, sheet):
        return
    quantity = _loss(table, values)
    if quantity is None or values.last is None:
        return
    first, last = values.first.row, values.last.row
    named = _reference(series.name) if series.name_is_reference else None
    names_first = (
        named is not None
        and _on(table, named, sheet)
        and _holds(table, named, quantity, table.first_row)
    )
    left_out = max(first - table.first_row, 0), max(table.last_row - last, 0)
    added = max(table.first_row - first, 0), max(last - table.last_row, 0)
    if names_first:
        yield "takes the first loss for the name of the series"
        if left_out[0] == 1:
            left_out = 0, left_out[1]
    if any(left_out):
        yield f"leaves out {_rows(left_out)} of {quantity}"
    if any(added):
        yield f"shows {_beyond(added)} the losses"
    categories = _reference(series.categories)
    if categories is not None and _on(table, categories, sheet) and _loss(table, categories):
        yield "uses the loss as categories"


def _reference(text: str | None) -> Reference | None:
    """What a series refers to; None if it is not one range."""
    if text is None:
        return None
    try:
        tokens = tokenise(text)
    except FormulaError:
        return None
    return tokens[0].reference if len(tokens) == 2 else None


def _on(table: Table, reference: Reference, sheet: Sheet) -> bool:
    return _is_on(table.sheet, reference, sheet)


def _is_on(meant: Sheet, reference: Reference, sheet: Sheet) -> bool:
    name = sheet.name if reference.sheet is None else reference.sheet
    return name.casefold() == meant.name.casefold()


def _loss(table: Table, reference: Reference) -> str | None:
    """The loss whose column, among the table's rows, a range meets."""
    last = reference.last or reference.first
    meets = reference.first.row <= table.last_row and last.row >= table.first_row
    exercise = table.exercise
    for name in dict.fromkeys((exercise.loss, TOTAL_LOSS, *exercise.network.losses)):
        column = table.columns.get(name)
        if meets and reference.first.column == last.column == column:
            return name
    return None


def _holds(table: Table, reference: Reference, quantity: str, row: int) -> bool:
    last = reference.last or reference.first
    same_column = reference.first.column == last.column == table.columns[quantity]
    return same_column and reference.first.row <= row <= last.row


def _rows(count: tuple[int, int]) -> str:
    said = [
        f"the {end} {_counted(number)}"
        for end, number in zip(("first", "last"), count, strict=True)
        if number
    ]
    return " and ".join(said)


def _beyond(count: tuple[int, int]) -> str:
    said = [
        f"{'a row' if number == 1 else _counted(number)} {side}"
        for side, number in zip(("above", "below"), count, strict=True)
        if number
    ]
    return " and ".join(said)


def _counted(number: int) -> str:
    return "row" if number == 1 else f"{number} rows"


def _joined(said: Sequence[str]) -> str:
    return ", and ".join(said)
