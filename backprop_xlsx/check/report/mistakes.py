"""The different mistakes of a file: each told once, with all the places where it is made."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.check.findings import Fault, FileReport, TableReport
from backprop_xlsx.check.report.phrases import printable, tally
from backprop_xlsx.formula.names import label
from backprop_xlsx.model.words import listed, plural
from backprop_xlsx.spreadsheet.ooxml.formula_text import cell_name, column_number


@dataclass(frozen=True)
class Mistake:
    """One mistake, however many columns and tables repeat it: each with the table it stands in."""

    faults: tuple[tuple[TableReport, Fault], ...]

    @property
    def first(self) -> Fault:
        """The fault that stands for all."""
        return self.faults[0][1]

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that it is made in, as the exercise writes them."""
        return tuple(dict.fromkeys(label(fault.quantity) for _, fault in self.faults))

    @property
    def tables(self) -> int:
        """In how many tables it is made."""
        return len({(table.sheet, table.range) for table, _ in self.faults})

    @property
    def cells(self) -> int:
        """How many cells are wrong by it."""
        return sum(fault.cells for _, fault in self.faults)

    @property
    def places(self) -> tuple[str, ...]:
        """All its ranges: columns side by side as one, and those that sheets share once."""
        by_sheet: dict[str, list[_Block]] = {}
        for table, fault in self.faults:
            by_sheet.setdefault(fault.sheet or table.sheet, []).append(_block(fault))
        if len(by_sheet) == 1:
            (blocks,) = by_sheet.values()
            return _joined(blocks)
        sheets: dict[tuple[str, ...], list[str]] = {}
        for sheet, blocks in by_sheet.items():
            sheets.setdefault(_joined(blocks), []).append(sheet)
        return tuple(f"{', '.join(same)} on {_named(on)}" for same, on in sheets.items())

    def where(self, separator: str = ", ", most: int | None = None) -> str:
        """Its first places, of more than ``most`` how many more, and how many cells are wrong."""
        places = [printable(place) for place in self.places]
        more = f" and {len(places) - most} more" if most and len(places) > most else ""
        cells = f", {tally(self.cells, 'cell')}" if self.cells > 1 else ""
        return f"{separator.join(places[:most])}{more}{cells}"

    @property
    def effect(self) -> str:
        """What it does to the final loss where it is made first; of several places, with that."""
        table, fault = self.faults[0]
        if not fault.effect or len(self.faults) == 1:
            return fault.effect
        sheet = "" if fault.sheet else f"{table.sheet}!"
        return f"{fault.effect} ({sheet}{fault.range} alone)"

    @property
    def title(self) -> str:
        """In one line: ``∂E/∂w3 and ∂E/∂w4: uses a_h1 where a_h2 belongs``."""
        explanation = printable(self.first.explanation)
        if explanation.split(" ")[0] in self.quantities:
            return explanation
        return f"{listed(self.quantities)}: {explanation}"

    def __str__(self) -> str:
        return self.title + (f" ({tally(self.tables, 'table')})" if self.tables > 1 else "")


def mistakes(report: FileReport) -> list[Mistake]:
    """The different mistakes of a file, the one in most cells first."""
    groups: dict[str, list[tuple[TableReport, Fault]]] = {}
    for table in report.tables:
        for fault in table.faults:
            groups.setdefault(printable(fault.explanation), []).append((table, fault))
    found = [Mistake(tuple(group)) for group in groups.values()]
    return sorted(found, key=lambda mistake: -mistake.cells)


def _named(sheets: list[str]) -> str:
    return f"{plural(len(sheets), 'sheet')} {listed(sheets)}"


_Block = tuple[int, int, int, int]
"""First and last row, first and last column."""


def _block(fault: Fault) -> _Block:
    first = column_number(fault.column)
    last = first if fault.last_column is None else column_number(fault.last_column)
    return fault.first_row, fault.last_row, first, last


def _joined(blocks: list[_Block]) -> tuple[str, ...]:
    joined: list[_Block] = []
    for top, bottom, left, right in sorted(blocks):
        if joined and joined[-1][:2] == (top, bottom) and joined[-1][3] + 1 == left:
            left = joined.pop()[2]
        joined.append((top, bottom, left, right))
    return tuple(_range(block) for block in joined)


def _range(block: _Block) -> str:
    top, bottom, left, right = block
    first, last = cell_name(top, left), cell_name(bottom, right)
    return first if first == last else f"{first}:{last}"
