"""Turns sheets of a workbook into pictures, as LibreOffice prints them.

    python examples/render.py Backpropagation.xlsx 1 18 --into pictures

Needs LibreOffice (soffice) and poppler (pdftoppm).
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path


def render(workbook: Path, pages: list[int], folder: Path, dots_per_inch: int = 90) -> list[Path]:
    """Writes ``folder/<workbook's name>-<page>.png`` for each page, and returns the paths."""
    pictures = []
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            ["soffice", "--headless", "--convert-to", "pdf", "--outdir", temporary, workbook],
            check=True,
            capture_output=True,
        )
        pdf = Path(temporary) / f"{workbook.stem}.pdf"
        for page in pages:
            target = folder / f"{workbook.stem}-{page}"
            range_of_pages = ["-f", str(page), "-l", str(page), "-singlefile"]
            resolution = ["-r", str(dots_per_inch)]
            subprocess.run(
                ["pdftoppm", "-png", *resolution, *range_of_pages, pdf, target], check=True
            )
            pictures.append(target.with_suffix(".png"))
    return pictures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workbook", type=Path)
    parser.add_argument("pages", type=int, nargs="+")
    parser.add_argument("--into", type=Path, default=Path("."))
    options = parser.parse_args()
    for picture in render(options.workbook, options.pages, options.into):
        print(picture)
