"""One workbook with all that Excel can keep in a file, to be kept through a splice.

What XlsxWriter writes comes from it; the rest are parts made by hand, as small as they may be.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from tests.spreadsheet.books_to_splice import picture
from tests.spreadsheet.books_with_traits import SPREADSHEET, override
from tests.spreadsheet.ooxml.packages import (
    DOCUMENT,
    HEADER,
    MAIN,
    PACKAGE,
    parts_in,
    write_package,
)

WORKBOOK, SHEET, OTHER = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
OFFICE = "http://schemas.microsoft.com/office"
CACHE, PERSON, SLICERS = (
    "xl/pivotCache/pivotCacheDefinition1.xml",
    "xl/persons/person.xml",
    "xl/slicerCaches/slicerCache1.xml",
)
GUID = "{00000000-0000-0000-0000-000000000001}"


@dataclass(frozen=True)
class Feature:
    """A part made by hand: what it is called, what leads to it, and what it holds."""

    part: str
    content: str | bytes
    content_type: str
    source: str
    relationship: str


FEATURES = {
    "pivot cache": Feature(
        CACHE,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{DOCUMENT}" recordCount="0">'
        '<cacheSource type="worksheet"><worksheetSource ref="A1:B4" sheet="Data"/></cacheSource>'
        '<cacheFields count="2"><cacheField name="name" numFmtId="0"><sharedItems/></cacheField>'
        '<cacheField name="value" numFmtId="0"><sharedItems/></cacheField></cacheFields>'
        "</pivotCacheDefinition>",
        f"{SPREADSHEET}.pivotCacheDefinition+xml",
        WORKBOOK,
        f"{DOCUMENT}/pivotCacheDefinition",
    ),
    "pivot records": Feature(
        "xl/pivotCache/pivotCacheRecords1.xml",
        f'<pivotCacheRecords xmlns="{MAIN}" count="0"/>',
        f"{SPREADSHEET}.pivotCacheRecords+xml",
        CACHE,
        f"{DOCUMENT}/pivotCacheRecords",
    ),
    "pivot table": Feature(
        "xl/pivotTables/pivotTable1.xml",
        f'<pivotTableDefinition xmlns="{MAIN}" name="Pivot" cacheId="1" dataCaption="Values">'
        '<location ref="H1:I3" firstHeaderRow="1" firstDataRow="1" firstDataCol="0"/>'
        '<pivotFields count="2"><pivotField showAll="0"/><pivotField showAll="0"/></pivotFields>'
        "</pivotTableDefinition>",
        f"{SPREADSHEET}.pivotTable+xml",
        OTHER,
        f"{DOCUMENT}/pivotTable",
    ),
    "slicer cache": Feature(
        SLICERS,
        f'<slicerCacheDefinition xmlns="{OFFICE}/spreadsheetml/2009/9/main" name="Slicer_name" '
        'sourceName="name"><pivotTables><pivotTable tabId="2" name="Pivot"/></pivotTables>'
        '<data><tabular pivotCacheId="1"><items count="1"><i x="0" s="1"/></items></tabular></data>'
        "</slicerCacheDefinition>",
        "application/vnd.ms-excel.slicerCache+xml",
        WORKBOOK,
        f"{OFFICE}/2007/relationships/slicerCache",
    ),
    "slicer": Feature(
        "xl/slicers/slicer1.xml",
        f'<slicers xmlns="{OFFICE}/spreadsheetml/2009/9/main"><slicer name="name" '
        'cache="Slicer_name" caption="name" rowHeight="241300"/></slicers>',
        "application/vnd.ms-excel.slicer+xml",
        OTHER,
        f"{OFFICE}/2007/relationships/slicer",
    ),
    "threaded comments": Feature(
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{OFFICE}/spreadsheetml/2018/threadedcomments">'
        f'<threadedComment ref="A2" personId="{GUID}" id="{GUID}"><text>why?</text>'
        "</threadedComment></ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
        SHEET,
        f"{OFFICE}/2017/10/relationships/threadedComment",
    ),
    "persons": Feature(
        PERSON,
        f'<personList xmlns="{OFFICE}/spreadsheetml/2018/threadedcomments">'
        f'<person displayName="A" id="{GUID}" userId="a" providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
        WORKBOOK,
        f"{OFFICE}/2017/10/relationships/person",
    ),
    "custom XML": Feature(
        "customXml/item1.xml",
        "<notes xmlns='urn:example'><note>kept</note></notes>",
        "application/xml",
        WORKBOOK,
        f"{DOCUMENT}/customXml",
    ),
    "custom XML's properties": Feature(
        "customXml/itemProps1.xml",
        f'<ds:datastoreItem xmlns:ds="{DOCUMENT.replace("relationships", "customXml")}" '
        f'ds:itemID="{GUID}"><ds:schemaRefs/></ds:datastoreItem>',
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        "customXml/item1.xml",
        f"{DOCUMENT}/customXmlProps",
    ),
    "link to another book": Feature(
        "xl/externalLinks/externalLink1.xml",
        f'<externalLink xmlns="{MAIN}" xmlns:r="{DOCUMENT}"/>',
        f"{SPREADSHEET}.externalLink+xml",
        WORKBOOK,
        f"{DOCUMENT}/externalLink",
    ),
    "connections": Feature(
        "xl/connections.xml",
        f'<connections xmlns="{MAIN}"><connection id="1" name="c" type="5" refreshedVersion="6"/>'
        "</connections>",
        f"{SPREADSHEET}.connections+xml",
        WORKBOOK,
        f"{DOCUMENT}/connections",
    ),
    "printer settings": Feature(
        "xl/printerSettings/printerSettings1.bin",
        bytes(range(256)),
        f"{SPREADSHEET}.printerSettings",
        OTHER,
        f"{DOCUMENT}/printerSettings",
    ),
    "ribbon": Feature(
        "customUI/customUI14.xml",
        f'<customUI xmlns="{OFFICE}/2009/07/customui"/>',
        "application/xml",
        "",
        f"{OFFICE}/2007/relationships/ui/extensibility",
    ),
    "macros": Feature(
        "xl/vbaProject.bin",
        bytes(reversed(range(256))),
        "application/vnd.ms-office.vbaProject",
        WORKBOOK,
        f"{OFFICE}/2006/relationships/vbaProject",
    ),
    "list of formulas": Feature(
        "xl/calcChain.xml",
        f'<calcChain xmlns="{MAIN}"><c r="C2" i="1"/></calcChain>',
        f"{SPREADSHEET}.calcChain+xml",
        WORKBOOK,
        f"{DOCUMENT}/calcChain",
    ),
}


def featured_book(path: Path) -> Path:
    """A workbook with macros that has all features, those of XlsxWriter's and those by hand."""
    buffer = io.BytesIO()
    _write(buffer)
    parts = parts_in(buffer)
    for number, feature in enumerate(FEATURES.values(), start=1):
        content = feature.content
        text = content if isinstance(content, bytes) else (HEADER + content).encode()
        parts[feature.part] = text
        _declare(parts, override(f"/{feature.part}", feature.content_type))
        _relate(parts, feature, f"rId9{number}")
    types = parts["[Content_Types].xml"]
    kind, macros = f"{SPREADSHEET}.sheet.main", "application/vnd.ms-excel.sheet.macroEnabled.main"
    parts["[Content_Types].xml"] = types.replace(kind.encode(), macros.encode())
    return write_package(path, parts)


def _declare(parts: dict[str, bytes], line: str) -> None:
    parts["[Content_Types].xml"] = _with(parts["[Content_Types].xml"], line)


def _relate(parts: dict[str, bytes], feature: Feature, identifier: str) -> None:
    folder, _, name = feature.source.rpartition("/")
    lines = f"{folder}/_rels/{name}.rels".lstrip("/")
    empty = f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'
    line = (
        f'<Relationship Id="{identifier}" Type="{feature.relationship}" Target="/{feature.part}"/>'
    )
    parts[lines] = _with(parts.get(lines, empty.encode()), line)


def _with(content: bytes, line: str) -> bytes:
    end = content.rindex(b"</")
    return content[:end] + line.encode() + content[end:]


def _write(buffer: io.BytesIO) -> None:
    """The features that XlsxWriter writes."""
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, other = book.add_worksheet("Data"), book.add_worksheet("It's (other)")
        image = {"image_data": io.BytesIO(picture("blue"))}
        sheet.write_row("A1", ["name", "value", "share"])
        for row, value in enumerate((3, 5, 8), start=1):
            sheet.write_row(row, 0, [f"n{row}", value])
            sheet.write_formula(row, 2, f"=B{row + 1}/SUM($B$2:$B$4)", None, value / 16)
        sheet.write_dynamic_array_formula("E1:E3", "=_xlfn._xlws.SORT(B2:B4)", None, 3)
        sheet.write_array_formula("F1:F3", "{=B2:B4*2}", None, 6)
        sheet.write_rich_string("A6", "plain ", book.add_format({"bold": True}), "bold")
        sheet.write_url("A7", "https://example.org/", None, "a link")
        sheet.write_comment("A2", "why?")
        sheet.add_sparkline("D2", {"range": "Data!B2:B4"})
        sheet.insert_textbox("F5", "a box")
        sheet.insert_button("H5", {"caption": "a button"})
        sheet.insert_checkbox("D5", True)
        sheet.insert_image("F9", "blue.png", image)
        sheet.embed_image("G9", "red.png", {"image_data": io.BytesIO(picture("red"))})
        sheet.set_background(io.BytesIO(picture("green")))
        sheet.set_header(
            "&L&[Picture]", {"image_left": "logo.png", "image_data_left": image["image_data"]}
        )
        sheet.set_footer("&CPage &P")
        sheet.data_validation("B2:B4", {"validate": "list", "source": ["3", "5", "8"]})
        sheet.conditional_format("B2:B4", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("C2:C4", {"type": "icon_set", "icon_style": "5_ratings"})
        sheet.conditional_format("C2:C4", {"type": "3_color_scale"})
        sheet.merge_range("H1:I1", "merged")
        sheet.freeze_panes(1, 0)
        sheet.set_row(9, None, None, {"level": 1, "hidden": True})
        sheet.ignore_errors({"number_stored_as_text": "A1:A9"})
        sheet.print_area("A1:D9")
        sheet.repeat_rows(0)
        sheet.set_h_pagebreaks([5])
        sheet.protect("", {"sort": True})
        sheet.set_tab_color("red")
        other.add_table("A1:B3", {"data": [[1, 2], [3, 4]], "name": "Known"})
        other.write_formula("D4", "=SUM(Known[Column1])", None, 4)
        other.autofilter("D1:E2")
        other.hide()
        book.define_name("total", "=SUM(Data!$B$2:$B$4)")
        book.define_name("Data!local", "=Data!$B$2")
        book.set_custom_property("Checked by", "somebody")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Data!$B$2:$B$4", "trendline": {"type": "linear"}})
        sheet.insert_chart("F15", chart)
        alone = book.add_chart({"type": "radar"})
        alone.add_series({"values": "=Data!$B$2:$B$4"})
        book.add_chartsheet("Chart alone").set_chart(alone)
