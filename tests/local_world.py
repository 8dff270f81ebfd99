"""The one-machine world as its user meets it.

A process group of its own, started, stopped, killed.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
READY_SECONDS = 60.0
END_SECONDS = 20.0


class LocalWorld:
    """`make run` without make: `python -m infra.local` on a free port."""

    def __init__(self, home: Path, **environ: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.home = home
        self._stale = self._written()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env={**kept, "WALLET_HOME": str(home), "PORT": "0", **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def ready(self) -> Any:
        """What demo.json says, once this start has written it."""
        until = time.monotonic() + READY_SECONDS
        while self._written() in {0, self._stale}:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until
            time.sleep(0.01)
        return json.loads((self.home / "demo.json").read_text())

    def said(self) -> str:
        """All that it printed; waits for its end."""
        assert self.process.stdout
        return self.process.stdout.read()

    def signal(self, number: int) -> None:
        """To everything in the process group, as a terminal does it."""
        os.killpg(self.process.pid, number)

    def ended(self) -> int:
        """The exit code, once nothing of the process group is left."""
        code = self.process.wait(END_SECONDS)
        until = time.monotonic() + END_SECONDS
        while self._any_left():
            assert time.monotonic() < until
            time.sleep(0.01)
        return code

    def close(self) -> None:
        """Ends it, whatever state it is in."""
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _written(self) -> int:
        path = self.home / "demo.json"
        return path.stat().st_mtime_ns if path.exists() else 0

    def _any_left(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def running(home: Path, **environ: str) -> Iterator[Mapping[str, Any]]:
    """A world for the length of a block; gives what demo.json says."""
    world = LocalWorld(home, **environ)
    try:
        yield world.ready()
        world.signal(signal.SIGTERM)
        world.ended()
    finally:
        world.close()


def call(demo: Mapping[str, Any], method: str, path: str, body: object = None) -> Any:
    """The answer of the API, as the demo merchant asks it."""
    request = urllib.request.Request(
        demo["base_url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {demo['api_key']}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(16),
        },
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
