"""Say what a file is that is not a workbook, and how to make a workbook of it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """What a file is, and what to do about it, in one line.

    ``suffix`` is that of a spreadsheet of another kind, of which LibreOffice can make a workbook.
    """

    description: str
    suffix: str | None = None


_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_EXCEL = "save it as .xlsx: in Excel, File > Save As > Excel Workbook (.xlsx)"
_IN_LIBREOFFICE = "save it as .xlsx: in LibreOffice, File > Save As > Excel 2007-365 (.xlsx)"
_AGAIN = "open it in Excel or LibreOffice and save it as .xlsx"

_STARTS = (
    (b"%PDF", "is a PDF file; ask for the workbook (.xlsx) that it was printed from"),
    (b"{\\rtf", "is a text document (.rtf), expected a workbook (.xlsx)"),
    (b"\x89PNG", "is a picture, expected a workbook (.xlsx)"),
    (b"\xff\xd8\xff", "is a picture, expected a workbook (.xlsx)"),
    (b"\x1f\x8b", "is a compressed file (.gz); unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a compressed file (.7z); unpack it first"),
    (b"Rar!", "is a compressed file (.rar); unpack it first"),
)

_PACKAGES = (
    ("xl/workbook.bin", Foreign(f"is a binary workbook (.xlsb); {_IN_EXCEL}", ".xlsb")),
    ("content.xml", Foreign(f"is an OpenDocument file (.ods); {_IN_LIBREOFFICE}", ".ods")),
    ("word/document.xml", Foreign("is a Word document (.docx), expected a workbook (.xlsx)")),
    ("ppt/presentation.xml", Foreign("is a PowerPoint file (.pptx), expected a workbook (.xlsx)")),
    (
        "Index/Document.iwa",
        Foreign(
            "is an Apple Numbers document; save it as .xlsx: in Numbers, File > Export To > Excel",
            ".numbers",
        ),
    ),
)
_GOOGLE_SHEET = (
    "is a link to a Google Sheet; open it there, and choose File > Download > Microsoft Excel "
    "(.xlsx)"
)
_TEXT = (
    f"is a text file (.csv?), expected a workbook (.xlsx); {_AGAIN} (the formulas are in the "
    "workbook that it comes from, if there is one)"
)


def describe_file(content: bytes) -> Foreign:
    """What a file that is no zip file seems to be."""
    if not content:
        return Foreign("the file is empty; download or copy it again")
    if content.startswith(_COMPOUND_FILE):
        return _describe_compound_file(content)
    for start, description in _STARTS:
        if content.startswith(start):
            return Foreign(description)
    opening = content[:1000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if opening.startswith((b"<!doctype html", b"<html")):
        return Foreign(
            "is a web page (HTML), perhaps of a failed download; download the file itself"
        )
    if opening.startswith(b"<"):
        flat = b"office:document" in opening
        return Foreign(f"is an XML file; {_AGAIN}", ".fods" if flat else None)
    if opening.startswith(b"{") and b"docs.google.com" in opening:
        return Foreign(_GOOGLE_SHEET)
    if _is_text(content[:1000]):
        return Foreign(_TEXT, ".csv")
    return Foreign(
        "is not a workbook (.xlsx), or damaged from its first byte on; download it again"
    )


def describe_package(names: Set[str]) -> Foreign:
    """What a zip file that holds no workbook seems to be."""
    for name, foreign in _PACKAGES:
        if name in names:
            return foreign
    if "xl/workbook.xml" in names:
        return Foreign(
            "the workbook lacks its list of parts; open it in Excel, let it repair the file"
        )
    inside = sorted(name for name in names if name.lower().endswith((".xlsx", ".xlsm")))
    if inside:
        return Foreign(f"is a zip file that holds {inside[0]!r}; unpack it first")
    return Foreign("is a zip file without a workbook in it, expected a workbook (.xlsx)")


def _describe_compound_file(content: bytes) -> Foreign:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Foreign(
            "is protected by a password; open it in Excel, remove the password, save it again"
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return Foreign(f"is an old Excel workbook (.xls); {_IN_EXCEL}", ".xls")
    return Foreign("is an old Office file, not a workbook (.xlsx)")


def _is_text(opening: bytes) -> bool:
    if opening.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # Bytes above 126 are text in the one or the other code page; the control characters are not.
    return all(byte >= 32 or byte in b"\t\n\r\f" for byte in opening)
