"""What a library asks for, read from made files and from a real one."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from infra import elf
from tests.packaging import elves


def test_a_library_says_what_it_needs_and_where_to_look() -> None:
    data = elves.library(
        "arm64",
        needed=["libc.so.6", "libshop.so.3"],
        rpath="$ORIGIN/../shop.libs:/opt/lib",
        runpath="$ORIGIN",
        glibc=["2.17", "2.34", "2.4"],
    )

    assert elf.is_elf(data)
    assert elf.read(data) == elf.Library(
        architecture="arm64",
        needed=("libc.so.6", "libshop.so.3"),
        search=("$ORIGIN/../shop.libs", "/opt/lib", "$ORIGIN"),
        glibc=(2, 34),
    )


def test_versions_are_compared_as_numbers_and_private_ones_are_left_out() -> None:
    assert elf.read(elves.library(glibc=["2.9", "2.10", "PRIVATE"])).glibc == (2, 10)
    assert elf.read(elves.library(glibc=["2.2.5"])).glibc == (2, 2)


def test_a_real_extension_module_is_read() -> None:
    spec = find_spec("msgspec._core")
    assert spec is not None
    assert spec.origin is not None

    library = elf.read(Path(spec.origin).read_bytes())

    assert library.architecture in {"x86_64", "arm64"}
    assert "libc.so.6" in library.needed
    assert (2, 2) <= library.glibc <= (2, 40)


def test_another_processor_keeps_its_name() -> None:
    assert elf.read(elves.library("riscv")).architecture == "EM_RISCV"


@pytest.mark.parametrize("data", [b"\x7fELF", b"\x7fELF" + bytes(80), elves.library()[:70]])
def test_a_broken_library_is_named_as_such(data: bytes) -> None:
    with pytest.raises(elf.NotALibraryError):
        elf.read(data)


def test_other_files_are_no_libraries() -> None:
    assert not elf.is_elf(b"PK\x03\x04")
