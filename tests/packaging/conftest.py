"""The product, packaged once; later runs take the same zips until a file changes."""

import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra import package
from tests.packaging import world as worlds
from tests.packaging.world import World
from tests.packaging.zipped import Zipped, unpack

HERE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
OUT = package.ROOT / "build"


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter that the zips are for."""
    return package.environment(package.find_python(), OUT)


@pytest.fixture(scope="session")
def packages(python: Path) -> Mapping[str, package.Package]:
    """What `make package` makes, by architecture."""
    return {each.architecture: each for each in package.built(package.ROOT, OUT, python)}


@pytest.fixture(scope="session")
def template(packages: Mapping[str, package.Package]) -> dict[str, Any]:
    """The template as it would be deployed."""
    return packages["arm64"].read_template()


@pytest.fixture(scope="session")
def folder(
    packages: Mapping[str, package.Package], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The zip for this machine, unpacked."""
    return unpack(packages[HERE].zip, tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with worlds.running(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="session")
def zipped(folder: Path, python: Path, world: World) -> Zipped:
    """The functions of the zip, in the world."""
    return Zipped(folder=folder, python=python, environ=world.environ)
