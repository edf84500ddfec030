"""Packages are opened only if they are safe, and copied without touching what does not change."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_xlsx.spreadsheet.errors import FileError
from backprop_xlsx.spreadsheet.ooxml import archive as module
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from tests.optional import WORKBOOKS, require
from tests.spreadsheet.ooxml.packages import parts_of, sheet_xml, write_book, write_package

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)


def refusal(path: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(FileError) as caught:
        Archive.open(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "book.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')


def test_parts_are_read_as_zipfile_reads_them(book: Path) -> None:
    archive = Archive.open(book)
    with zipfile.ZipFile(book) as package:
        assert list(archive.names) == package.namelist()
        assert all(archive.read(name) == package.read(name) for name in archive.names)


def test_parts_are_found_as_excel_finds_them(book: Path) -> None:
    archive = Archive.open(book)
    expected = archive.read("xl/workbook.xml")
    for name in ("/xl/workbook.xml", "XL/Workbook.xml", "xl\\workbook.xml"):
        assert name in archive
        assert archive.read(name) == expected
    assert "xl/other.xml" not in archive
    with pytest.raises(FileError, match="part 'xl/other.xml' is missing"):
        archive.read("xl/other.xml")


def test_the_file_may_vanish_once_it_is_open(book: Path) -> None:
    archive = Archive.open(book)
    book.unlink()
    assert archive.read("xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (COMPOUND_FILE + "Workbook".encode("utf-16-le"), "is an old Excel workbook (.xls)"),
        (COMPOUND_FILE + "WordDocument".encode("utf-16-le"), "is an old Office file"),
        (b"step,w1,w2\n1,0.15,0.2\n", "is a text file (.csv?)"),
        ("Schritt;Größe\n1;0,15\n".encode("cp1252"), "is a text file (.csv?)"),
        ("step\tw1\n".encode("utf-16"), "is a text file (.csv?)"),
        (b"%PDF-1.7\n", "is a PDF file"),
        (b"<!DOCTYPE html><html>Sign in", "is a web page (HTML)"),
        (b"\xef\xbb\xbf\r\n<HTML>", "is a web page (HTML)"),
        ("<html>".encode("utf-16"), "is a web page (HTML)"),
        (b"<?xml version='1.0'?><Workbook/>", "is an XML file"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\x1f\x8b\x08\x00", "is a compressed file (.gz)"),
        (b"\x00\x01\x02\x03", "is not a workbook"),
        (b"PK\x05\x06" + bytes(18), "is not a workbook"),
    ],
)
def test_files_of_another_kind_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "homework.xlsx"
    path.write_bytes(content)
    assert refusal(path).startswith(said)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["mimetype", "content.xml", "META-INF/manifest.xml"], "is an OpenDocument file (.ods)"),
        (["[Content_Types].xml", "word/document.xml"], "is a Word document"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "is a PowerPoint file"),
        (["[Content_Types].xml", "xl/workbook.bin"], "is a binary workbook (.xlsb)"),
        (["Index/Document.iwa"], "is an Apple Numbers document"),
        (["S3/homework.xlsx"], "is a zip file that holds 'S3/homework.xlsx'"),
        (["readme.txt"], "is a zip file without a workbook"),
        (["xl/workbook.xml"], "the workbook lacks its list of parts"),
    ],
)
def test_packages_of_another_kind_are_named(tmp_path: Path, parts: list[str], said: str) -> None:
    path = write_package(tmp_path / "homework.xlsx", dict.fromkeys(parts, b"<x/>"))
    assert refusal(path).startswith(said)


def test_a_workbook_under_another_name_is_opened(tmp_path: Path) -> None:
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts = {"[Content_Types].xml": b'<Override ContentType="%b"/>' % kind, "book.xml": b"<x/>"}
    assert "book.xml" in Archive.open(write_package(tmp_path / "book.xlsx", parts))


def test_a_document_with_macros_is_no_workbook(tmp_path: Path) -> None:
    kind = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    parts = {"[Content_Types].xml": kind, "word/document.xml": b"<x/>"}
    assert refusal(write_package(tmp_path / "a.xlsx", parts)).startswith("is a Word document")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.xlsx").startswith("there is no such file")


def test_a_folder_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith("is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert refusal(tmp_path / "pipe.xlsx").startswith("is a device")


def test_a_file_that_may_not_be_read_is_named(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # an administrator may read anything
    assert refusal(book).startswith("may not be read")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\0b.xlsx").startswith("cannot be read")
    assert refusal(tmp_path / ("x" * 5000)).startswith("cannot be read (File name too long)")


def test_a_file_cut_short_anywhere_is_refused(book: Path) -> None:
    content = book.read_bytes()
    for length in [*range(4, len(content), 37), len(content) - 1]:
        book.write_bytes(content[:length])
        assert refusal(book).startswith("the file is cut short or damaged")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_give_the_parts_or_one_line(book: Path, data: st.DataObject) -> None:
    content = bytearray(book.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = book.with_name("damaged.xlsx")
    damaged.write_bytes(content)
    try:
        archive = Archive.open(damaged)
        for name in archive.names:
            archive.read(name)
    except FileError as error:
        assert "\n" not in str(error)


def test_a_bomb_is_refused_by_what_it_says(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml(""), xl__bomb=bytes(module.MAXIMUM_PART_SIZE + 1))
    said = refusal(write_package(tmp_path / "bomb.xlsx", parts))
    assert said.startswith("part 'xl/bomb.xml' expands to more than 128,000,000 bytes")


def test_a_part_that_shrinks_absurdly_is_refused(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml(""), xl__bomb=bytes(module.RATIO_FREE_SIZE + 1))
    said = refusal(write_package(tmp_path / "bomb.xlsx", parts))
    assert said.startswith("part 'xl/bomb.xml' expands to more than 200 times")
    parts["xl/bomb.xml"] = parts["xl/bomb.xml"][1:]
    assert Archive.open(write_package(tmp_path / "bomb.xlsx", parts)).read("xl/bomb.xml")


def test_a_bomb_that_says_it_is_small_is_not_expanded(tmp_path: Path) -> None:
    content = bytes(50_000_000)
    path = write_package(tmp_path / "bomb.xlsx", parts_of(sheet_xml(""), xl__bomb=content))
    said = struct.pack("<L", len(content))
    path.write_bytes(path.read_bytes().replace(said, struct.pack("<L", 1000)))
    archive = Archive.open(path)
    read = 0
    with pytest.raises(FileError, match="part 'xl/bomb.xml' is damaged"):
        for chunk in archive.chunks("xl/bomb.xml"):
            read += len(chunk)
    assert read <= 1000


def test_parts_that_are_large_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAXIMUM_TOTAL_SIZE", 1_000_000)
    parts = parts_of(sheet_xml(""), xl__a=bytes(600_000), xl__b=bytes(600_000))
    path = write_package(tmp_path / "large.xlsx", parts)
    assert refusal(path).startswith("would expand to more than 1,000,000 bytes")


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml(""))
    parts |= {f"xl/{number}": b"" for number in range(module.MAXIMUM_PARTS)}
    path = write_package(tmp_path / "many.xlsx", parts)
    assert refusal(path).startswith(f"holds {len(parts)} parts, expected at most 10000")


def test_an_endless_list_of_parts_is_not_read(tmp_path: Path) -> None:
    parts = parts_of(sheet_xml("")) | {f"xl/{number:0900}": b"" for number in range(4500)}
    path = write_package(tmp_path / "many.xlsx", parts)
    assert "list of parts is too long" in refusal(path)


def test_a_file_that_is_too_large_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAXIMUM_FILE_SIZE", 100)
    assert refusal(book).startswith("is larger than 100 bytes")


@pytest.mark.parametrize("name", ["xl/../../x.xml", "..\\x.xml", "c:/x.xml"])
def test_a_part_that_points_out_of_the_package_is_refused(tmp_path: Path, name: str) -> None:
    path = write_package(tmp_path / "book.xlsx", parts_of(sheet_xml("")) | {name: b""})
    assert "points out of the package" in refusal(path)


@pytest.mark.parametrize("name", ["docProps\\x.xml", "//etc/x.xml", "./x.xml", "xl//x.xml"])
def test_a_part_whose_name_no_program_finds_is_named(tmp_path: Path, name: str) -> None:
    path = write_package(tmp_path / "book.xlsx", parts_of(sheet_xml("")) | {name: b""})
    assert refusal(path).startswith(f"holds a part named {name!r}, expected ")
    assert "\n" not in refusal(path)


@pytest.mark.parametrize("name", ["xl/", "xl/worksheets/", "/xl/richData/x.xml"])
def test_folders_and_leading_slashes_do_no_harm(tmp_path: Path, name: str) -> None:
    path = write_package(tmp_path / "book.xlsx", {name: b""} | parts_of(sheet_xml("")))
    assert "xl/workbook.xml" in Archive.open(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/workbook.xml", "XL/WORKBOOK.XML"])
def test_two_parts_of_one_name_are_refused(book: Path, name: str) -> None:
    with zipfile.ZipFile(book, "a") as package:
        package.writestr(name, b"<x/>")
    assert refusal(book).startswith(f"holds two parts named {name!r}")


def test_an_encrypted_part_is_refused(book: Path) -> None:
    content = bytearray(book.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # in the flags of the last part
    book.write_bytes(content)
    assert refusal(book).startswith("part 'xl/sharedStrings.xml' is encrypted")


def test_an_unusual_compression_is_refused(book: Path) -> None:
    with zipfile.ZipFile(book, "a", zipfile.ZIP_LZMA) as package:
        package.writestr("xl/theme.xml", b"<x/>")
    assert refusal(book).startswith("part 'xl/theme.xml' is compressed by method 14")


def test_parts_that_overlap_are_refused(tmp_path: Path) -> None:
    # As in the bombs whose parts share one compressed block: two entries, one place.
    parts = parts_of(sheet_xml("")) | {"xl/a.xml": b"x" * 999, "xl/b.xml": b"x" * 999}
    path = write_package(tmp_path / "book.xlsx", parts)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        first, second = (package.getinfo(name).header_offset for name in ("xl/a.xml", "xl/b.xml"))
    record = content.rindex(b"PK\x01\x02")
    assert struct.unpack_from("<L", content, record + 42) == (second,)
    struct.pack_into("<L", content, record + 42, first)
    path.write_bytes(content)
    assert "overlaps another part" in refusal(path)


def raw(path: Path) -> dict[str, tuple[bytes, bytes]]:
    """Of each part the header and data as they stand in the file, and its record in the list."""
    content = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        offsets = [entry.header_offset for entry in package.infolist()] + [package.start_dir]
        names = package.namelist()
        position = package.start_dir
    records = []
    for _ in names:
        lengths = struct.unpack_from("<3H", content, position + 28)
        stop = position + 46 + sum(lengths)
        # All of the record but the place of the part.
        records.append(content[position : position + 42] + content[position + 46 : stop])
        position = stop
    return {
        name: (content[start:stop], record)
        for name, start, stop, record in zip(names, offsets[:-1], offsets[1:], records, strict=True)
    }


def unusual_package(path: Path) -> Path:
    """A package with what tools seldom write: other dates, attributes, comments, extra fields."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for number, (name, content) in enumerate(parts_of(sheet_xml("")).items()):
            entry = zipfile.ZipInfo(name, (1980 + number, 2, 3, 4, 5, 6))
            entry.external_attr = 0o644 << 16 | number
            entry.internal_attr = 1
            entry.create_system = number % 2 * 3
            entry.create_version = 45
            entry.comment = b"part %d" % number
            entry.extra = struct.pack("<HH4s", 0xCAFE, 4, b"more")
            entry.compress_type = number % 2 * zipfile.ZIP_DEFLATED
            with package.open(entry, "w") as part:
                part.write(content)
        package.writestr("xl/médias/photo.bin", os.urandom(1000))
        package.comment = b"of the whole"
    return path


def streamed_package(path: Path) -> Path:
    """A package as it is written to a pipe: sizes stand behind the data, not before."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError("not on a pipe")

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of(sheet_xml("")).items():
            package.writestr(name, content)
    path.write_bytes(pipe.getvalue())
    return path


def by_xlsxwriter(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_formula("A1", "=1+1", None, 2)
    return path


def by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(path)
    return path


WRITERS = [by_xlsxwriter, by_openpyxl, unusual_package, streamed_package]


@pytest.mark.parametrize("make", WRITERS)
def test_a_copy_without_changes_has_the_same_bytes(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    source, target = make(tmp_path / "source.xlsx"), tmp_path / "target.xlsx"
    Archive.open(source).rewrite({}, target)
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("make", WRITERS)
def test_a_change_leaves_every_other_part(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    source, target = make(tmp_path / "source.xlsx"), tmp_path / "target.xlsx"
    changed = "xl/worksheets/sheet1.xml"
    Archive.open(source).rewrite({changed: b"<new/>", "xl/added.xml": b"<added/>"}, target)
    before, after = raw(source), raw(target)
    assert list(after) == [*before, "xl/added.xml"]
    assert {name for name in before if before[name] != after[name]} == {changed}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
        assert new.testzip() is None
        assert new.comment == old.comment
        assert new.read(changed) == b"<new/>"
        assert new.read("xl/added.xml") == b"<added/>"
        for field in ("date_time", "external_attr", "create_system", "compress_type", "comment"):
            assert getattr(new.getinfo(changed), field) == getattr(old.getinfo(changed), field)


def test_a_book_can_be_rewritten_in_its_own_place(book: Path) -> None:
    Archive.open(book).rewrite({"xl/workbook.xml": b"<new/>"}, book)
    assert Archive.open(book).read("xl/workbook.xml") == b"<new/>"
    assert [path.name for path in book.parent.iterdir()] == [book.name]


def test_names_in_an_old_code_page_stay_readable(tmp_path: Path) -> None:
    path = write_package(tmp_path / "book.xlsx", parts_of(sheet_xml("")) | {"xl/m?d.bin": b"photo"})
    # é in code page 437, which is what a name without a mark of UTF-8 is in.
    path.write_bytes(path.read_bytes().replace(b"xl/m?d.bin", b"xl/m\x82d.bin"))
    target = tmp_path / "target.xlsx"
    Archive.open(path).rewrite({}, target)
    assert Archive.open(target).read("xl/méd.bin") == b"photo"


def test_a_copy_that_cannot_be_written_leaves_nothing(book: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        Archive.open(book).rewrite({}, tmp_path / "absent" / "copy.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == [book.name]


def test_real_books_are_copied_byte_for_byte(tmp_path: Path) -> None:
    require(WORKBOOKS.is_dir(), "the folder of real workbooks")
    for path in sorted(WORKBOOKS.glob("*.xlsx")):
        target = tmp_path / path.name
        archive = Archive.open(path)
        archive.rewrite({}, target)
        assert target.read_bytes() == path.read_bytes(), path.name
        archive.rewrite({"xl/styles.xml": b"<new/>"}, target)
        before, after = raw(path), raw(target)
        assert {name for name in before if before[name] != after[name]} == {"xl/styles.xml"}
