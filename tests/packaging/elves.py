"""Makes the smallest ELF files that say what a library needs, for any architecture."""

import struct
from collections.abc import Sequence

MACHINES = {"x86_64": 62, "arm64": 183, "riscv": 243}
STRTAB, DYNAMIC, VERNEED = 3, 6, 0x6FFFFFFE
DT_NULL, DT_NEEDED, DT_RPATH, DT_RUNPATH = 0, 1, 15, 29
HEADER_BYTES = 64


def library(
    architecture: str = "x86_64",
    *,
    needed: Sequence[str] = ("libc.so.6",),
    runpath: str = "",
    rpath: str = "",
    glibc: Sequence[str] = ("2.17",),
) -> bytes:
    names = _Names()
    entries = [(DT_NEEDED, names.add(name)) for name in needed]
    entries += [(DT_RPATH, names.add(rpath))] if rpath else []
    entries += [(DT_RUNPATH, names.add(runpath))] if runpath else []
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in [*entries, (DT_NULL, 0)])
    versions = _versions(names, glibc)
    sections = [
        (names.add(".dynstr"), STRTAB, 0, 0),
        (names.add(".dynamic"), DYNAMIC, 1, 16),
        (names.add(".gnu.version_r"), VERNEED, 1, 0),
    ]
    return _file(MACHINES[architecture], sections, [names.text, dynamic, versions])


class _Names:
    def __init__(self) -> None:
        self.text = b"\0"

    def add(self, name: str) -> int:
        place = len(self.text)
        self.text += name.encode() + b"\0"
        return place


def _versions(names: _Names, glibc: Sequence[str]) -> bytes:
    """One file, libc.so.6, with its wanted versions."""
    asked = struct.pack("<HHIII", 1, len(glibc), names.add("libc.so.6"), 16, 0)
    for at, version in enumerate(glibc):
        following = 0 if at == len(glibc) - 1 else 16
        asked += struct.pack("<IHHII", 0, 0, 2, names.add(f"GLIBC_{version}"), following)
    return asked


def _file(machine: int, sections: list[tuple[int, int, int, int]], bodies: list[bytes]) -> bytes:
    offset, headers = HEADER_BYTES, [bytes(64)]
    for (name, kind, link, entry_bytes), body in zip(sections, bodies, strict=True):
        header = (name, kind, 0, 0, offset, len(body), link, 1, 1, entry_bytes)
        headers.append(struct.pack("<IIQQQQIIQQ", *header))
        offset += len(body)
    identity = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8)
    fields = (3, machine, 1, 0, 0, offset, 0, HEADER_BYTES, 56, 0, 64, len(headers), 1)
    return identity + struct.pack("<HHIQQQIHHHHHH", *fields) + b"".join(bodies + headers)
