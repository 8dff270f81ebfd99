"""Deployment zips: read whole, written so that the same files make the same bytes."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
READABLE_BY_ALL = 0o100644 << 16  # Lambda runs as a user that did not unpack the files


def read(path: Path) -> dict[str, bytes]:
    """All files of a zip by their name in it."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def write(files: Mapping[str, bytes], path: Path) -> None:
    """Writes a zip: names sorted, no clock, no owner. An existing file is replaced."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = READABLE_BY_ALL
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
