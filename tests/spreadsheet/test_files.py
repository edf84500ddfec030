"""Files are replaced whole, and the workbook that stood there is kept under another name."""

import errno
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from backprop_xlsx.spreadsheet.errors import FileError, Notice
from backprop_xlsx.spreadsheet.files import Placed, beside, place, require_writable, write


def put(target: Path, content: bytes) -> Placed:
    with beside(target) as temporary:
        temporary.write_bytes(content)
        return place(temporary, target)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_placed(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    placed = put(target, b"first")
    assert (placed.path, placed.kept, placed.unchanged) == (target, None, False)
    assert target.read_bytes() == b"first"
    assert names(tmp_path) == ["book.xlsx"]


def test_the_files_that_stood_there_are_kept_under_the_next_free_numbers(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    (tmp_path / "book-2.xlsx").write_bytes(b"somebody else's")
    kept = [put(target, content).kept for content in (b"first", b"second", b"third")]
    assert kept == [None, tmp_path / "book-1.xlsx", tmp_path / "book-3.xlsx"]
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {
        "book.xlsx": b"third",
        "book-1.xlsx": b"first",
        "book-2.xlsx": b"somebody else's",
        "book-3.xlsx": b"second",
    }


def test_the_same_bytes_leave_the_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    put(target, b"same")
    before = target.stat()
    placed = put(target, b"same")
    assert placed.unchanged
    assert placed.kept is None
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(tmp_path) == ["book.xlsx"]


def test_bytes_are_compared_not_size_and_time(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    with beside(target) as temporary:
        temporary.write_bytes(b"new")
        for path in (temporary, target):
            os.utime(path, (1_600_000_000, 1_600_000_000))
        assert not place(temporary, target).unchanged
    assert target.read_bytes() == b"new"


def test_without_links_the_old_file_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "not supported")

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "book.xlsx"
    put(target, b"first")
    (tmp_path / "book-1.xlsx").write_bytes(b"taken")
    assert put(target, b"second").kept == tmp_path / "book-2.xlsx"
    assert (tmp_path / "book-2.xlsx").read_bytes() == b"first"
    assert (tmp_path / "book-1.xlsx").read_bytes() == b"taken"
    assert target.read_bytes() == b"second"


@pytest.mark.parametrize("failure", [ValueError("bug"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, failure: BaseException) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(type(failure)), beside(target) as temporary:
        temporary.write_bytes(b"half")
        raise failure
    assert names(tmp_path) == ["book.xlsx"]
    assert target.read_bytes() == b"old"


def test_a_full_disk_is_a_file_error(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    message = r"book.xlsx: cannot be written \(No space left"
    with pytest.raises(FileError, match=message), beside(target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == []


@pytest.mark.parametrize("lock", [".~lock.book.xlsx#", "~$book.xlsx"])
def test_a_book_open_in_another_program_is_refused(tmp_path: Path, lock: str) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    with beside(target) as temporary:
        temporary.write_bytes(b"new")
        (tmp_path / lock).touch()  # opened while the new book was being written
        with pytest.raises(FileError, match="open in another program"):
            place(temporary, target)
    with pytest.raises(FileError, match="open in another program"):
        require_writable(target)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == sorted([lock, "book.xlsx"])


def test_a_target_that_cannot_be_replaced_is_refused_and_not_kept_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise PermissionError(errno.EACCES, "held")

    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(FileError, match="open in another program"):
        put(target, b"new")
    assert names(tmp_path) == ["book.xlsx"]
    assert target.read_bytes() == b"old"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder .*absent does not exist"):
        require_writable(tmp_path / "absent" / "book.xlsx")
    (tmp_path / "plain").touch()
    with pytest.raises(FileError, match="folder .*plain is not a folder"):
        require_writable(tmp_path / "plain" / "book.xlsx")


def test_an_unwritable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", denied)  # an administrator may write anywhere
    with pytest.raises(FileError, match=r"folder .* cannot be written to \(Permission denied\)"):
        require_writable(tmp_path / "book.xlsx")


def test_a_write_protected_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "book.xlsx"
    target.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(FileError, match="write-protected"):
        require_writable(target)


def test_a_folder_or_a_device_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        require_writable(tmp_path)
    if Path(os.devnull).exists():
        with pytest.raises(FileError, match="is a device"):
            require_writable(Path(os.devnull))


def test_write_replaces_without_keeping(tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    write(target, b"first")
    write(target, b"second")
    assert target.read_bytes() == b"second"
    assert names(tmp_path) == ["grades.csv"]


@pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")
def test_permissions_and_links_survive(tmp_path: Path) -> None:
    real, link = tmp_path / "real.xlsx", tmp_path / "link.xlsx"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    placed = put(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert placed.kept == tmp_path / "real-1.xlsx"
    assert placed.kept.read_bytes() == b"old"
    assert not placed.kept.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    put(tmp_path / "book.xlsx", b"new")
    assert (tmp_path / "book.xlsx").stat().st_mode == usual.stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_that_leads_back_to_itself_is_named(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    first.symlink_to(second)
    second.symlink_to(first)
    for change in (require_writable, lambda path: write(path, b"new")):
        with pytest.raises(FileError, match="first.xlsx: is a symbolic link that leads back"):
            change(first)
    assert names(tmp_path) == ["first.xlsx", "second.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
@pytest.mark.parametrize("change", [write, put])
def test_a_file_of_several_names_changes_under_one_and_says_so(
    tmp_path: Path, change: Callable[[Path, bytes], object]
) -> None:
    target, other = tmp_path / "book.xlsx", tmp_path / "other.xlsx"
    target.write_bytes(b"old")
    os.link(target, other)
    with pytest.warns(Notice, match=r"book.xlsx: is one file under 2 names \(hard links\)"):
        change(target, b"new")
    assert (target.read_bytes(), other.read_bytes()) == (b"new", b"old")


@pytest.mark.filterwarnings("error")
@pytest.mark.skipif(not hasattr(os, "listxattr"), reason="extended attributes of Linux")
def test_owner_and_extended_attributes_stay(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    if os.getuid() == 0:
        os.chown(target, 1234, 5678)
    try:
        os.setxattr(target, "user.origin", b"from a friend")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    target.chmod(0o640)
    before = target.stat()
    write(target, b"new")
    after = target.stat()
    assert os.getxattr(target, "user.origin") == b"from a friend"
    assert (after.st_uid, after.st_gid, after.st_mode) == (
        before.st_uid,
        before.st_gid,
        before.st_mode,
    )


@pytest.mark.skipif(not hasattr(os, "listxattr"), reason="extended attributes of Linux")
def test_owner_and_extended_attributes_that_are_lost_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    attributes = {str(target): {"user.origin": b"from a friend"}}
    owner = os.stat_result([*target.stat()[:4], 1234, 5678, *target.stat()[6:]])
    own_stat = Path.stat

    def denied(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not permitted")

    monkeypatch.setattr(os, "chown", denied)
    monkeypatch.setattr(os, "setxattr", denied)
    monkeypatch.setattr(os, "listxattr", lambda path: list(attributes.get(str(path), ())))
    monkeypatch.setattr(os, "getxattr", lambda path, name: attributes[str(path)][name])
    monkeypatch.setattr(
        Path, "stat", lambda path, **_: owner if path == target else own_stat(path, **_)
    )
    with pytest.warns(Notice) as said:
        write(target, b"new")
    assert [str(notice.message) for notice in said] == [
        f"{target}: belonged to another user or group, and now belongs to you",
        f"{target}: loses its extended attributes user.origin",
    ]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_nobody_reads_the_new_content_who_may_not_read_the_old(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    target.touch(mode=0o600)
    with beside(target) as temporary:
        assert temporary.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", [write, put])
def test_the_content_is_on_the_disk_before_it_replaces_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path, bytes], object]
) -> None:
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    done: list[object] = []
    flush, replace = os.fsync, Path.replace

    def flushed(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        flush(descriptor)

    def replaced(temporary: Path, target: Path) -> Path:
        done.append("replaced")
        return replace(temporary, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    change(target, b"new")
    assert done == ["content", "replaced"] + (["folder"] if os.name != "nt" else [])


def test_a_disk_that_fills_while_xlsxwriter_writes_is_a_file_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path / "book.xlsx"
    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    message = r"book.xlsx: cannot be written \(No space left"
    with pytest.raises(FileError, match=message) as caught, beside(target) as temporary:
        xlsxwriter.Workbook(temporary).close()
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == []


def test_another_programs_mistake_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), beside(tmp_path / "book.xlsx"):
        raise ZeroDivisionError
