"""The engine of this folder's tests, and clients that speak to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.engine import Engine
from tests.infra.local.aws import Aws


@pytest.fixture(scope="session", autouse=True)
def _no_metadata_service() -> None:
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An engine that all tests share; they make tables and queues with names of their own."""
    engine = Engine(tmp_path_factory.mktemp("engine"))
    engine.start()
    yield Aws(engine.endpoint)
    engine.stop()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine of the test's own, which it may kill."""
    engine = Engine(tmp_path / "engine")
    engine.start()
    yield engine
    engine.stop()
