"""The folder that the command writes: complete, pinned, the same each time, never in the way."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from backprop_xlsx.check.book_check import check_file
from backprop_xlsx.formula.names import label
from backprop_xlsx.site import __main__ as command
from backprop_xlsx.site.building import build_site
from backprop_xlsx.site.example import NAME, WRONG, example
from backprop_xlsx.site.interpreter import PIECES, read_pieces
from backprop_xlsx.spreadsheet.engines import engines, recalculate
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.optional import PYODIDE, require

LARGEST_FIRST_VISIT = 20e6


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is without a folder of the interpreter's."""
    return build_site(tmp_path_factory.mktemp("built") / "site").folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_code_gives_the_same_site(site: Path, tmp_path: Path) -> None:
    assert contents(build_site(tmp_path / "again").folder) == contents(site)


def test_the_page_may_reach_the_interpreter_and_nothing_else(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    folders = dict.fromkeys(piece.folder for piece in PIECES)
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "worker-src": "'self' blob:",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": " ".join(("'self'", *folders)),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    known = {piece.address for piece in PIECES} | set(folders)
    text = b"\n".join(
        content for name, content in contents(site).items() if not name.endswith((".zip", ".xlsx"))
    ).decode()
    spoken = set(re.findall(r"https?://[^\s\"'<>;&)`$]+", text))
    assert spoken - known <= {"http://www.w3.org/2000/svg", "https://interpreter.invalid/"}


def test_every_file_of_the_interpreter_is_pinned(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    (text,) = re.findall(r'<script type="application/json" id="settings">(.*?)</script>', page)
    settings = json.loads(text)
    for piece in PIECES:
        pinned = settings["interpreter"][piece.name]
        assert pinned == {
            "address": piece.address,
            "integrity": piece.integrity,
            "size": piece.size,
        }
    assert re.fullmatch(r"sha256-[\w+/]{43}=", settings["archive"]["integrity"])


def test_a_folder_of_the_interpreter_becomes_part_of_the_site(tmp_path: Path) -> None:
    require((PYODIDE / PIECES[-1].name).exists(), "Pyodide with its numpy")
    built = build_site(tmp_path / "site", PYODIDE)
    page = (built.folder / "index.html").read_text("utf-8")
    assert "https://" not in page
    for piece in PIECES:
        assert len(read_pieces(PYODIDE)[piece.name]) == piece.size
        assert (built.folder / "interpreter-0.27.7" / piece.name).stat().st_size == piece.size
    assert built.first_visit == sum(map(len, contents(built.folder).values()))
    assert built.first_visit <= LARGEST_FIRST_VISIT


def test_another_version_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "pyodide", tmp_path / "site"
    folder.mkdir()
    for content in (None, b"another"):
        if content is not None:
            (folder / "pyodide.js").write_bytes(content)
        assert command.main(["--out", str(out), "--pyodide", str(folder)]) == 2
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert "pyodide.js" in said.err
        assert "0.27.7" in said.err
    assert not out.exists()


def test_a_folder_with_other_files_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        build_site(tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}
    with pytest.raises(InputError, match="is a file"):
        build_site(tmp_path / "thesis.txt")


def test_a_site_takes_the_place_of_an_older_one(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    shutil.copytree(site, out)
    (out / "0123456789ab").mkdir()
    (out / "0123456789ab" / "page.js").write_text("old")
    build_site(out)
    assert contents(out) == contents(site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_example_holds_the_one_mistake_and_the_values_that_follow(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(example())
    (table,) = check_file(path).tables
    assert {fault.quantity for fault in table.faults} == set(WRONG)
    assert {fault.kind for fault in table.faults} == {"wrong-operand"}
    assert all(label(name) not in table.right for name in WRONG)
    assert table.warnings == ()
    (sheet,) = read_book(path).sheets
    for engine in engines():
        recalculated = recalculate(path, engine)
        for position, cell in sheet.cells.items():
            if cell.formula is not None:
                assert recalculated.value(sheet.name, *position) == pytest.approx(
                    cell.value, rel=1e-12
                )
