"""Small Chalice projects, the wheels that they ask for, and the zips that they ought to make."""

import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from infra import check_zip
from tests.packaging import elves

PYTHON = f"3.{sys.version_info.minor}"
CPYTHON = f"cp3{sys.version_info.minor}"
APP = """\
from chalice import Chalice
from shop import till

app = Chalice(app_name="shop")
app.route("/")(till.open)
"""
CONFIG = """\
{"version": "2.0", "app_name": "shop", "automatic_layer": false, "stages": {
    "x86_64": {"lambda_architecture": "x86_64"}, "arm64": {"lambda_architecture": "arm64"}}}
"""


def make(folder: Path, *requirements: str) -> Path:
    """A project with one package of its own, `shop`, which has a data file."""
    files = {
        "app.py": APP,
        ".chalice/config.json": CONFIG,
        "requirements.txt": "".join(f"{line}\n" for line in requirements),
        "shop/__init__.py": "",
        "shop/till.py": "def open():\n    return {}\n",
        "shop/tests/prices.txt": "1250\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "vendor").mkdir()
    (folder / "vendor" / "shop").symlink_to("../shop")
    return folder


def target(project: Path, architecture: str = "x86_64", python: str = "3.13") -> check_zip.Target:
    return check_zip.Target(project=project, architecture=architecture, python=python)


def whole(project: Path) -> dict[str, bytes]:
    """What the zip of a project would hold with one requirement, `coin`."""
    return check_zip.our_files(project) | dist("coin", "1.0", {"coin/__init__.py": b""})


def dist(
    name: str,
    version: str,
    files: Mapping[str, bytes],
    *,
    tags: Iterable[str] = ("py3-none-any",),
    requires: Iterable[str] = (),
) -> dict[str, bytes]:
    """The files of an installed package."""
    info = f"{name}-{version}.dist-info"
    asks = "".join(f"Requires-Dist: {line}\n" for line in requires)
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asks}"
    listed = "".join(f"Tag: {tag}\n" for tag in tags)
    made = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\n{listed}"
    return {**files, f"{info}/METADATA": about.encode(), f"{info}/WHEEL": made.encode()}


def wheel(folder: Path, name: str, files: Mapping[str, bytes], tag: str = "py3-none-any") -> None:
    """A wheel of version 1.0 that pip takes from a folder."""
    everything = dist(name, "1.0", files, tags=[tag])
    record = "".join(f"{path},,\n" for path in everything) + f"{name}-1.0.dist-info/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as archive:
        for path, data in everything.items():
            archive.writestr(path, data)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", record)


def native(architecture: str, *needed: str) -> bytes:
    return elves.library(architecture, needed=["libc.so.6", *needed])
