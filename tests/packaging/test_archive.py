"""The same files make the same zip, and any user may read what it unpacks to."""

import zipfile
from pathlib import Path

from infra import archive

FILES = {"b.txt": b"two", "a/c.txt": b"one" * 1000, "a/b.txt": b""}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    archive.write(FILES, tmp_path / "x.zip")

    assert archive.read(tmp_path / "x.zip") == FILES
    assert (tmp_path / "x.zip").stat().st_size < 1000


def test_neither_order_nor_clock_nor_owner_changes_a_byte(tmp_path: Path) -> None:
    archive.write(FILES, tmp_path / "x.zip")
    archive.write(dict(reversed(FILES.items())), tmp_path / "y.zip")

    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "y.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "x.zip") as written:
        assert written.namelist() == ["a/b.txt", "a/c.txt", "b.txt"]
        assert {entry.date_time for entry in written.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in written.infolist()} == {0o100644}


def test_folders_are_no_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("a/", b"")
        made.writestr("a/b", b"1")

    assert archive.read(tmp_path / "x.zip") == {"a/b": b"1"}
