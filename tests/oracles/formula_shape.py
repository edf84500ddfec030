"""What formulas have in common that differ only in the rows of the cells they name."""

import re

# One cell, or two of one row. Not within a name, an area of several rows or a longer word; of so
# few letters and digits every such cell is one of the sheet.
_ROW = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|"""
    r"(?<![\w.\\?:$])(\$?[A-Z]{1,2}\$?)([1-9]\d{0,5})(?::(\$?[A-Z]{1,2}\$?)\2)?(?![\w.\\?:(!])"
)


def shape(formula: str) -> str:
    """The formula with ones for the digits of its rows, texts and the names of sheets kept.

    Of two formulas of one shape on one sheet either both are sound or neither is: their length,
    signs, functions, columns, texts and names are the same, and each cell is one of the sheet.
    Formulas with brackets [ ], which enclose names of columns and of books, are shapes themselves.
    """
    return formula if "[" in formula else _ROW.sub(_without_rows, formula)


def _without_rows(found: re.Match[str]) -> str:
    first, row, last = found.groups()
    if row is None:
        return found[0]
    ones = "1" * len(row)
    return f"{first}{ones}:{last}{ones}" if last else f"{first}{ones}"
