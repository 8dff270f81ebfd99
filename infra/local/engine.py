"""The engine as the world sees it: one child process that stands in for AWS.

The listening socket belongs to the world and is lent to the child. So its port cannot be lost to
another program, and if the child dies, callers wait in the socket's queue while it starts again.
"""

import logging
import os
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
# The Makefile makes this environment; another one may be named.
PYTHON = Path(os.environ.get("WALLET_ENGINE_PYTHON", ROOT / ".venv-engine" / "bin" / "python"))
BACKLOG = 512
STOP_SECONDS = 10.0
RESTARTS_MAX = 5  # within RESTARTS_SECONDS; more is a fault that starting again does not mend
RESTARTS_SECONDS = 60.0
# Nothing of the user's AWS settings may reach the engine; ministack reads dozens of variables.
INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


class EngineError(Exception):
    """The engine cannot be started. The text is one line for the user."""


class Engine:
    """DynamoDB, streams, SQS, S3 and Secrets Manager on a free port of this machine.

    What it acknowledged is kept in the directory and is there again at the next start, whether it
    was stopped or killed. It ends with the process that started it.
    """

    def __init__(self, directory: Path, python: Path = PYTHON) -> None:
        self._directory, self._python = directory, python
        self._socket: socket.socket | None = None
        self._stopping = threading.Event()
        self._launching = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        """The address for AWS_ENDPOINT_URL, once it is started."""
        if self._socket is None:
            raise EngineError("the engine is not started")
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def pid(self) -> int | None:
        """The process id of the engine that runs now."""
        return self._process.pid if self._process else None

    def start(self, on_failure: Callable[[], object] = lambda: None) -> None:
        """Start, wait until it answers, and start it again whenever it dies.

        Raises EngineError if it does not start. If later it dies again and again, on_failure is
        called once.
        """
        with ExitStack() as undo:
            self._socket = undo.enter_context(
                socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
            )
            self._process = self._launch(self._socket.fileno())
            undo.pop_all()
        self._watcher = threading.Thread(
            target=self._watch, args=(on_failure,), name="engine", daemon=True
        )
        self._watcher.start()

    def stop(self) -> None:
        """Stop; all that was acknowledged is kept. Does nothing if it does not run."""
        self._stopping.set()
        with self._launching:
            if self._process:
                _end(self._process)
        if self._watcher:
            self._watcher.join()
        if self._socket:
            self._socket.close()

    def _launch(self, descriptor: int) -> subprocess.Popen[bytes]:
        if not self._python.exists():
            raise EngineError(f"the engine is not installed ({self._python} is missing): make run")
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        module = [str(self._python), "-m", "infra.local.engine_main"]
        with self._log.open("wb") as errors:
            process = subprocess.Popen(
                [*module, str(self._directory.absolute()), str(descriptor)],
                cwd=ROOT,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                pass_fds=[descriptor],
            )
        self._await_ready(process)
        return process

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        with process.stdout or nullcontext() as said:
            if said and said.readline() == b"ready\n":
                return
        _end(process)
        raise EngineError(f"the engine did not start: {self._last_words()} (see {self._log})")

    @property
    def _log(self) -> Path:
        return self._directory / "engine.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _watch(self, on_failure: Callable[[], object]) -> None:
        deaths: deque[float] = deque(maxlen=RESTARTS_MAX)
        while self._process:
            code = self._process.wait()
            if self._stopping.is_set():
                return
            _end(self._process)
            log.warning("the engine ended by itself (%s: %s)", code, self._last_words())
            deaths.append(time.monotonic())
            if len(deaths) == RESTARTS_MAX and deaths[-1] - deaths[0] < RESTARTS_SECONDS:
                break
            self._relaunch()
        if not self._stopping.is_set():
            on_failure()

    def _relaunch(self) -> None:
        with self._launching:
            self._process = None
            if self._socket is None or self._stopping.is_set():
                return
            try:
                self._process = self._launch(self._socket.fileno())
            except EngineError as error:
                log.error("%s", error)  # noqa: TRY400 - its text is for the user, its place is not


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the engine's input, upon which it ends; kill it if it does not."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
