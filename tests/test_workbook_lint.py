"""The lint finds every deliberate fault, each in its place, and nothing in a sound workbook."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from tests.oracles.workbook_lint import lint

TYPES, BOOK, STYLES = "[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"
TABLE, RATES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
CHART, STRINGS = "xl/charts/chart1.xml", "xl/sharedStrings.xml"
BOOK_LINKS, TABLE_LINKS = "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels"

Parts = list[tuple[str, bytes]]


def write_sound_workbook(path: Path) -> None:
    """A small workbook with one of each thing that the lint looks at."""
    workbook = xlsxwriter.Workbook(path)
    table, rates = workbook.add_worksheet("Table"), workbook.add_worksheet("C1")
    bold = workbook.add_format({"bold": True, "num_format": "0.000"})
    rates.write_row("A1", ["eta", 0.5])
    rates.write_url("A3", "internal:Table!A1", string="table")
    workbook.define_name("eta", "='C1'!$B$1")
    workbook.define_name("Table!offset", "=Table!$E$3")
    table.set_column("A:B", 12)
    table.set_column("D:D", 20, bold)
    table.merge_range("A1:C1", "Descent", bold)
    table.write_row("A2", ["step", "w", "error", "size", "offset"])
    table.write("E3", 0.25)
    for row, weight in enumerate((2.0, 1.0, 0.5, 0.25), start=3):
        update = f"B{row - 1}-eta*B{row - 1}" if row > 3 else "MAX('C1'!B1,2)"
        table.write(f"A{row}", row - 3)
        table.write_formula(f"B{row}", update, bold, weight)
        error = weight**2 / 2 + 0.25
        table.write_formula(f"C{row}", f"SUM(B{row}:B{row})^2/2+offset", None, error)
    table.write_formula("D3", 'IF(C3>1,"large","")', None, "large")
    table.write_formula("D4", 'IF(C4>1,"large","")', None, "")
    table.write_boolean("D5", True)
    table.conditional_format("C3:C6", {"type": "cell", "criteria": ">", "value": 1, "format": bold})
    table.data_validation("E3", {"validate": "list", "source": ["0.25", "0.5"]})
    limits = {"criteria": "between", "minimum": 0, "maximum": 1}
    table.data_validation("E4", {"validate": "decimal", "input_title": "rate", **limits})
    table.write_url("D6", "https://example.org/")
    table.add_sparkline("F3", {"range": "Table!C3:C6"})
    chart = workbook.add_chart({"type": "scatter"})
    columns = {"categories": "=Table!$A$3:$A$6", "values": "=Table!$C$3:$C$6"}
    chart.add_series({"name": "=Table!$C$2", **columns})
    chart.set_title({"name": "Descent"})
    chart.set_x_axis({"name": "step"})
    chart.set_y_axis({"name": "error", "log_base": 10})
    table.insert_chart("G2", chart)
    workbook.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lint") / "sound.xlsx"
    write_sound_workbook(path)
    return path


def rewrite(source: Path, target: Path, change: Callable[[Parts], Parts]) -> list[str]:
    """Write the source's parts to the target as `change` returns them, and lint the target."""
    with ZipFile(source) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    changed = change(parts)
    assert changed != parts, "the fault leaves the file as it was"
    with ZipFile(target, "w") as archive:
        for name, content in changed:
            archive.writestr(name, content)
    return lint(target)


def put(part: str, old: str, new: str) -> Callable[[Parts], Parts]:
    """A change: the first `old` in the part becomes `new`."""
    return lambda parts: [
        (name, content.replace(old.encode(), new.encode(), 1) if name == part else content)
        for name, content in parts
    ]


TEXT_CELL, LONG = '<c r="A2" t="s"><v>3</v></c>', "x" * 32_768
ROW, VALUE, FORMULA = '<row r="4" spans="1:5">', "<v>0.75</v>", "SUM(B4:B4)^2/2+offset"
MERGE = '<mergeCell ref="A1:C1"/>'
MERGES = f'<mergeCells count="1">{MERGE}</mergeCells>'
BOTTOM, BASE = '<c:axPos val="b"/>', '<c:logBase val="10"/>'
FIRST_AXIS = '<c:valAx><c:axId val="50010001"/>'

# By part: the fault's name, what it replaces, by what, and a piece of the line to be reported.
FAULTS = {
    TYPES: [
        ("no default type", '"rels"', '"other"', f"{BOOK_LINKS}: no content type"),
        ("type twice", "/xl/styles.xml", "/xl/workbook.xml", "/xl/workbook.xml declared more than"),
        ("type of nothing", "/xl/styles.xml", "/xl/none.xml", "/xl/none.xml does not exist"),
        ("wrong type", "worksheet+xml", "other+xml", f"{TABLE}: content type application"),
    ],
    TABLE_LINKS: [
        ("target missing", "drawing1", "drawing2", "rId2 leads to xl/drawings/drawing2.xml, which"),
    ],
    BOOK_LINKS: [("link twice", "rId5", "rId1", f"{BOOK}: relationship rId1 appears more than")],
    BOOK: [
        ("sheet unlinked", 'r:id="rId2"', 'r:id="rId9"', f"{BOOK}: refers to relationship rId9"),
        (
            "sheet without link",
            ' r:id="rId2"',
            "",
            "sheet 'C1' lacks a positive sheetId or an r:id",
        ),
        ("no sheet name", 'name="Table"', 'name=""', "sheet name '' of 0 characters"),
        ("long sheet name", '"Table"', f'"{"T" * 32}"', "of 32 characters, 1 to 31 allowed"),
        ("sign in sheet name", '"Table"', '"Ta/ble"', "sheet name 'Ta/ble' is not allowed"),
        ("quote in sheet name", '"Table"', '"Table\'"', 'sheet name "Table\'" is not'),
        ("reserved sheet name", '"Table"', '"History"', "sheet name 'History' is not allowed"),
        ("sheet name twice", '"Table"', '"c1"', "sheet name 'c1' appears more than once"),
        ("sheetId twice", 'sheetId="2"', 'sheetId="1"', f"{BOOK}: sheetId 1 appears more than"),
        ("sheetId 0", 'sheetId="2"', 'sheetId="0"', "sheet 'C1' lacks a positive sheetId"),
        ("no visible sheet", "sheets>", "sheetz>", "no visible sheet"),
        ("active tab", "windowWidth", 'activeTab="2" windowWidth', "activeTab 2 of 2 sheets"),
        ("name like a cell", '"eta"', '"ETA1"', "ETA1: ETA1 reads as a cell reference"),
        ("name like R1C1", '"eta"', '"r1c1"', "r1c1: r1c1 reads as a reference in R1C1 style"),
        ("blank in a name", '"eta"', '"e ta"', "'e ta' is not a valid name"),
        ("digit first in a name", '"eta"', '"1eta"', "'1eta' is not a valid name"),
        ("name twice", '"offset" localSheetId="0"', '"ETA"', "name eta of the workbook appears"),
        ("name's sheet", "Table!$E$3", "Chair!$E$3", "offset: Chair!$E$3 refers to a sheet that"),
        ("name's scope", 'localSheetId="0"', 'localSheetId="2"', "offset: localSheetId 2 is not"),
        ("name of an error", "Table!$E$3", "Table!#REF!", "offset: error value Table!#REF!"),
    ],
    STRINGS: [("long shared text", "Descent", LONG, "shared string 2: text of 32768 characters")],
    STYLES: [
        ("font", '"164" fontId="1"', '"164" fontId="3"', "cell format 1: fontId 3 is not in fonts"),
        ("number format", '<numFmt numFmtId="164"', '<numFmt numFmtId="165"', "1: numFmtId 164 is"),
    ],
    RATES: [
        ("no sheetData", "sheetData>", "data>", f"{RATES}: not well-formed"),
        ("empty number", "<v>0.5</v>", "<v></v>", "C1!B1: value '' is not a finite number"),
        (
            "link to no sheet",
            "Table!A1",
            "Chair!A1",
            "C1!A3: hyperlink: Chair!A1 refers to a sheet",
        ),
        ("link to no cell", "Table!A1", "Table!A0", "C1!A3: hyperlink: A0 is outside the sheet"),
        ("link to nothing", 'location="Table!A1"', "", "C1!A3: hyperlink leads nowhere"),
    ],
    TABLE: [
        ("not XML", "</sheetData>", "", f"{TABLE}: not well-formed XML"),
        ("entity", "<work", '<!DOCTYPE a [<!ENTITY b "c">]><work', f"{TABLE}: not well-formed"),
        ("drawing unused", '<drawing r:id="rId2"/>', "", "xl/drawings/drawing1.xml stays hidden"),
        ("drawing unlinked", 'r:id="rId2"', 'r:id="rId8"', f"{TABLE}: refers to relationship rId8"),
        (
            "element order",
            MERGES,
            "<cols/>" + MERGES,
            "Table: element cols must stand before sheet",
        ),
        ("element twice", MERGES, MERGES * 2, "Table: element mergeCells appears twice"),
        ("element unknown", MERGES, "<merges/>", "Table: element merges does not belong"),
        ("row twice", ROW, '<row r="3">', "Table: row 3 follows row 3"),
        ("row order", ROW, '<row r="9">', "Table: row 5 follows row 9"),
        ("row number", ROW, '<row r="x">', "Table: row -1 follows row 3"),
        (
            "row beyond",
            '<row r="6"',
            '<row r="1048577"',
            "Table: row 1048577 is beyond the last row",
        ),
        ("cell twice", '"B2"', '"A2"', "Table!A2: cells of row 2 repeat"),
        ("cell order", '"A2"', '"Z2"', "Table!B2: cells of row 2 repeat or are out of order"),
        ("cell in another row", '"A2"', '"A7"', "Table!A7: cell stands in row 2"),
        ("cell beyond", '"E2"', '"XFE2"', "Table!XFE2: XFE2 is outside the sheet"),
        ("cell without name", '"A2"', '"2"', "Table!2: '2' is not a cell range"),
        ("cell as a range", '"A2"', '"A2:B2"', "Table!A2:B2: a range where one cell is expected"),
        ("cell style", 'r="A1" s="1"', 'r="A1" s="3"', "Table!A1: style 3 is not one of 3 cell"),
        ("row style", ROW, '<row r="4" s="7">', "Table: row 4: style 7 is not one of 3"),
        ("column style", 'style="1"', 'style="8"', "Table: column 4: style 8 is not one of 3"),
        ("columns overlap", 'min="4"', 'min="2"', "Table: column widths overlap or descend at"),
        ("columns beyond", 'max="4"', 'max="16385"', "Table: column width for columns 4 to 16385"),
        (
            "shared string",
            TEXT_CELL,
            TEXT_CELL.replace("3", "8"),
            "Table!A2: shared string 8 is not",
        ),
        ("decimal comma", VALUE, "<v>0,75</v>", "Table!C4: value '0,75' is not a finite number"),
        ("NaN", VALUE, "<v>NaN</v>", "Table!C4: value 'NaN' is not a finite number"),
        ("infinity", VALUE, "<v>1e999</v>", "Table!C4: value '1e999' is not a finite number"),
        ("no cached value", VALUE, "", "Table!C4: formula without a cached value"),
        ("array formula", "<f>SUM(B4", '<f t="array" ref="C4">SUM(B4', "Table!C4: array formula"),
        ("data table", "<f>SUM(B4", '<f t="dataTable">SUM(B4', "Table!C4: dataTable formula"),
        ("error", 't="b"><v>1<', 't="e"><v>#N/A<', "Table!D5: error value #N/A"),
        ("unknown error", 't="b"><v>1<', 't="e"><v>#NIX<', "Table!D5: unknown error name #NIX"),
        ("truth", 't="b"><v>1<', 't="b"><v>2<', "Table!D5: truth value '2', 0 or 1 expected"),
        ("cell type", 't="b"', 't="q"', "Table!D5: unknown cell type q"),
        ("long text", "<v>large<", f"<v>{LONG}<", "Table!D3: text of 32768 characters"),
        (
            "inline as shared",
            't="s"><v>3',
            't="inlineStr"><v>3',
            "Table!A2: type inlineStr does not",
        ),
        (
            "inline empty",
            TEXT_CELL,
            '<c r="A2" t="inlineStr"><is/></c>',
            "Table!A2: inline string w",
        ),
        (
            "long inline",
            TEXT_CELL,
            f'<c r="A2" t="inlineStr"><is><t>{LONG}</t></is></c>',
            "Table!A2: text of 32768 characters",
        ),
        (
            "merges overlap",
            MERGE,
            MERGE + '<mergeCell ref="C1:D2"/>',
            "Table!C1:D2: merged range ov",
        ),
        ("merge beyond", "A1:C1", "A1:XFE1", "Table: mergeCell: A1:XFE1 is outside"),
        ("merge of one cell", "A1:C1", "A1:A1", "Table!A1:A1: merged range of a single cell"),
        ("merge hides", "A1:C1", "A1:C2", "Table!B2: value hidden by the merged range A1:C2"),
        ("backwards", '"A1:E6"', '"E6:A1"', "Table: dimension: E6:A1 runs backwards"),
        ("dxfId", 'dxfId="0"', 'dxfId="1"', "Table!C3:C6: conditional format: dxfId 1 of 1"),
        ("priority", 'priority="1"', 'priority="0"', "C3:C6: conditional format: priority 0"),
        ("rule", "<formula>1<", "<formula>1+<", "C3:C6: conditional format: operand missing"),
        ("validated range", 'sqref="E3"', 'sqref="E3,E4"', "'E3,E4' is not a cell range"),
        ("long list", '"0.25,0.5"', f'"{"0.25," * 52}"', "Table!E3: data validation: text of 260"),
        (
            "no upper limit",
            "<formula2>1</formula2>",
            "",
            "Table!E4: data validation: 1 formulas, 2",
        ),
        (
            "long prompt",
            '"rate"',
            f'"{"r" * 33}"',
            "E4: data validation: promptTitle longer than 32",
        ),
        (
            "limit",
            "<formula1>0<",
            "<formula1>zeta<",
            "E4: data validation: name zeta is not defined",
        ),
        ("sparkline", "<xm:f>Table", "<xm:f>Chair", "Table: extension formula Chair!C3:C6: Chair"),
        (
            "sparkline's cell",
            "<xm:sqref>F3",
            "<xm:sqref>F0",
            "Table: sqref: F0 is outside the sheet",
        ),
    ],
    CHART: [
        ("axis hidden", BOTTOM, f'<c:delete val="1"/>{BOTTOM}', "axis 50010001: deleted, so that"),
        ("axis hidden by default", BOTTOM, f"<c:delete/>{BOTTOM}", "axis 50010001: deleted, so"),
        ("axis title", "<a:t>step<", "<a:t> <", f"{CHART}: axis 50010001: no title"),
        ("axis unknown", '<c:axId val="50010001"/><c', '<c:axId val="7"/><c', "axis 7: used by a"),
        ("one axis", '<c:axId val="50010002"/></c:sc', "</c:sc", "scatterChart has fewer than two"),
        ("axis crosses", 'crossAx val="50010002"', 'crossAx val="7"', "50010001: crosses axis 7"),
        (
            "axis twice",
            FIRST_AXIS,
            FIRST_AXIS.replace("01", "02"),
            "axis 50010002: number repeated",
        ),
        ("axis unused", FIRST_AXIS, '<c:valAx><c:axId val="7"/>', "axis 7: used by no plot"),
        ("logarithm", BASE, BASE.replace("10", "0"), "axis 50010002: logarithm to the base 0"),
        ("logarithm of zero", "<c:v>0.375<", "<c:v>0<", "axis 50010002: 0 cannot stand on a log"),
        ("logarithm from zero", BASE, BASE + '<c:min val="0"/>', "axis 50010002: 0 cannot stand"),
        ("number in title", "<a:t>Descent", "<a:t>Descent 4", "number in the title 'Descent 4'"),
        ("no series", "<c:ser>", "<c:none/><c:ser>", "x"),
    ],
}
