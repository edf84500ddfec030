"""Say what a file is that is not a workbook, and how to make a workbook of it."""

from __future__ import annotations

from collections.abc import Set

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
    ("xl/workbook.bin", f"is a binary workbook (.xlsb); {_AGAIN}"),
    ("content.xml", f"is an OpenDocument file (.ods); {_AGAIN}"),
    ("word/document.xml", "is a Word document (.docx), expected a workbook (.xlsx)"),
    ("ppt/presentation.xml", "is a PowerPoint file (.pptx), expected a workbook (.xlsx)"),
    ("Index/Document.iwa", "is an Apple Numbers document; export it to Excel (.xlsx) there"),
)


def describe_file(content: bytes) -> str:
    """What a file that is no zip file seems to be, and what to do about it, in one line."""
    if not content:
        return "the file is empty; download or copy it again"
    if content.startswith(_COMPOUND_FILE):
        return _describe_compound_file(content)
    for start, description in _STARTS:
        if content.startswith(start):
            return description
    opening = content[:1000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if opening.startswith((b"<!doctype html", b"<html")):
        return "is a web page (HTML), perhaps of a failed download; download the file itself"
    if opening.startswith(b"<"):
        return f"is an XML file; {_AGAIN}"
    if _is_text(content[:1000]):
        return f"is a text file (.csv?), expected a workbook (.xlsx); {_AGAIN}"
    return "is not a workbook (.xlsx), or damaged from its first byte on; download it again"


def describe_package(names: Set[str]) -> str:
    """What a zip file that holds no workbook seems to be, and what to do, in one line."""
    for name, description in _PACKAGES:
        if name in names:
            return description
    if "xl/workbook.xml" in names:
        return "the workbook lacks its list of parts; open it in Excel, let it repair the file"
    inside = sorted(name for name in names if name.lower().endswith((".xlsx", ".xlsm")))
    if inside:
        return f"is a zip file that holds {inside[0]!r}; unpack it first"
    return "is a zip file without a workbook in it, expected a workbook (.xlsx)"


def _describe_compound_file(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "is protected by a password; open it in Excel, remove the password, save it again"
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return f"is an old Excel workbook (.xls); {_AGAIN}"
    return "is an old Office file, not a workbook (.xlsx)"


def _is_text(opening: bytes) -> bool:
    if opening.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # Bytes above 126 are text in the one or the other code page; the control characters are not.
    return all(byte >= 32 or byte in b"\t\n\r\f" for byte in opening)
