"""Small books made by hand, each with a trait that some program writes and that a splice must meet.

A book is given as its parts. Each is sound, but for what its name says.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.spreadsheet.ooxml.packages import (
    DOCUMENT,
    HEADER,
    MAIN,
    PACKAGE,
    parts_of,
    relationships_xml,
    sheet_xml,
    workbook_xml,
)

Parts = dict[str, bytes]

RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
KINDS = {"workbook": "sheet.main", "sheet1": "worksheet", "sharedStrings": "sharedStrings"}

FONTS = '<fonts count="1"><font><sz val="9"/><name val="Verdana"/></font></fonts>'
FILLS = (
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
)
BORDERS = '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
STYLE_FORMATS = (
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
)
CELL_FORMATS = (
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
)
STYLES = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
TABLES = {
    "fonts": FONTS,
    "fills": FILLS,
    "borders": BORDERS,
    "cellStyleXfs": STYLE_FORMATS,
    "cellXfs": CELL_FORMATS,
    "cellStyles": STYLES,
}


def styled(*tables: str) -> Parts:
    """A book of one number whose styles have these tables."""
    content = f'{HEADER}<styleSheet xmlns="{MAIN}">{"".join(tables)}</styleSheet>'
    lines = (
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "sharedStrings", "sharedStrings.xml"),
        ("rId3", "styles", "styles.xml"),
    )
    parts = parts_of(sheet_xml('<row r="1"><c r="A1" s="0"><v>7</v></c></row>'))
    parts["xl/styles.xml"] = content.encode()
    parts["xl/_rels/workbook.xml.rels"] = relationships_xml(*lines).encode()
    parts["[Content_Types].xml"] = types(
        f'<Default Extension="rels" ContentType="{RELATIONSHIPS}"/>',
        *(override(f"/xl/{part}.xml", kind) for part, kind in _kinds().items()),
    )
    return parts


def _kinds() -> dict[str, str]:
    return {
        "workbook": f"{SPREADSHEET}.sheet.main+xml",
        "worksheets/sheet1": f"{SPREADSHEET}.worksheet+xml",
        "sharedStrings": f"{SPREADSHEET}.sharedStrings+xml",
        "styles": f"{SPREADSHEET}.styles+xml",
    }


def types(*lines: str) -> bytes:
    """The list of parts by type."""
    content = f'<Types xmlns="{PACKAGE}/content-types">{"".join(lines)}</Types>'
    return f"{HEADER}{content}".encode()


def override(part: str, content_type: str) -> str:
    """A line that declares the type of one part."""
    return f'<Override PartName="{part}" ContentType="{content_type}"/>'


def plain() -> Parts:
    """Nothing but what every book has."""
    return styled(*TABLES.values())


def overridden_relationships() -> Parts:
    """Each part of relationships is declared by itself, and their extension is not."""
    parts = plain()
    lines = [override(f"/xl/{part}.xml", kind) for part, kind in _kinds().items()]
    lines += [override(f"/{name}", RELATIONSHIPS) for name in parts if name.endswith(".rels")]
    return parts | {"[Content_Types].xml": types(*lines)}


def other_relationships() -> Parts:
    """The extension of relationships is declared to be something else."""
    parts = overridden_relationships()
    line = b'<Default Extension="rels" ContentType="application/xml"/><Override'
    name = "[Content_Types].xml"
    return parts | {name: parts[name].replace(b"<Override", line, 1)}


def without(*missing: str) -> Callable[[], Parts]:
    """A book whose styles lack these tables."""
    return lambda: styled(*(table for name, table in TABLES.items() if name not in missing))


def one_fill() -> Parts:
    """Only the first of the two fills that Excel takes for granted."""
    one = '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    return styled(*(TABLES | {"fills": one}).values())


def redefined(number: int, code: str) -> Callable[[], Parts]:
    """A book that gives a built-in number format another meaning."""
    line = f'<numFmts count="1"><numFmt numFmtId="{number}" formatCode="{code}"/></numFmts>'
    return lambda: styled(line, *TABLES.values())


def dated_default() -> Parts:
    """The format of cells without a format shows dates."""
    dated = CELL_FORMATS.replace('numFmtId="0"', 'numFmtId="14" applyNumberFormat="1"')
    return styled(*(TABLES | {"cellXfs": dated}).values())


def many_formats(number: int) -> Parts:
    """As many cell formats as that."""
    one = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    table = f'<cellXfs count="{number}">{one * number}</cellXfs>'
    return styled(*(TABLES | {"cellXfs": table}).values())


def signed() -> Parts:
    """A digital signature."""
    parts = plain()
    origin = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    line = f'<Relationship Id="rId9" Type="{origin}" Target="_xmlsignatures/origin.sigs"/>'
    parts["_rels/.rels"] = _with(parts["_rels/.rels"], line)
    kind = "application/vnd.openxmlformats-package.digital-signature-origin"
    default = f'<Default Extension="sigs" ContentType="{kind}"/>'
    parts["[Content_Types].xml"] = _with(parts["[Content_Types].xml"], default)
    return parts | {"_xmlsignatures/origin.sigs": b""}


def locked_structure() -> Parts:
    """No sheet may be added."""
    return _workbook('<workbookProtection lockStructure="1"/>', before=True)


def manual_calculation() -> Parts:
    """Formulas are calculated only when somebody asks for it."""
    return _workbook('<calcPr calcId="191029" calcMode="manual"/>')


def shared_workbook() -> Parts:
    """A workbook shared as Excel 2010 shared it, with a history of changes."""
    parts = plain()
    lines = "xl/_rels/workbook.xml.rels"
    line = (
        f'<Relationship Id="rId9" Type="{DOCUMENT}/revisionHeaders" '
        'Target="revisions/revisionHeaders.xml"/>'
    )
    guid = "{00000000-0000-0000-0000-000000000001}"
    headers = (
        f'{HEADER}<headers xmlns="{MAIN}" xmlns:r="{DOCUMENT}" guid="{guid}">'
        f'<header guid="{guid}" dateTime="2020-01-01T00:00:00Z" maxSheetId="2" userName="a" '
        'r:id="rId1"><sheetIdMap count="1"><sheetId val="1"/></sheetIdMap></header></headers>'
    )
    log = f'{HEADER}<revisions xmlns="{MAIN}"/>'
    kinds = f"{SPREADSHEET}.revisionHeaders+xml", f"{SPREADSHEET}.revisionLog+xml"
    declared = override("/xl/revisions/revisionHeaders.xml", kinds[0])
    declared += override("/xl/revisions/revisionLog1.xml", kinds[1])
    return parts | {
        lines: _with(parts[lines], line),
        "[Content_Types].xml": _with(parts["[Content_Types].xml"], declared),
        "xl/revisions/revisionHeaders.xml": headers.encode(),
        "xl/revisions/revisionLog1.xml": log.encode(),
        "xl/revisions/_rels/revisionHeaders.xml.rels": relationships_xml(
            ("rId1", "revisionLog", "revisionLog1.xml")
        ).encode(),
    }


def _workbook(element: str, before: bool = False) -> Parts:
    """A book whose workbook part has another element, before the sheets or after them."""
    content = workbook_xml({"Sheet1": "rId1"}, "" if before else element)
    if before:
        content = content.replace("<sheets>", f"{element}<sheets>")
    return plain() | {"xl/workbook.xml": content.encode()}


def _with(content: bytes, line: str) -> bytes:
    """A part whose root has one more element."""
    end = content.rindex(b"</")
    return content[:end] + line.encode() + content[end:]


TRAITS: dict[str, Callable[[], Parts]] = {
    "plain": plain,
    "relationships overridden": overridden_relationships,
    "relationships of another type": other_relationships,
    **{f"no {table}": without(table) for table in TABLES},
    "no table at all": without(*TABLES),
    "fonts alone": without(*(TABLES.keys() - {"fonts"})),
    "one fill": one_fill,
    "0 shows dates": redefined(0, "yyyy\\-mm\\-dd"),
    "1 shows nothing": redefined(1, "#"),
    "9 shows tenths": redefined(9, "0.0"),
    "dates by default": dated_default,
    "signed": signed,
    "locked": locked_structure,
    "shared": shared_workbook,
    "calculated when asked": manual_calculation,
}
