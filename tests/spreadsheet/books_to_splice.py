"""Workbooks to splice into, as several programs write them, and a sheet to splice in."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import xlsxwriter
from PIL import Image

from backprop_xlsx import Experiment, build
from tests.optional import require_libreoffice

NAME = "Added sheet"


def addition(path: Path, name: str = NAME, factor: float = 2.0) -> Path:
    """A book with a sheet that has everything that a splice takes along."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(name)
        red = book.add_format(
            {"bold": True, "font_name": "Georgia", "bg_color": "#FF0000", "num_format": "0.0000"}
        )
        boxed = book.add_format({"border": 1, "align": "center"})
        sheet.write_string("A1", " <added> & kept ", red)
        sheet.write_number("A2", 3, red)
        sheet.write_formula("A3", f"=A2*{factor:g}", boxed, 3 * factor)
        sheet.write_formula("A4", '=IF(A3>1,"more","less")', None, "more")
        sheet.write_url("A5", "https://example.org/?a=1&b=2", boxed, "a link")
        sheet.write_url("A6", f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", None, "up")
        sheet.write_rich_string("A7", "plain ", book.add_format({"bold": True}), "bold", " end")
        sheet.set_row(7, 30, red)
        sheet.set_column("D:E", 30, boxed)
        rule = {"type": "cell", "criteria": ">", "value": 1}
        dark = book.add_format({"font_color": "#123456"})
        sheet.conditional_format("A2:A3", rule | {"format": dark})
        sheet.conditional_format("B2:B3", {"type": "2_color_scale"})
        sheet.print_area("A1:H30")
        sheet.repeat_rows(0)
        chart = book.add_chart({"type": "scatter"})
        chart.add_series(
            {"name": [name, 0, 0], "categories": [name, 1, 0, 2, 0], "values": [name, 1, 0, 2, 0]}
        )
        chart.set_x_axis({"name": "x"})
        chart.set_y_axis({"name": "y"})
        sheet.insert_chart("B9", chart)
        sheet.insert_image("J9", "red.png", {"image_data": io.BytesIO(picture("red"))})
    return path


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(file, "PNG")
    return file.getvalue()


def xlsxwriter_book(path: Path) -> Path:
    """A book with the features that other ways of adding a sheet lose."""
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("Data"), book.add_worksheet("It's (other)")
        percent = book.add_format({"num_format": "0.000%", "italic": True})
        sheet.write_row("A1", ["name", "value", "share"])
        for row, value in enumerate((3, 5, 8), start=1):
            sheet.write_row(row, 0, [f"n{row}", value])
            sheet.write_formula(row, 2, f"=B{row + 1}/SUM($B$2:$B$4)", percent, value / 16)
        sheet.add_sparkline("D2", {"range": "Data!B2:B4"})
        sheet.insert_textbox("F2", "a box")
        sheet.insert_checkbox("D5", True)
        sheet.write_comment("A2", "a comment")
        sheet.data_validation("B2:B4", {"validate": "decimal", "criteria": ">", "value": 0})
        rule = {"type": "data_bar", "data_bar_2010": True}
        sheet.conditional_format("B2:B4", rule)
        bold = {"type": "top", "value": 1, "format": book.add_format({"bold": True})}
        sheet.conditional_format("C2:C4", bold)
        sheet.insert_image("F9", "blue.png", {"image_data": io.BytesIO(picture("blue"))})
        other.add_table("A1:B3", {"data": [[1, 2], [3, 4]]})
        other.autofilter("D1:E2")
        book.define_name("total", "=SUM(Data!$B$2:$B$4)")
        book.define_name("Data!local", "=Data!$B$2")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Data!$B$2:$B$4", "categories": "=Data!$A$2:$A$4"})
        sheet.insert_chart("F15", chart)
        alone = book.add_chart({"type": "line"})
        alone.add_series({"values": "=Data!$B$2:$B$4"})
        book.add_chartsheet("Chart alone").set_chart(alone)
    return path


def openpyxl_book(path: Path) -> Path:
    """A book as openpyxl writes it, with a chart, a picture and a table."""
    source = path.with_name("source.xlsx")
    book = openpyxl.load_workbook(xlsxwriter_book(source))
    book.save(path)
    source.unlink()
    return path


def libreoffice_book(path: Path) -> Path:
    """A book as LibreOffice saves it."""
    require_libreoffice()
    source = xlsxwriter_book(path.with_name("source.xlsx"))
    return converted(source, path)


def own_book(path: Path) -> Path:
    """The workbook of the default experiment, in fewer steps."""
    build(Experiment.preset(steps=10), path)
    return path


def converted(source: Path, target: Path) -> Path:
    """A workbook opened and saved again by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", f"-env:UserInstallation={Path(folder).as_uri()}/profile"]
        command += ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
        command += ["--outdir", folder, str(source)]
        subprocess.run(command, capture_output=True, check=True)
        shutil.move(Path(folder) / source.name, target)
    return target
