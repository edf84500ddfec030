"""The lint finds every deliberate fault, each in its place, and nothing in a sound workbook."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator  # type: ignore[import-untyped,unused-ignore]

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
    table.insert_textbox("G20", "rates", {"url": "internal:'C1'!A1"})
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
    """A change: every `old` in the part becomes `new`."""
    return lambda parts: [
        (name, content.replace(old.encode(), new.encode()) if name == part else content)
        for name, content in parts
    ]


TEXT_CELL, LONG = '<c r="A2" t="s"><v>3</v></c>', "x" * 32_768
ROW, VALUE, FORMULA = '<row r="4" spans="1:5">', "<v>0.75</v>", "SUM(B4:B4)^2/2+offset"
MERGE = '<mergeCell ref="A1:C1"/>'
MERGES = f'<mergeCells count="1">{MERGE}</mergeCells>'
BOTTOM, BASE = '<c:axPos val="b"/>', '<c:logBase val="10"/>'
ONE_ID, TWO_ID = '<c:axId val="50010001"/>', '<c:axId val="50010002"/>'
FIRST_AXIS, INDEX = f"<c:valAx>{ONE_ID}", '<c:idx val="0"/>'

# fmt: off
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
        ("sheet without link", ' r:id="rId2"', "", "sheet 'C1' lacks a positive sheetId or"),
        ("no sheet name", 'name="Table"', 'name=""', "sheet name '' of 0 characters"),
        ("long sheet name", '"Table"', f'"{"T" * 32}"', "of 32 characters, 1 to 31 allowed"),
        ("sign in sheet name", '"Table"', '"Ta/ble"', "sheet name 'Ta/ble' is not allowed"),
        ("quote in sheet name", '"Table"', '"Table\'"', 'sheet name "Table\'" is not'),
        ("reserved sheet name", '"Table"', '"History"', "sheet name 'History' is not allowed"),
        ("sheet name twice", '"Table"', '"c1"', "sheet name 'c1' appears more than once"),
        ("sheetId twice", 'sheetId="2"', 'sheetId="1"', f"{BOOK}: sheetId 1 appears more than"),
        ("sheetId 0", 'sheetId="2"', 'sheetId="0"', "sheet 'C1' lacks a positive sheetId"),
        ("no visible sheet", "sheets>", "others>", "no visible sheet"),
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
        ("no sheetData", "sheetData>", "data>", "C1: element sheetData is missing"),
        ("empty number", "<v>0.5</v>", "<v></v>", "C1!B1: value '' is not a finite number"),
        ("link to no sheet", "Table!A1", "Chair!A1", "C1!A3: hyperlink: Chair!A1 refers to a"),
        ("link to no cell", "Table!A1", "Table!A0", "C1!A3: hyperlink: A0 is outside the sheet"),
        ("link to nothing", 'location="Table!A1"', "", "C1!A3: hyperlink leads nowhere"),
    ],
    TABLE: [
        ("not XML", "</sheetData>", "", f"{TABLE}: not well-formed XML"),
        ("entity", "<work", '<!DOCTYPE a [<!ENTITY b "c">]><work', f"{TABLE}: not well-formed"),
        ("drawing unused", '<drawing r:id="rId2"/>', "", "xl/drawings/drawing1.xml stays hidden"),
        ("drawing unlinked", 'r:id="rId2"', 'r:id="rId8"', f"{TABLE}: refers to relationship rId8"),
        ("element order", MERGES, "<cols/>" + MERGES, "Table: element cols must stand before"),
        ("element twice", MERGES, MERGES * 2, "Table: element mergeCells appears twice"),
        ("element unknown", MERGES, "<merges/>", "Table: element merges does not belong"),
        ("row twice", ROW, '<row r="3">', "Table: row 3 follows row 3"),
        ("row order", ROW, '<row r="9">', "Table: row 5 follows row 9"),
        ("row number", ROW, '<row r="x">', "Table: row -1 follows row 3"),
        ("row beyond", '<row r="6"', '<row r="1048577"', "Table: row 1048577 is beyond the last"),
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
        ("shared string", TEXT_CELL, TEXT_CELL.replace("3", "9"), "Table!A2: shared string 9 is"),
        ("decimal comma", VALUE, "<v>0,75</v>", "Table!C4: value '0,75' is not a finite number"),
        ("NaN", VALUE, "<v>NaN</v>", "Table!C4: value 'NaN' is not a finite number"),
        ("infinity", VALUE, "<v>1e999</v>", "Table!C4: value '1e999' is not a finite number"),
        ("formula", FORMULA, "B4+", "Table!C4: operand missing at the end"),
        ("no cached value", VALUE, "", "Table!C4: formula without a cached value"),
        ("array formula", "<f>SUM(B4", '<f t="array" ref="C4">SUM(B4', "Table!C4: array formula"),
        ("data table", "<f>SUM(B4", '<f t="dataTable">SUM(B4', "Table!C4: dataTable formula"),
        ("error", 't="b"><v>1<', 't="e"><v>#N/A<', "Table!D5: error value #N/A"),
        ("unknown error", 't="b"><v>1<', 't="e"><v>#NIX<', "Table!D5: unknown error name #NIX"),
        ("truth", 't="b"><v>1<', 't="b"><v>2<', "Table!D5: truth value '2', 0 or 1 expected"),
        ("cell type", 't="b"', 't="q"', "Table!D5: unknown cell type q"),
        ("long text", "<v>large<", f"<v>{LONG}<", "Table!D3: text of 32768 characters"),
        ("inline as shared", 't="s"><v>3', 't="inlineStr"><v>3', "Table!A2: type inlineStr does"),
        ("inline empty", TEXT_CELL, '<c r="A2" t="inlineStr"><is/></c>', "Table!A2: inline string"),
        ("long inline", TEXT_CELL, f'<c r="A2" t="inlineStr"><is><t>{LONG}</t></is></c>',
         "Table!A2: text of 32768 characters"),
        ("merges overlap", MERGE, MERGE + '<mergeCell ref="C1:D2"/>', "Table!C1:D2: merged range"),
        ("merge beyond", "A1:C1", "A1:XFE1", "Table: mergeCell: A1:XFE1 is outside"),
        ("merge of one cell", "A1:C1", "A1:A1", "Table!A1:A1: merged range of a single cell"),
        ("merge hides", "A1:C1", "A1:C2", "Table!B2: value hidden by the merged range A1:C2"),
        ("backwards", '"A1:E6"', '"E6:A1"', "Table: dimension: E6:A1 runs backwards"),
        ("dxfId", 'dxfId="0"', 'dxfId="1"', "Table!C3:C6: conditional format: dxfId 1 of 1"),
        ("priority", 'priority="1"', 'priority="0"', "C3:C6: conditional format: priority 0"),
        ("rule", "<formula>1<", "<formula>1+<", "C3:C6: conditional format: operand missing"),
        ("validated range", 'sqref="E3"', 'sqref="E3,E4"', "'E3,E4' is not a cell range"),
        ("long list", '"0.25,0.5"', f'"{"0.25," * 52}"', "Table!E3: data validation: text of 260"),
        ("no upper limit", "<formula2>1</formula2>", "", "Table!E4: data validation: 1 formulas"),
        ("long prompt", '"rate"', f'"{"r" * 33}"', "E4: data validation: promptTitle longer"),
        ("limit", "<formula1>0<", "<formula1>zeta<", "E4: data validation: name zeta is not"),
        ("sparkline", "<xm:f>Table", "<xm:f>Chair", "Table: extension formula Chair!C3:C6: Chair"),
        ("sparkline's cell", "<xm:sqref>F3", "<xm:sqref>F0", "Table: sqref: F0 is outside"),
    ],
    CHART: [
        ("axis hidden", BOTTOM, f'<c:delete val="1"/>{BOTTOM}', "axis 50010001: deleted, so that"),
        ("axis hidden by default", BOTTOM, f"<c:delete/>{BOTTOM}", "axis 50010001: deleted, so"),
        ("axis title", "<a:t>step<", "<a:t> <", f"{CHART}: axis 50010001: no title"),
        ("axis unknown", ONE_ID + "<c:axId", '<c:axId val="7"/><c:axId', "axis 7: used by a"),
        ("one axis", TWO_ID + "</c:sc", "</c:sc", "scatterChart has fewer than two"),
        ("axis crosses", 'crossAx val="50010002"', 'crossAx val="7"', "50010001: crosses axis 7"),
        ("axis twice", FIRST_AXIS, f"<c:valAx>{TWO_ID}", "axis 50010002: number repeated"),
        ("axis unused", FIRST_AXIS, '<c:valAx><c:axId val="7"/>', "axis 7: used by no plot"),
        ("logarithm", BASE, BASE.replace("10", "0"), "axis 50010002: logarithm to the base 0"),
        ("logarithm of zero", "<c:v>0.375<", "<c:v>0<", "axis 50010002: 0 cannot stand on a log"),
        ("logarithm from zero", BASE, BASE + '<c:min val="0"/>', "axis 50010002: 0 cannot stand"),
        ("number in title", "<a:t>Descent", "<a:t>Descent 4", "number in the title 'Descent 4'"),
        ("no series", "c:ser>", "c:none>", f"{CHART}: no series"),
        ("series twice", "</c:ser>", f"</c:ser><c:ser>{INDEX}</c:ser>", "series 0: number"),
        ("typed series name", "c:strRef>", "c:typed>", "series 0: no name taken from a cell"),
        ("no numbers", "c:yVal>", "c:none>", "series 0: no numbers taken from cells"),
        ("no cache", "c:strCache>", "c:none>", "series 0: Table!$C$2: no cached values"),
        ("short cache", "$C$3:$C$6", "$C$3:$C$7", "Table!$C$3:$C$7: cache of 4 points for 5 cells"),
        ("empty cells", "$C$3:$C$6", "$C$7:$C$10", "Table!$C$7:$C$10: Table!C7 is empty"),
        ("no point", '<c:pt idx="2"><c:v>0.375</c:v></c:pt>', "", "no cached value for Table"),
        ("point of no number", "<c:v>0.375<", "<c:v>#N/A<", "#N/A for Table!C5 is not a finite"),
        ("stale point", "<c:v>0.375<", "<c:v>0.376<", "0.376 for Table!C5, which holds 0.375"),
        ("stale series name", "<c:v>error<", "<c:v>loss<", "loss for Table!C2, which holds error"),
        ("series of no sheet", "Table!$C$2", "Chair!$C$2", "0: Chair!$C$2 refers to a sheet that"),
        ("series without sheet", "Table!$C$2", "$C$2", "series 0: reference '$C$2' names no sheet"),
        ("no reference", "<c:f>Table!$C$2<", "<c:f><", "series 0: reference '' names no sheet"),
    ],
}
# fmt: on


def test_sound_workbook_lints_clean(sound: Path) -> None:
    assert lint(sound) == []
    assert OpenXmlValidator().validate(str(sound)).errors == []


def test_limits_themselves_are_sound(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "limits.xlsx") as workbook:
        sheet = workbook.add_worksheet("n" * 31)
        sheet.write("A1", LONG[1:])
        sheet.write_formula("A2", "A1", None, LONG[1:])
        sheet.write("XFD1048576", 1)
        sheet.set_column("XFD:XFD", 5)
        sheet.data_validation("B1", {"validate": "list", "source": ["y" * 127, "z" * 127]})
        sheet.data_validation("B2", {"validate": "any", "input_title": "r" * 32})
    assert lint(tmp_path / "limits.xlsx") == []


@pytest.mark.parametrize(
    ("part", "old", "new", "expected"),
    [
        pytest.param(part, *fault, id=name)
        for part, faults in FAULTS.items()
        for name, *fault in faults
    ],
)
def test_fault_is_found(
    sound: Path, tmp_path: Path, part: str, old: str, new: str, expected: str
) -> None:
    problems = rewrite(sound, tmp_path / "broken.xlsx", put(part, old, new))
    assert any(expected in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (TYPES, f"{TYPES}: missing"),
        (BOOK, "no workbook part"),
        (STYLES, f"{BOOK}: relationship rId4 leads to {STYLES}, which does not exist"),
        ("xl/drawings/_rels/drawing1.xml.rels", f"{CHART}: no relationship leads to it"),
    ],
)
def test_missing_part_is_found(sound: Path, tmp_path: Path, part: str, expected: str) -> None:
    def without_part(parts: Parts) -> Parts:
        return [entry for entry in parts if entry[0] != part]

    problems = rewrite(sound, tmp_path / "broken.xlsx", without_part)
    assert any(expected in problem for problem in problems), problems


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_part_stored_twice_is_found(sound: Path, tmp_path: Path) -> None:
    problems = rewrite(sound, tmp_path / "broken.xlsx", lambda parts: [*parts, parts[0]])
    assert f"{TYPES.casefold()}: part stored more than once" in problems


@pytest.mark.parametrize("kept", [0, 100, 3000])
def test_truncated_file_is_found(sound: Path, tmp_path: Path, kept: int) -> None:
    (tmp_path / "broken.xlsx").write_bytes(sound.read_bytes()[:kept])
    [problem] = lint(tmp_path / "broken.xlsx")
    assert problem.startswith("broken.xlsx: not a sound zip archive")


JUNK = ["", "x", "-1", "0", "99999999", "A0", "#REF!", "=", "'", "rId99", "1e999"]


@given(st.sampled_from(sorted({*FAULTS})), st.integers(0), st.sampled_from(JUNK))
@settings(max_examples=150)
def test_any_attribute_may_hold_junk(sound: Path, part: str, place: int, junk: str) -> None:
    """Whatever stands in an attribute, the lint answers with lines and does not break off."""

    def spoil(parts: Parts) -> Parts:
        text = dict(parts)[part].decode()
        values = [match.span(1) for match in re.finditer(r'="([^"]*)"', text)]
        start, end = values[place % len(values)]
        # The line break makes a change of what already held the junk.
        spoilt = f"{text[:start]}{junk}{text[end:]}\n".encode()
        return [(name, spoilt if name == part else content) for name, content in parts]

    rewrite(sound, sound.with_name("spoilt.xlsx"), spoil)
