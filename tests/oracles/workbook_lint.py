"""Whether Excel would open an .xlsx file without repairing it and show all that it holds."""

import posixpath
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import fromstring

from .chart_lint import chart_problems
from .formula_lint import Book, formula_problems, name_problem
from .worksheet_lint import (
    MAIN,
    RELATION,
    TEXT_LIMIT,
    cell_values,
    integer,
    rich_text,
    worksheet_problems,
)

CONTENT_TYPES = "[Content_Types].xml"
# What a part has to declare itself as, by the last word of the relationship that leads to it.
TYPE_ENDINGS = {
    "officeDocument": "main+xml",
    **{
        kind: f"{kind}+xml"
        for kind in (
            "worksheet", "chartsheet", "styles", "sharedStrings", "theme", "drawing", "chart",
            "table", "comments",
        )
    },
}  # fmt: skip
# Parts that show only where the r:id of their relationship stands in the part that owns it.
SHOWN_BY_REFERENCE = {"worksheet", "chartsheet", "drawing", "chart", "table", "image"}


class Relationship(NamedTuple):
    """A line of a .rels part; `target` is a part's name unless it is external."""

    identifier: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True)
class Package:
    """The parts of a file, parsed; relationships by the part that owns them, "" for the file."""

    names: tuple[str, ...]
    trees: dict[str, Element]
    relationships: dict[str, list[Relationship]]

    def content_type(self, part: str) -> str | None:
        """The type declared for the part, or None."""
        for declared in self.trees.get(CONTENT_TYPES, ()):
            if declared.get("PartName", "").casefold() == f"/{part}".casefold():
                return declared.get("ContentType")
        extension = posixpath.splitext(part)[1].removeprefix(".")
        for declared in self.trees.get(CONTENT_TYPES, ()):
            if declared.get("Extension", "").casefold() == extension.casefold():
                return declared.get("ContentType")
        return None

    def related(self, part: str, kind: str) -> Element | None:
        """The tree of the first part that the given one owns as of that kind, or None."""
        for relationship in self.relationships.get(part, []):
            if relationship.kind == kind:
                return self.trees.get(relationship.target)
        return None


def lint(path: Path) -> list[str]:
    """One line per problem of an .xlsx file, none for a sound one.

    Problems are what makes Excel repair or refuse the file, what hides something that it should
    show, and formulas on which other engines would differ. Raises OSError where the file cannot be
    read.
    """
    try:
        with ZipFile(path) as archive:
            entries = [
                (info.filename, archive.read(info))
                for info in archive.infolist()
                if not info.is_dir()
            ]
    except (BadZipFile, zlib.error) as error:
        return [f"{path.name}: not a sound zip archive: {error}"]
    problems = []
    trees = {}
    for name, content in entries:
        if name.endswith((".xml", ".rels")):
            try:
                trees[name] = fromstring(content)
            except (ParseError, ValueError, LookupError) as error:  # the last: unknown encoding
                problems.append(f"{name}: not well-formed XML: {error}")
    package = Package(tuple(name for name, _ in entries), trees, _relationships(trees))
    problems += _package_problems(package)
    for relationship in package.relationships.get("", []):
        if relationship.kind == "officeDocument" and relationship.target in trees:
            return problems + list(_workbook_problems(package, relationship.target))
    return [*problems, f"{path.name}: no workbook part"]


def _relationships(trees: dict[str, Element]) -> dict[str, list[Relationship]]:
    relationships = {}
    for name, root in trees.items():
        if match := re.fullmatch(r"(.*/)?_rels/(.*)\.rels", name):
            folder = match[1] or ""
            relationships[folder + match[2]] = [
                Relationship(
                    line.get("Id", ""),
                    posixpath.basename(line.get("Type", "")),
                    posixpath.normpath(posixpath.join("/", folder, line.get("Target", "")))[1:],
                    # A picture's link into the workbook starts with # and names no part.
                    line.get("TargetMode") == "External" or line.get("Target", "").startswith("#"),
                )
                for line in root
            ]
    return relationships


def _repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _package_problems(package: Package) -> Iterator[str]:
    """Content types and relationships."""
    for name in _repeated([name.casefold() for name in package.names]):
        yield f"{name}: part stored more than once"
    if CONTENT_TYPES not in package.names:
        yield f"{CONTENT_TYPES}: missing"
    declared = [
        line.get("PartName", "") or line.get("Extension", "")
        for line in package.trees.get(CONTENT_TYPES, ())
    ]
    for name in _repeated([name.casefold() for name in declared]):
        yield f"{CONTENT_TYPES}: {name} declared more than once"
    for name in declared:
        if name.startswith("/") and name[1:] not in package.names:
            yield f"{CONTENT_TYPES}: {name} does not exist"
    for name in package.names:
        if name != CONTENT_TYPES and package.content_type(name) is None:
            yield f"{name}: no content type"
    for owner, relationships in package.relationships.items():
        place = f"{owner or 'package'}: relationship"
        for identifier in _repeated([relationship.identifier for relationship in relationships]):
            yield f"{place} {identifier} appears more than once"
        for relationship in relationships:
            yield from _target_problems(relationship, package, place)
    lines = chain.from_iterable(package.relationships.values())
    reached = {CONTENT_TYPES, *(relationship.target for relationship in lines)}
    for name, root in package.trees.items():
        yield from _reference_problems(name, root, package)
        if name not in reached and not name.endswith(".rels"):
            yield f"{name}: no relationship leads to it, so that it stays hidden"


def _target_problems(relationship: Relationship, package: Package, place: str) -> Iterator[str]:
    if relationship.external:
        return
    identifier, kind, target, _ = relationship
    if target not in package.names:
        yield f"{place} {identifier} leads to {target}, which does not exist"
        return
    content_type = package.content_type(target) or ""
    if not content_type.endswith(TYPE_ENDINGS.get(kind, "")):
        yield f"{target}: content type {content_type} does not suit a {kind}"


def _reference_problems(name: str, root: Element, package: Package) -> Iterator[str]:
    relationships = package.relationships.get(name, [])
    used = {
        value
        for element in root.iter()
        for key, value in element.attrib.items()
        if key.startswith(RELATION)
    }
    for identifier in sorted(used - {relationship.identifier for relationship in relationships}):
        yield f"{name}: refers to relationship {identifier}, which does not exist"
    for identifier, kind, target, _ in relationships:
        if kind in SHOWN_BY_REFERENCE and identifier not in used:
            yield f"{name}: relationship {identifier} is not used, so that {target} stays hidden"


def _workbook_problems(package: Package, part: str) -> Iterator[str]:
    """The workbook part and everything that it lists."""
    root = package.trees[part]
    sheets = root.findall(f"{MAIN}sheets/{MAIN}sheet")
    names = [sheet.get("name", "") for sheet in sheets]
    yield from _sheet_list_problems(root, sheets, names, part)
    styles = package.related(part, "styles")
    if styles is not None:
        yield from _style_problems(styles)
    shared = package.related(part, "sharedStrings")
    strings = () if shared is None else tuple(map(rich_text, shared.iterfind(f"{MAIN}si")))
    for index, text in enumerate(strings):
        if len(text) > TEXT_LIMIT:
            yield f"shared string {index}: text of {len(text)} characters, at most {TEXT_LIMIT}"
    defined = list(_defined_names(root, names))
    book = Book(
        sheets=tuple(names),
        names=frozenset((scope, name.casefold()) for scope, name, _ in defined),
        cell_formats=_count(styles, "cellXfs"),
        differential_formats=_count(styles, "dxfs"),
        strings=strings,
    )
    yield from _defined_name_problems(defined, book)
    targets = {line.identifier: line.target for line in package.relationships.get(part, [])}
    values = {}
    for name, sheet in zip(names, sheets, strict=True):
        tree = package.trees.get(targets.get(sheet.get(f"{RELATION}id", ""), ""))
        if tree is not None and tree.tag == f"{MAIN}worksheet":
            values[name] = cell_values(tree, strings)
            yield from worksheet_problems(tree, name, book, values[name])
    for name, tree in package.trees.items():
        if (package.content_type(name) or "").endswith("drawingml.chart+xml"):
            yield from chart_problems(tree, name, book, values)


def _sheet_list_problems(
    root: Element, sheets: list[Element], names: list[str], part: str
) -> Iterator[str]:
    if not any(sheet.get("state", "visible") == "visible" for sheet in sheets):
        yield f"{part}: no visible sheet"
    for name in names:
        if not 1 <= len(name) <= 31:
            yield f"{part}: sheet name {name!r} of {len(name)} characters, 1 to 31 allowed"
        if re.search(r"[][:*?/\\]|^'|'$", name) or name.casefold() == "history":
            yield f"{part}: sheet name {name!r} is not allowed"
    for name in _repeated([name.casefold() for name in names]):
        yield f"{part}: sheet name {name!r} appears more than once"
    for number in _repeated([sheet.get("sheetId", "") for sheet in sheets]):
        yield f"{part}: sheetId {number} appears more than once"
    for name, sheet in zip(names, sheets, strict=True):
        if integer(sheet, "sheetId", 0) < 1 or f"{RELATION}id" not in sheet.attrib:
            yield f"{part}: sheet {name!r} lacks a positive sheetId or an r:id"
    for view in root.iterfind(f"{MAIN}bookViews/{MAIN}workbookView"):
        if integer(view, "activeTab", 0) not in range(len(sheets)):
            yield f"{part}: activeTab {view.get('activeTab')} of {len(sheets)} sheets"


def _defined_names(root: Element, sheets: list[str]) -> Iterator[tuple[str | None, str, str]]:
    """Scope (None for the whole workbook), name and formula of each defined name."""
    for element in root.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        scope = None
        if "localSheetId" in element.attrib:
            index = integer(element, "localSheetId", 0)
            scope = sheets[index] if index in range(len(sheets)) else f"localSheetId {index}"
        yield scope, element.get("name", ""), element.text or ""


def _defined_name_problems(defined: list[tuple[str | None, str, str]], book: Book) -> Iterator[str]:
    for scope, name, formula in defined:
        if scope is not None and scope not in book.sheets:
            yield f"defined name {name}: {scope} is not one of the sheets"
        if problem := name_problem(name):
            yield f"defined name {name}: {problem}"
        for problem in formula_problems(formula, book, scope, functions=None):
            yield f"defined name {name}: {problem}"
    for name in _repeated(
        [f"{name.casefold()} of {scope or 'the workbook'}" for scope, name, _ in defined]
    ):
        yield f"defined name {name} appears more than once"


def _count(styles: Element | None, table: str) -> int:
    found = None if styles is None else styles.find(f"{MAIN}{table}")
    return 0 if found is None else len(found)


def _style_problems(styles: Element) -> Iterator[str]:
    formats = [
        integer(line, "numFmtId", -1) for line in styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    ]
    tables = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
    for index, line in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        for attribute, table in tables.items():
            if integer(line, attribute, 0) not in range(_count(styles, table)):
                yield f"cell format {index}: {attribute} {line.get(attribute)} is not in {table}"
        if (number := integer(line, "numFmtId", 0)) >= 164 and number not in formats:
            yield f"cell format {index}: numFmtId {number} is not in numFmts"
