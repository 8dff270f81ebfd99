"""What a shared library asks of the machine that loads it: processor, other libraries, glibc.

The figures stand in the ELF file itself (https://refspecs.linuxfoundation.org/elf/elf.pdf and, for
the versions of symbols, the Linux Standard Base); pyelftools reads them.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

ARCHITECTURES = {"EM_X86_64": "x86_64", "EM_AARCH64": "arm64"}  # as Lambda calls them


class NotALibraryError(Exception):
    """The bytes begin like an ELF file and cannot be read as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A shared library's demands.

    `needed` are names of libraries, `search` the folders to look in first ("$ORIGIN" is the
    library's own), `glibc` the newest version of glibc that one of its symbols asks for.
    """

    architecture: str
    needed: tuple[str, ...]
    search: tuple[str, ...]
    glibc: tuple[int, int]


def is_elf(data: bytes) -> bool:
    """Whether the bytes begin as every ELF file does."""
    return data.startswith(b"\x7fELF")


def read(data: bytes) -> Library:
    """The demands of one library; NotALibraryError when it is broken."""
    try:
        elf = ELFFile(io.BytesIO(data))
        machine = str(elf.header["e_machine"])
        return Library(
            architecture=ARCHITECTURES.get(machine, machine),
            needed=tuple(_dynamic(elf, "DT_NEEDED", "needed")),
            search=tuple(_search(elf)),
            glibc=max(_glibc(elf), default=(0, 0)),
        )
    except (ELFError, KeyError, UnicodeDecodeError) as error:
        raise NotALibraryError(str(error)) from error


def _dynamic(elf: ELFFile, tag: str, attribute: str) -> Iterator[str]:
    section = elf.get_section_by_name(".dynamic")
    if isinstance(section, DynamicSection):
        for entry in section.iter_tags(tag):
            yield str(getattr(entry, attribute))


def _search(elf: ELFFile) -> Iterator[str]:
    for tag, attribute in (("DT_RPATH", "rpath"), ("DT_RUNPATH", "runpath")):
        for folders in _dynamic(elf, tag, attribute):
            yield from folders.split(":")


def _glibc(elf: ELFFile) -> Iterator[tuple[int, int]]:
    section = elf.get_section_by_name(".gnu.version_r")
    if isinstance(section, GNUVerNeedSection):
        for _, versions in section.iter_versions():
            for version in versions:
                if found := re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", version.name):
                    yield int(found[1]), int(found[2])
