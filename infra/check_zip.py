"""Whether a deployment zip is whole and will run in Lambda.

`chalice package` answers 0 when a requirement was not found, when it compiled one for the machine
at hand, and when it took an older zip of ours from its cache. Each of these is looked for here, in
the zip itself:

    python -m infra.check_zip build/arm64/deployment.zip --architecture arm64 --python 3.13
"""

import argparse
import importlib.util
import os
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name

from infra import archive, elf

Files = Mapping[str, bytes]

MEGABYTES_MAX = 20  # our own bar; Lambda's limits are 50 packed and 250 unpacked
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's word: the word in a wheel's tag
# glibc of Amazon Linux 2 and, from Python 3.12 on, Amazon Linux 2023.
GLIBC = {"3.10": (2, 26), "3.11": (2, 26)}
GLIBC_SINCE_312 = (2, 34)
GLIBC_LIBRARIES = frozenset(
    {
        "ld-linux-aarch64.so.1",
        "ld-linux-x86-64.so.2",
        "libc.so.6",
        "libdl.so.2",
        "libm.so.6",
        "libpthread.so.0",
        "libresolv.so.2",
        "librt.so.1",
        "libutil.so.1",
    }
)
# No wheel brings these two: manylinux counts them as part of the system (PEP 600). Wheels of
# cryptography and Pillow have needed them in Lambda for years. What else manylinux allows, such as
# libstdc++, nothing of ours needs, so it stays out.
SYSTEM_LIBRARIES = GLIBC_LIBRARIES | {"libgcc_s.so.1", "libz.so.1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a zip is to run: a folder's project, Lambda's architecture, Python as "3.13"."""

    project: Path
    architecture: str
    python: str

    @property
    def glibc(self) -> tuple[int, int]:
        """The glibc that Lambda has under this Python."""
        return GLIBC.get(self.python, GLIBC_SINCE_312)


def problems(files: Files, target: Target) -> list[str]:
    """All that is wrong with an unpacked zip, a line each; empty when it will do."""
    return [
        *missing_requirements(files, target),
        *wheels_built_here(files, target),
        *libraries_that_do_not_load(files, target),
        *stale_code(files, target),
    ]


def our_files(project: Path) -> dict[str, bytes]:
    """What the zip has to hold besides the requirements, byte for byte, by name in the zip.

    These are app.py, whatever lies in vendor/, and the two files of Chalice that run in Lambda.
    """
    vendor = project / "vendor"
    paths = {"app.py": project / "app.py"}
    for folder, _, names in os.walk(vendor, followlinks=True):
        for name in names:
            path = Path(folder, name)
            if "__pycache__" not in path.parts:
                paths[path.relative_to(vendor).as_posix()] = path
    spec = importlib.util.find_spec("chalice")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("chalice", name="chalice")
    for name in ("__init__.py", "app.py"):
        paths[f"chalice/{name}"] = Path(spec.origin).with_name(name)
    return {name: path.read_bytes() for name, path in paths.items()}


def missing_requirements(files: Files, target: Target) -> Iterator[str]:
    """Pinned requirements, and what packages in the zip require, that the zip lacks."""
    dists = {name: _headers(data) for name, data in _dist_info(files, "METADATA")}
    versions = {canonicalize_name(d["Name"]): d["Version"] for d in dists.values()}
    wanted = [(line, "requirements.txt") for line in _pins(target.project / "requirements.txt")]
    for name, dist in dists.items():
        wanted += [(line, name) for line in dist.get_all("Requires-Dist", [])]
    for line, source in wanted:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate(_environment(target)):
            continue
        found = versions.get(canonicalize_name(requirement.name))
        if found is None:
            yield f"missing requirement: {requirement.name}, which {source} asks for"
        elif not requirement.specifier.contains(found, prereleases=True):
            yield f"missing requirement: {source} asks for {requirement}, the zip has {found}"


def wheels_built_here(files: Files, target: Target) -> Iterator[str]:
    """Packages whose wheel was not made for every Linux, or not for this architecture."""
    for name, data in _dist_info(files, "WHEEL"):
        tags = [tag for line in _headers(data).get_all("Tag", []) for tag in parse_tag(line)]
        platforms = {tag.platform for tag in tags}
        if any(platform.startswith("linux_") for platform in platforms):
            yield f"built on this machine, not a manylinux wheel: {name} ({_listed(platforms)})"
        elif not any(_runs_on(platform, target) for platform in platforms):
            yield f"wrong architecture: {name} is for {_listed(platforms)}"


def libraries_that_do_not_load(files: Files, target: Target) -> Iterator[str]:
    """Shared libraries for another machine or Python, or in need of what Lambda does not have."""
    for name, data in sorted(files.items()):
        if elf.is_elf(data):
            for fault in _library_faults(name, data, files, target):
                yield f"{fault}: {name}"


def stale_code(files: Files, target: Target) -> Iterator[str]:
    """Files of ours that the zip lacks, has otherwise, or still has.

    Bytecode is made of these very files, after this check.
    """
    ours = our_files(target.project)
    for name, data in ours.items():
        if name not in files:
            yield f"stale code: {name} is not in the zip"
        elif files[name] != data:
            yield f"stale code: {name} differs from the work tree"
    tops = {name.partition("/")[0] for name in ours}
    for name in files:
        if name.partition("/")[0] in tops and name not in ours and not name.endswith(".pyc"):
            yield f"stale code: {name} is in the zip and not in the work tree"


def too_large(path: Path) -> Iterator[str]:
    """Whether the zip is above our bar."""
    megabytes = path.stat().st_size / 1_000_000
    if megabytes > MEGABYTES_MAX:
        yield f"too large: {megabytes:.1f} MB, at most {MEGABYTES_MAX}"


def _library_faults(name: str, data: bytes, files: Files, target: Target) -> Iterator[str]:
    try:
        library = elf.read(data)
    except elf.NotALibraryError as error:
        yield f"broken library ({error})"
        return
    if library.architecture != target.architecture:
        yield f"wrong architecture ({library.architecture}, not {target.architecture})"
    if library.glibc > target.glibc:
        yield f"needs glibc {_dotted(library.glibc)}, Lambda has {_dotted(target.glibc)}"
    if (made_for := re.search(r"\.cpython-3(\d+)", name)) and f"3.{made_for[1]}" != target.python:
        yield f"made for Python 3.{made_for[1]}, not {target.python}"
    for needed in library.needed:
        if needed not in SYSTEM_LIBRARIES and not _found(needed, name, library, files):
            yield f"needs {needed} from outside the zip"


def _found(needed: str, name: str, library: elf.Library, files: Files) -> bool:
    """Whether the loader finds a library in the zip.

    It looks where the library says, and takes one that is loaded already: auditwheel keeps those
    that belong together in one folder and lets the extension module name it.
    """
    own = posixpath.dirname(name)
    folders = [
        folder.replace("$ORIGIN", own).replace("${ORIGIN}", own) for folder in library.search
    ]
    if own.partition("/")[0].endswith(".libs"):
        folders.append(own)
    return any(posixpath.normpath(posixpath.join(folder, needed)) in files for folder in folders)


def _runs_on(platform: str, target: Target) -> bool:
    machine = MACHINES[target.architecture]
    return platform == "any" or (platform.startswith("manylinux") and platform.endswith(machine))


def _dist_info(files: Files, kind: str) -> Iterator[tuple[str, bytes]]:
    for name, data in sorted(files.items()):
        top, _, rest = name.partition("/")
        if top.endswith(".dist-info") and rest == kind:
            yield top.removesuffix(".dist-info"), data


def _headers(data: bytes) -> Message:
    return HeaderParser().parsestr(data.decode())


def _pins(path: Path) -> list[str]:
    """The requirements of a lock file, without their hashes."""
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    bare = (re.split(r"\s#|\s--hash|^#", line)[0].strip() for line in lines)
    return [line for line in bare if line and not line.startswith("-")]


def _environment(target: Target) -> dict[str, str]:
    return {
        "extra": "",
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": MACHINES[target.architecture],
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{target.python}.0",
        "python_version": target.python,
        "sys_platform": "linux",
    }


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "no platform"


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def main(arguments: list[str]) -> int:
    """Prints what is wrong with a zip; 1 if anything is."""
    parser = argparse.ArgumentParser(prog="python -m infra.check_zip")
    parser.add_argument("zip", type=Path)
    parser.add_argument("--architecture", choices=MACHINES, required=True)
    parser.add_argument("--python", required=True, metavar="3.13")
    parser.add_argument("--project", type=Path, default=Path())
    given = parser.parse_args(arguments)
    target = Target(project=given.project, architecture=given.architecture, python=given.python)
    faults = [*problems(archive.read(given.zip), target), *too_large(given.zip)]
    print("\n".join(faults) or "whole")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
