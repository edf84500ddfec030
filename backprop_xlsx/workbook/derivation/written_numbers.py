"""The numbers of the derivation and their texts: a table beside the boxes, a row for each."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.formula.expression import Value
from backprop_xlsx.formula.put_in import Place
from backprop_xlsx.spreadsheet.sheets import significant
from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme

HEADERS = (
    *("quantity", "number", "power of ten", "power written", "decimals", "digits"),
    *("text", "behind a sign", "as a base or divisor"),
)
NAME, NUMBER, EXPONENT, POWER, DECIMALS, DIGITS, TEXT, TERM, BASE = range(len(HEADERS))
_COLUMNS = {Place.OPENING: TEXT, Place.TERM: TERM, Place.BASE: BASE}


@dataclass
class WrittenNumber:
    """A number that lines put in: its cell, its value, and what it must be told from.

    ``others`` are cells or constants with their values.
    """

    row: int
    name: str
    formula: str
    cell: str
    value: Value
    others: dict[str, float] = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)

    def text(self, place: Place = Place.OPENING) -> str:
        """The number as it stands at such a place."""
        if isinstance(self.value, str):
            return self.value
        text = significant.written(float(self.value), tuple(self.others.values()))
        if place is Place.TERM:
            return significant.in_term(text)
        return significant.as_base(text) if place is Place.BASE else text


class WrittenNumbers:
    """The table under construction, from a cell on; its rows are written once all are known."""

    def __init__(self, first_row: int, first_column: int) -> None:
        self._first_row, self._first_column = first_row, first_column
        self._numbers: list[WrittenNumber] = []

    def add(self, name: str, formula: str, value: Value, cell: str = "") -> WrittenNumber:
        """A row for a number that a formula finds; ``cell`` is where, if not in this row."""
        row = self._first_row + 1 + len(self._numbers)
        number = WrittenNumber(row, name, formula, cell or self._address(row, NUMBER), value)
        self._numbers.append(number)
        return number

    def text_cell(self, number: WrittenNumber, place: Place = Place.OPENING) -> str:
        """The cell of its text at such a place."""
        number.places.add(place)
        return self._address(number.row, _COLUMNS[place])

    @property
    def last_column(self) -> int:
        """The last column that the table may fill."""
        return self._first_column + len(HEADERS) - 1

    def write(self, page: Page, theme: Theme) -> None:
        """Hands every row to the page."""
        for column, header in enumerate(HEADERS, start=self._first_column):
            page.text((self._first_row, column), header, theme("quiet", "header_left"))
        for number in self._numbers:
            self._write_row(page, theme, number)

    def _write_row(self, page: Page, theme: Theme, number: WrittenNumber) -> None:
        def put(column: int, formula: str, value: Value, *styles: str) -> None:
            position = (number.row, self._first_column + column)
            page.formula(position, formula, value, theme("quiet", *styles))

        cells = significant.FigureCells(
            *(
                self._address(number.row, column)
                for column in (NUMBER, EXPONENT, POWER, DECIMALS, DIGITS)
            )
        )
        page.text((number.row, self._first_column), number.name, theme("quiet"))
        is_text = isinstance(number.value, str)
        put(NUMBER, number.formula, number.value, "left" if is_text else "every_digit")
        numeric, others = (0.0, ()) if is_text else (float(number.value), number.others.values())
        found = significant.figures(numeric, tuple(others))
        put(EXPONENT, cells.exponent_formula(), found.exponent, "whole")
        put(POWER, cells.power_formula(), found.power, "whole")
        decimals = 0 if is_text and number.others else found.decimals
        put(DECIMALS, cells.decimals_formula(tuple(number.others)), decimals, "whole")
        put(DIGITS, cells.digits_formula(), 0 if is_text else found.digits, "whole")
        put(TEXT, cells.text_formula(), number.text(), "left")
        text = self._address(number.row, TEXT)
        if Place.TERM in number.places:
            put(TERM, significant.in_term_formula(text), number.text(Place.TERM), "left")
        if Place.BASE in number.places:
            formula = significant.as_base_formula(text, cells.power)
            put(BASE, formula, number.text(Place.BASE), "left")

    def _address(self, row: int, column: int) -> str:
        return xl_rowcol_to_cell(row, self._first_column + column)
