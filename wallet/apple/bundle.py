"""A `.pkpass`: the zip archive that holds a pass, its images, their hashes and the signature.

The images of a pass hardly ever change, its `pass.json` does with every stamp. So the images come
first in the archive, and everything about them is worked out once: their hashes in the manifest,
their members with headers and checksums, their lines of the directory, and the base64 of it all
that an answer of Lambda is made of. To seal a pass is then to hash and sign some 2 KB.

    images | pass.json, xx.lproj/pass.strings ... | manifest.json | signature | directory
    `--- constant, encoded once

The same input gives the same bytes: members are sorted and dated 1980. Nothing is compressed:
PNG does not shrink, and the rest is small (deflate would cost more than the RSA signature).
"""

import re
import zlib
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha1
from struct import Struct
from typing import Self

from wallet.apple.signing import Signer

ICONS = frozenset({"icon.png", "icon@2x.png", "icon@3x.png"})
"""Wallet refuses a pass without one of these."""

_RESERVED = frozenset({"manifest.json", "signature"})
# Relative, no segment that begins with a dot, and nothing that JSON or a zip has to escape.
_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9@._-]*/)*[A-Za-z0-9][A-Za-z0-9@._-]*", re.ASCII)
_NAME_MAX = 255

# APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. The local header and the directory have
# ten fields in common: version needed (1.0), flags (none), method (stored), time, date,
# CRC-32, compressed size, size, length of the name, length of the extra field (none).
_COMMON = Struct("<5H3L2H")
_ENTRY_REST = Struct("<3H2L")
_END = Struct("<4H2LH")
_DATE_1980_01_01 = 0x0021
_LOCAL_MARK = b"PK\x03\x04"
_ENTRY_MARK = b"PK\x01\x02\x14\x03"  # with the maker: version 2.0, Unix
_END_MARK = b"PK\x05\x06"
_FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, kw_only=True)  # without slots: cached_property has to keep its value
class Images:
    """The images of a pass, hashed and packed once; as many passes as wanted are sealed with them.

    Holds them once as bytes and, from the first `Sealed.as_base64` on, once more as text.
    """

    names: frozenset[str]
    members: bytes = field(repr=False)
    entries: bytes = field(repr=False)
    manifest: str = field(repr=False)

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Self:
        """Images by name, `icon@2x.png` or `pl.lproj/strip@2x.png`.

        ValueError for a name that has no place in a pass, and when there is no icon.
        """
        if ICONS.isdisjoint(files):
            raise ValueError("a pass needs icon.png, icon@2x.png or icon@3x.png")
        for name in files:
            _check_name(name)
        archive = _Archive()
        for name, content in sorted(files.items()):
            archive.add(name, content)
        return cls(
            names=frozenset(files),
            members=b"".join(archive.members),
            entries=b"".join(archive.entries),
            manifest=_manifest_lines(files),
        )

    # Base64 turns three bytes into four characters, so text that covers a multiple of three is
    # the same whatever follows.
    @cached_property
    def base64_head(self) -> str:
        """Base64 of the members, without the one or two bytes that three do not divide."""
        return _base64(memoryview(self.members)[: len(self.members) // 3 * 3])

    @cached_property
    def base64_rest(self) -> bytes:
        """What `base64_head` leaves out."""
        return self.members[len(self.members) // 3 * 3 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A signed pass. The two forms are put together when asked for: each is one copy."""

    images: Images = field(repr=False)
    tail: bytes = field(repr=False)

    def as_bytes(self) -> bytes:
        """The `.pkpass` itself."""
        return self.images.members + self.tail

    def as_base64(self) -> str:
        """The same in base64, as an answer of Lambda carries it (RFC 4648, section 4)."""
        return self.images.base64_head + _base64(self.images.base64_rest + self.tail)


def seal(images: Images, documents: Mapping[str, bytes], signer: Signer, at: datetime) -> Sealed:
    """The pass of these files, signed at `at`.

    `documents` are `pass.json` and what else is written for this pass, `pl.lproj/pass.strings`.
    ValueError without `pass.json`, for a name that has no place in a pass or is an image's.
    """
    if "pass.json" not in documents:
        raise ValueError("a pass needs pass.json")
    for name in documents:
        _check_name(name)
    if not images.names.isdisjoint(documents):
        raise ValueError(f"both image and document: {sorted(images.names & documents.keys())}")
    manifest = f"{{{images.manifest},{_manifest_lines(documents)}}}".encode("ascii")
    archive = _Archive(start=len(images.members))
    for name, content in sorted(documents.items()):
        archive.add(name, content)
    archive.add("manifest.json", manifest)
    archive.add("signature", signer.sign(manifest, at))
    count = len(images.names) + len(documents) + 2
    return Sealed(images=images, tail=archive.closed(images.entries, count))


class _Archive:
    """Members of a zip and their entries in its directory, one after the other."""

    def __init__(self, *, start: int = 0) -> None:
        self.members: list[bytes] = []
        self.entries: list[bytes] = []
        self._size = start

    def add(self, name: str, content: bytes) -> None:
        encoded = name.encode("ascii")
        size = len(content)
        crc = zlib.crc32(content)
        common = _COMMON.pack(10, 0, 0, 0, _DATE_1980_01_01, crc, size, size, len(encoded), 0)
        self.members += (_LOCAL_MARK, common, encoded, content)
        self.entries += (_ENTRY_MARK, common, _ENTRY_REST.pack(0, 0, 0, _FILE_MODE, self._size))
        self.entries.append(encoded)
        self._size += len(_LOCAL_MARK) + len(common) + len(encoded) + size

    def closed(self, earlier: bytes, count: int) -> bytes:
        """The members and the directory of all `count` members, `earlier` being its beginning."""
        directory = earlier + b"".join(self.entries)
        end = _END.pack(0, 0, count, count, len(directory), self._size, 0)
        return b"".join((*self.members, directory, _END_MARK, end))


def _manifest_lines(files: Mapping[str, bytes]) -> str:
    # SHA-1 because the format says so. What protects the pass is the SHA-256 of the signature.
    return ",".join(
        f'"{name}":"{sha1(content, usedforsecurity=False).hexdigest()}"'
        for name, content in sorted(files.items())
    )


def _check_name(name: str) -> None:
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name):
        raise ValueError(f"not a name for a file of a pass: {name!r}")
    if name in _RESERVED:
        raise ValueError(f"{name} is made when the pass is sealed")


def _base64(data: bytes | memoryview) -> str:
    return b2a_base64(data, newline=False).decode("ascii")
