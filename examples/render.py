"""Makes the pictures in examples/pictures/ anew, each from what a script here writes.

    python examples/render.py                                   # all that a script alone makes
    python examples/render.py site class-page --into elsewhere  # some
    python examples/render.py mnist-sheet --of Backpropagation.xlsx

The last is for pictures of trained networks, which take a whole training: they come from a book
that is given. Needs LibreOffice (soffice), poppler (pdftoppm, pdftotext) and Chromium.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.book import read_book

EXAMPLES = Path(__file__).resolve().parent
PYODIDE = EXAMPLES.parent / ".pyodide"
MARGIN = 12
SIZE = ("-scale-to-x", "1500", "-scale-to-y", "-1")
"""Of a printed page, as a picture."""


class Maker(Protocol):
    """How a picture comes from what a script wrote into a folder, and printed."""

    def draw(self, folder: Path, printed: str, picture: Path) -> None:
        """Writes the picture."""


@dataclass(frozen=True)
class Sheet:
    """A part of a sheet, as LibreOffice prints it, or the whole as it goes onto paper."""

    book: str
    sheet: str
    area: str = ""

    def draw(self, folder: Path, printed: str, picture: Path) -> None:
        copy, pdf = folder / "shown" / "book.xlsx", folder / "shown" / "book.pdf"
        copy.parent.mkdir(exist_ok=True)
        footer = f"the picture of {self.sheet}"
        archive = Archive.open(folder / self.book)
        sheets = read_book(folder / self.book).sheets
        index = next(i for i, sheet in enumerate(sheets) if sheet.name == self.sheet)
        part = sheets[index].part
        text = archive.read(part).decode()
        said = f"<oddFooter>{html.escape(footer)}</oddFooter>"
        text = re.sub(r"<oddFooter>.*?</oddFooter>", said, text)
        changed = {part: text.encode()}
        if self.area:
            corners = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", self.area)
            workbook = archive.read("xl/workbook.xml").decode()
            name = rf'(<definedName name="_xlnm.Print_Area" localSheetId="{index}">[^<]*!)[^<]*'
            changed["xl/workbook.xml"] = re.sub(name, rf"\g<1>{corners}", workbook).encode()
        archive.rewrite(changed, copy)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir"]
        _run([*convert, pdf.parent, copy])
        pages = _run(["pdftotext", "-layout", pdf, "-"]).split("\f")
        found = (number for number, text in enumerate(pages, 1) if footer in text)
        page = next(found, 1)  # without a footer it is the first sheet
        one = ["-f", str(page), "-l", str(page), "-singlefile", *SIZE]
        _run(["pdftoppm", "-png", *one, pdf, picture.with_suffix("")])
        _trim(picture, footer_height=0.07)


@dataclass(frozen=True)
class Page:
    """A page that a script wrote, in Chromium: as much of it as the window shows, or all."""

    path: str
    width: int
    height: int = 0

    def draw(self, folder: Path, printed: str, picture: Path) -> None:
        handler = partial(_Silent, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            window = {"width": self.width, "height": self.height or 700}
            page = chromium.new_page(viewport=window)  # type: ignore[arg-type]
            page.goto(f"http://127.0.0.1:{server.server_port}/{self.path}")
            if self.path == "site/":
                opened = page.get_by_role("button", name="Example.xlsx", expanded=True)
                opened.wait_for(timeout=600_000)
            page.screenshot(path=picture, full_page=not self.height)
            chromium.close()
        server.shutdown()


@dataclass(frozen=True)
class Printed:
    """What a script prints, as a terminal shows it."""

    def draw(self, folder: Path, printed: str, picture: Path) -> None:
        style = "margin:12px;font:14px/1.4 monospace;white-space:pre-wrap;width:max-content"
        (folder / "printed.html").write_text(
            f'<!doctype html><meta charset="utf-8"><pre style="{style}">{html.escape(printed)}',
            encoding="utf-8",
        )
        Page("printed.html", 1000).draw(folder, printed, picture)
        _trim(picture)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


CLASS = ("write_workbook.py", "Class.xlsx")
PICTURES: dict[str, tuple[str, Maker]] = {
    "any-layout": ("any_layout.py", Sheet("Korrigiert.xlsx", "Übung")),
    "check-report": ("check_homework.py", Page("Report.html", 1000, 760)),
    "class-page": ("mark_class.py", Page("Class.html", 860)),
    "convert-homework": ("convert_homework.py", Printed()),
    "feedback-page": ("feedback_pages.py", Page("Ada.html", 780)),
    "practice-book": ("practice_book.py", Sheet("Exercise.xlsx", "Exercise")),
    "read-picture": ("read_picture.py", Printed()),
    "site": ("check_in_browser.py", Page("site/", 1280)),
    "site-phone": ("check_in_browser.py", Page("site/", 400)),
    "workbook-derivation": (CLASS[0], Sheet(CLASS[1], "Derivation", "A1:H47")),
    "workbook-learning-rates": (CLASS[0], Sheet(CLASS[1], "Learning rates")),
    "workbook-network": (CLASS[0], Sheet(CLASS[1], "Network", "A1:T24")),
    "workbook-run": (CLASS[0], Sheet(CLASS[1], "Run C", "A1:N24")),
    "workbook-run-on-paper": (CLASS[0], Sheet(CLASS[1], "Run C")),
    "workbook-surface": ("any_network.py", Sheet("Circle.xlsx", "Surface")),
}
GIVEN: dict[str, tuple[str, Sheet]] = {
    "comparison-sheet": ("compare_networks.py", Sheet("", "MNIST comparison")),
    "digit-stage": ("read_digit.py", Sheet("", "1 Convolution")),
    "digit-why": ("read_digit.py", Sheet("", "Why")),
    "digit-workbook": ("read_digit.py", Sheet("", "Digit")),
    "mnist-sheet": ("train_mnist.py", Sheet("", "MNIST fast")),
    "workbook-xor": ("any_network.py", Sheet("", "Network", "A1:T24")),
}
"""Those that come from a book that is given, and the script that makes a small one like it."""


def render(names: list[str], into: Path, of: Path | None = None) -> list[Path]:
    """Writes the pictures of these names into a folder, each script run once; their paths."""
    pictures, done = [], {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            picture = into.absolute() / f"{name}.png"
            if name in GIVEN:
                if of is None:
                    raise SystemExit(f"{name}: comes from a book, name it with --of")
                sheet = GIVEN[name][1]
                Sheet(str(of.absolute()), sheet.sheet, sheet.area).draw(
                    Path(temporary), "", picture
                )
            else:
                script, maker = PICTURES[name]
                folder = Path(temporary) / Path(script).stem
                if script not in done:
                    folder.mkdir()
                    if PYODIDE.is_dir():  # else the page fetches the interpreter
                        (folder / PYODIDE.name).symlink_to(PYODIDE)
                    done[script] = _run([sys.executable, EXAMPLES / script], folder)
                maker.draw(folder, done[script], picture)
            pictures.append(picture)
    return pictures


def _run(command: list[str | Path], folder: Path | None = None) -> str:
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(EXAMPLES.parent), "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout


def _trim(picture: Path, footer_height: float = 0.0) -> None:
    """Cuts the footer and the white around away."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    image = image.crop((0, 0, image.width, round(image.height * (1 - footer_height))))
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    if box is not None:
        left, top, right, bottom = box
        image = image.crop((max(0, left - MARGIN), max(0, top - MARGIN), right + MARGIN, bottom))
    image.quantize(128).save(picture, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all but those of a book")
    parser.add_argument("--into", type=Path, default=EXAMPLES / "pictures", metavar="FOLDER")
    parser.add_argument("--of", type=Path, metavar="BOOK")
    options = parser.parse_args()
    for path in render(options.names or list(PICTURES), options.into, options.of):
        print(path)
