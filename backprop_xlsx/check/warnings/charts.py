"""Look at the charts of a book: whether each shows the whole loss of a run, and only that."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_xlsx.check.findings import Caution
from backprop_xlsx.check.reading.tables import Table
from backprop_xlsx.formula.names import TOTAL_LOSS, label
from backprop_xlsx.formula.tokens import Reference, reference_of
from backprop_xlsx.model.words import first_of
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
                yield Caution("chart", where, f"the chart {', and '.join(dict.fromkeys(said))}")


def _mistitled(book: Book, table: Table, sheet: Sheet, chart: Chart) -> Iterator[str]:
    """What a chart draws of the table that is titled as the loss, and shows none."""
    title = chart.title or _name_of_only(book, sheet, chart)
    if not LOSS.search(title) or SLOPE.search(title):
        return
    drawn = [_drawn(table, sheet, series) for series in chart.series]
    names = [name for name in dict.fromkeys(drawn) if name is not None]
    if None in drawn or not names or not _losses(table).isdisjoint(names):
        return
    yield f"draws {first_of(list(map(label, names)), MOST_NAMED)}, none of the losses"


def _name_of_only(book: Book, sheet: Sheet, chart: Chart) -> str:
    """The name of a single series, which a chart without a title shows for one."""
    if len(chart.series) != 1 or chart.series[0].name is None:
        return ""
    (series,) = chart.series
    if not series.name_is_reference:
        return str(series.name)
    reference = reference_of(series.name or "")
    if reference is None:
        return ""
    named = next((other for other in book.sheets if _is_on(other, reference, sheet)), None)
    corner = reference.first
    cell = None if named is None else named.cells.get((corner.row, corner.column))
    return cell.value if cell is not None and isinstance(cell.value, str) else ""


def _drawn(table: Table, sheet: Sheet, series: Series) -> str | None:
    """The quantity that a series draws; None if it is none of the table's."""
    quantity, rows = _column_of(table, sheet, series.values)
    return quantity if quantity is not None and rows[-1] in table.rows else None


def _of_series(table: Table, sheet: Sheet, series: Series) -> Iterator[str]:
    quantity, rows = _loss_of(table, sheet, series.values)
    if quantity is None or ":" not in (series.values or ""):
        return
    left_out = {"first": rows[0] - table.first_row, "last": table.last_row - rows[-1]}
    added = {"above": -left_out["first"], "below": -left_out["last"]}
    if series.name_is_reference:
        named, header = _column_of(table, sheet, series.name)
        if named == quantity and table.first_row in header:
            yield "takes the first loss for the name of the series"
            if left_out["first"] == 1:
                left_out["first"] = 0
    ends = [f"the {end} {_rows(number)}" for end, number in left_out.items() if number > 0]
    if ends:
        yield f"leaves out {' and '.join(ends)} of {quantity}"
    sides = [f"{_rows(number, 'a row')} {side}" for side, number in added.items() if number > 0]
    if sides:
        yield f"shows {' and '.join(sides)} the losses"
    if _loss_of(table, sheet, series.categories)[0] is not None:
        yield "uses the loss as categories"


def _rows(number: int, one: str = "row") -> str:
    return one if number == 1 else f"{number} rows"


def _loss_of(table: Table, sheet: Sheet, text: str | None) -> tuple[str | None, range]:
    """The loss whose column, among the table's rows, a range meets, and the range's rows."""
    quantity, rows = _column_of(table, sheet, text)
    is_loss = quantity in _losses(table)
    meets = is_loss and rows[0] <= table.last_row and rows[-1] >= table.first_row
    return quantity if meets else None, rows


def _losses(table: Table) -> set[str]:
    return {table.exercise.loss, TOTAL_LOSS, *table.exercise.network.losses}


def _column_of(table: Table, sheet: Sheet, text: str | None) -> tuple[str | None, range]:
    """The quantity in whose column a range stands, None if in none or several, and its rows."""
    reference = reference_of(text or "")
    if reference is None or not _is_on(table.sheet, reference, sheet):
        return None, range(0)
    rows, columns = reference.area
    return table.quantities.get(columns[0]) if len(columns) == 1 else None, rows


def _is_on(meant: Sheet, reference: Reference, sheet: Sheet) -> bool:
    """Whether a reference, in a chart that stands on a sheet, is to a cell of the one meant."""
    return (reference.sheet or sheet.name).casefold() == meant.name.casefold()
