"""A scripted APNs for each module of tests, and connections to it that are closed afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.certificates import make_chain
from tests.apns.client import OK, Connect
from tests.apns.server import ScriptedApns
from tests.needs import node


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chain that the scripted APNs knows."""
    folder = tmp_path_factory.mktemp("chain")
    make_chain(folder, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[ScriptedApns]:
    with ScriptedApns(node(), folder) as server:
        yield server


@pytest.fixture
def apns(running: ScriptedApns) -> ScriptedApns:
    running.play(OK)
    return running


@pytest.fixture
def connect(folder: Path) -> Iterator[Connect]:
    connect = Connect(folder)
    yield connect
    connect.close()
