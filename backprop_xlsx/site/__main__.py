"""python -m backprop_xlsx.site: write the page that checks workbooks in the browser."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from backprop_xlsx.site import interpreter
from backprop_xlsx.site.building import build_site
from backprop_xlsx.spreadsheet.command_line import Parser, exit_status


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the site, say what it is, and return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _write(options.out, options.pyodide), "interrupted, nothing written")


def _write(out: Path, folder: Path | None) -> None:
    site = build_site(out, folder)
    source = "inside the site" if folder is not None else "from Pyodide's content network"
    print(f"{out}: written, {site.megabytes:.1f} MB on the first visit")
    print(f"Pyodide {interpreter.VERSION} and numpy: {source}, pinned by SHA-256")
    print(f"to look at it: python -m http.server --directory {out}")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m backprop_xlsx.site",
        description="Write a static site: drop workbooks, see what is wrong; make workbooks. "
        "Everything runs in the browser, and no file leaves the computer.",
        epilog="Exit status: 0 written, 2 unusable input.",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("site"), metavar="FOLDER", help="default: %(default)s"
    )
    parser.add_argument(
        "--pyodide",
        type=Path,
        metavar="FOLDER",
        help=f"put the interpreter into the site: a folder with the files of Pyodide "
        f"{interpreter.VERSION} and its wheel of numpy",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
