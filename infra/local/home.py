"""The world's folder: everything that it keeps, for one world at a time."""

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.certificates import make_chain
from infra.local.google_account import make_account, public_key

MASTER_BYTES = 32


class WorldError(Exception):
    """The world cannot be started. The text is one line for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A folder that this process may write to and that no other world uses."""

    path: Path

    @property
    def keys(self) -> Path:
        """Certificates and keys."""
        return self.path / "keys"

    @property
    def engine(self) -> Path:
        """What the engine keeps."""
        return self.path / "engine"

    @property
    def streams(self) -> Path:
        """How far each function has come in its stream."""
        return self.path / "streams"

    @property
    def log(self) -> Path:
        """The product's own lines, as CloudWatch would collect them."""
        return self.path / "stempel.log"

    def make_keys(self, now: datetime) -> None:
        """See to it that the certificates and the master key are there."""
        make_chain(self.keys, now=now)
        master = self.keys / "master.key"
        if not master.exists():
            self.write(master, base64.b64encode(secrets.token_bytes(MASTER_BYTES)).decode())

        account = self.keys / "google.json"
        if not account.exists():
            self.write(account, make_account())

    def pass_certificate(self) -> str:
        """What the product reads under the name of its pass certificate."""
        parts = {"key": "leaf.key", "leaf": "leaf.pem", "intermediate": "intermediate.pem"}
        return json.dumps({part: (self.keys / name).read_text() for part, name in parts.items()})

    def master_key(self) -> str:
        """What the product reads under the name of its master secret."""
        return (self.keys / "master.key").read_text()

    def google_account(self) -> str:
        """What the product reads under the name of its service account at Google."""
        return (self.keys / "google.json").read_text()

    def google_public_key(self) -> str:
        """The key by which the fake Google Wallet knows that account."""
        return public_key(self.google_account())

    def write_demo(self, demo: Mapping[str, Any]) -> Path:
        """Write demo.json anew: all of it or nothing, and for the owner only."""
        path = self.path / "demo.json"
        self.write(path, json.dumps(demo, indent=2, ensure_ascii=False) + "\n")
        return path

    def forget_demo(self) -> None:
        """Take demo.json away: it tells that the world is ready."""
        (self.path / "demo.json").unlink(missing_ok=True)

    @staticmethod
    def write(path: Path, text: str) -> None:
        """Write a file that only its owner may read, whole or not at all."""
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(path)


@contextmanager
def held_home(path: Path) -> Iterator[Home]:
    """Hold the folder, made if missing, until the end. WorldError if that cannot be."""
    path = path.absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (path / "lock").open("a+")
    except OSError as fault:
        raise WorldError(f"cannot write to {path}: {fault.strerror} (WALLET_HOME)") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise WorldError(
                f"a world is running in {path} already (process {holder});"
                " stop it, or give this one a place of its own: WALLET_HOME=..."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield Home(path=path)
