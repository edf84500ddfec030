"""What in a worksheet's XML would make Excel repair or refuse the file, or hide a value."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations, pairwise
from xml.etree.ElementTree import Element

from .formula_lint import (
    COLUMNS,
    ROWS,
    Area,
    Book,
    formula_problems,
    parse_area,
    parse_reference,
)
from .formula_shape import shape

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EXTENSION = "{http://schemas.microsoft.com/office/excel/2006/main}"

TEXT_LIMIT = 32_767
ERROR_VALUES = (
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA",
)  # fmt: skip
# CT_Worksheet of ECMA-376 part 1, in its order.
ELEMENTS = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
VALIDATION_TEXT_LIMITS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}


def is_number(text: str) -> bool:
    """Whether the text is a finite number as the file format writes it."""
    plain = re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(E[-+]?\d+)?", text, re.IGNORECASE)
    return plain is not None and math.isfinite(float(text))


def integer(element: Element, attribute: str, default: int) -> int:
    """The attribute's value, the default where it is absent, -1 where it is no whole number."""
    text = element.get(attribute, str(default))
    return int(text) if re.fullmatch(r"\d+", text) else -1


def rich_text(element: Element) -> str:
    """The text of a shared or inline string, its phonetic hints left out."""
    runs = element.findall(f"{MAIN}t") + element.findall(f"{MAIN}r/{MAIN}t")
    return "".join(run.text or "" for run in runs)


def cell_values(root: Element, strings: tuple[str, ...]) -> dict[str, str]:
    """What each cell that is not blank shows, before its number format, by the cell's name."""
    values = {}
    for cell in root.iter(f"{MAIN}c"):
        text = cell.findtext(f"{MAIN}v", "")
        inline = cell.find(f"{MAIN}is")
        if inline is not None:
            text = rich_text(inline)
        elif cell.get("t") == "s" and text.isdecimal() and int(text) < len(strings):
            text = strings[int(text)]
        if text:
            values[cell.get("r", "")] = text
    return values


def worksheet_problems(
    root: Element, sheet: str, book: Book, values: Mapping[str, str]
) -> Iterator[str]:
    """One line per problem of the sheet, each beginning with `sheet!cell:` or `sheet:`.

    `values` are the sheet's own cell_values.
    """
    yield from _order_problems(root, sheet)
    yield from _column_problems(root, sheet, book)
    yield from _row_problems(root, sheet, book)
    yield from _range_problems(root, sheet)
    yield from _merge_problems(root, sheet, values)
    yield from _conditional_format_problems(root, sheet, book)
    yield from _validation_problems(root, sheet, book)
    yield from _hyperlink_problems(root, sheet, book)
    for formula in root.iter(f"{EXTENSION}f"):  # of sparklines and newer conditional formats
        for problem in formula_problems(formula.text or "", book, sheet, functions=None):
            yield f"{sheet}: extension formula {formula.text}: {problem}"


def _order_problems(root: Element, sheet: str) -> Iterator[str]:
    names = [child.tag.removeprefix(MAIN) for child in root if child.tag.startswith(MAIN)]
    if "sheetData" not in names:
        yield f"{sheet}: element sheetData is missing"
    for name in names:
        if name not in ELEMENTS:
            yield f"{sheet}: element {name} does not belong in a worksheet"
    positions = [(ELEMENTS.index(name), name) for name in names if name in ELEMENTS]
    for (position, name), (next_position, next_name) in pairwise(positions):
        if next_position < position:
            yield f"{sheet}: element {next_name} must stand before {name}"
        elif next_position == position and name != "conditionalFormatting":
            yield f"{sheet}: element {name} appears twice"


def _style_problem(element: Element, attribute: str, book: Book) -> str | None:
    if 0 <= integer(element, attribute, 0) < book.cell_formats:
        return None
    return f"style {element.get(attribute)} is not one of {book.cell_formats} cell formats"


def _column_problems(root: Element, sheet: str, book: Book) -> Iterator[str]:
    last = 0
    for column in root.iterfind(f"{MAIN}cols/{MAIN}col"):
        first, end = integer(column, "min", 0), integer(column, "max", 0)
        if not 1 <= first <= end <= COLUMNS:
            yield f"{sheet}: column width for columns {first} to {end}, outside 1 to {COLUMNS}"
        elif first <= last:
            yield f"{sheet}: column widths overlap or descend at column {first}"
        last = max(last, end)
        if problem := _style_problem(column, "style", book):
            yield f"{sheet}: column {first}: {problem}"


def _row_problems(root: Element, sheet: str, book: Book) -> Iterator[str]:
    previous_row = 0
    sound: set[str] = set()  # shapes of formulas
    for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number = integer(row, "r", previous_row + 1)
        if number > ROWS:
            yield f"{sheet}: row {number} is beyond the last row {ROWS}"
        if number <= previous_row:
            yield f"{sheet}: row {number} follows row {previous_row}"
        previous_row = number
        if problem := _style_problem(row, "s", book):
            yield f"{sheet}: row {number}: {problem}"
        previous_column = 0
        for cell in row.iterfind(f"{MAIN}c"):
            name = cell.get("r", "")
            try:
                column, row_of_cell, *last = parse_area(name)
            except ValueError as error:
                yield f"{sheet}!{name}: {error}"
                continue
            if [column, row_of_cell] != last:
                yield f"{sheet}!{name}: a range where one cell is expected"
            if row_of_cell != number:
                yield f"{sheet}!{name}: cell stands in row {number}"
            if column <= previous_column:
                yield f"{sheet}!{name}: cells of row {number} repeat or are out of order"
            previous_column = column
            for problem in _cell_problems(cell, book, sheet, sound):
                yield f"{sheet}!{name}: {problem}"


def _cell_problems(cell: Element, book: Book, sheet: str, sound: set[str]) -> Iterator[str]:
    if problem := _style_problem(cell, "s", book):
        yield problem
    yield from _value_problems(cell, book)
    formula = cell.find(f"{MAIN}f")
    if formula is None:
        return
    kind = formula.get("t", "normal")
    if kind in ("array", "dataTable"):
        yield f"{kind} formula"
    if cell.find(f"{MAIN}v") is None:
        yield "formula without a cached value"
    # The later cells of a shared formula carry its number only.
    if formula.text or kind != "shared":
        text = formula.text or ""
        if shape(text) not in sound:
            problems = list(formula_problems(text, book, sheet))
            yield from problems
            if not problems:
                sound.add(shape(text))


def _value_problems(cell: Element, book: Book) -> Iterator[str]:
    kind = cell.get("t", "n")
    value = cell.find(f"{MAIN}v")
    inline = cell.find(f"{MAIN}is")
    if (kind == "inlineStr") != (inline is not None) or (inline is not None and value is not None):
        yield f"type {kind} does not go with the elements of the cell"
    elif inline is not None:
        if inline.find(f"{MAIN}t") is None and inline.find(f"{MAIN}r") is None:
            yield "inline string without text"
        yield from _text_problems(rich_text(inline))
    if value is None:
        return
    text = value.text or ""
    if kind == "n":
        # A formula whose result shows nothing keeps an empty value.
        blank = text == "" and cell.find(f"{MAIN}f") is not None
        if not blank and not is_number(text):
            yield f"value {text!r} is not a finite number"
    elif kind == "s":
        if not text.isdecimal() or int(text) >= len(book.strings):
            yield f"shared string {text} is not one of {len(book.strings)}"
    elif kind == "b":
        if text not in ("0", "1"):
            yield f"truth value {text!r}, 0 or 1 expected"
    elif kind == "e":
        yield f"{'error value' if text in ERROR_VALUES else 'unknown error name'} {text}"
    elif kind == "str":
        yield from _text_problems(text)
    elif kind != "inlineStr":
        yield f"unknown cell type {kind}"


def _text_problems(text: str) -> Iterator[str]:
    if len(text) > TEXT_LIMIT:
        yield f"text of {len(text)} characters, at most {TEXT_LIMIT}"


def _range_problems(root: Element, sheet: str) -> Iterator[str]:
    for child in root:
        if child.tag == f"{MAIN}sheetData":
            continue
        for element in child.iter():
            texts = [element.get(key, "") for key in ("ref", "sqref", "topLeftCell", "activeCell")]
            if element.tag == f"{EXTENSION}sqref":
                texts.append(element.text or "")
            for text in " ".join(texts).split():
                try:
                    parse_area(text)
                except ValueError as error:
                    yield f"{sheet}: {element.tag.rpartition('}')[2]}: {error}"


def _well_formed(texts: Iterable[str]) -> dict[str, Area]:
    """The areas by their texts; those that are none are reported where they stand."""
    areas = {}
    for text in texts:
        with suppress(ValueError):
            areas[text] = parse_area(text)
    return areas


def _merge_problems(root: Element, sheet: str, values: Mapping[str, str]) -> Iterator[str]:
    merges = [merge.get("ref", "") for merge in root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell")]
    areas = _well_formed(merges)
    for merge, other in combinations((merge for merge in merges if merge in areas), 2):
        if areas[merge].overlaps(areas[other]):
            yield f"{sheet}!{other}: merged range overlaps {merge}"
    cells = _well_formed(values) if areas else {}
    for merge, area in areas.items():
        first = next(area.cells())
        if area.size == 1:
            yield f"{sheet}!{merge}: merged range of a single cell"
        for name, cell in cells.items():
            if name != first and area.overlaps(cell):
                yield f"{sheet}!{name}: value hidden by the merged range {merge}"


def _conditional_format_problems(root: Element, sheet: str, book: Book) -> Iterator[str]:
    for formatting in root.iterfind(f"{MAIN}conditionalFormatting"):
        place = f"{sheet}!{formatting.get('sqref')}: conditional format"
        for rule in formatting.iterfind(f"{MAIN}cfRule"):
            differential_formats = range(book.differential_formats)
            if "dxfId" in rule.attrib and integer(rule, "dxfId", 0) not in differential_formats:
                yield f"{place}: dxfId {rule.get('dxfId')} of {book.differential_formats}"
            if integer(rule, "priority", 0) < 1:
                yield f"{place}: priority {rule.get('priority')} is not positive"
            for formula in rule.iterfind(f"{MAIN}formula"):
                for problem in formula_problems(formula.text or "", book, sheet, functions=None):
                    yield f"{place}: {problem}"


def _validation_problems(root: Element, sheet: str, book: Book) -> Iterator[str]:
    for validation in root.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation"):
        place = f"{sheet}!{validation.get('sqref')}: data validation"
        for attribute, limit in VALIDATION_TEXT_LIMITS.items():
            if len(validation.get(attribute, "")) > limit:
                yield f"{place}: {attribute} longer than {limit} characters"
        kind = validation.get("type", "none")
        formulas = [element.text or "" for element in validation]
        pair = validation.get("operator", "between") in ("between", "notBetween")
        needed = {"none": 0, "list": 1, "custom": 1}.get(kind, 2 if pair else 1)
        if len(formulas) < needed:
            yield f"{place}: {len(formulas)} formulas, {needed} needed"
        for formula in formulas:
            # A typed list is one text constant and has the same limit as any text in a formula.
            for problem in formula_problems(formula, book, sheet, functions=None):
                yield f"{place}: {problem}"


def _hyperlink_problems(root: Element, sheet: str, book: Book) -> Iterator[str]:
    for link in root.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink"):
        place = f"{sheet}!{link.get('ref')}: hyperlink"
        location = link.get("location")
        if link.get(f"{RELATION}id") is not None:
            continue  # the location is an anchor inside the other document
        if not location:
            yield f"{place} leads nowhere"
            continue
        try:
            target, local = parse_reference(location, book)
            if not book.defines(local, target):
                parse_area(local)
        except ValueError as error:
            yield f"{place}: {error}"
