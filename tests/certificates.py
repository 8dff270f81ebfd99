"""A chain of test certificates in a folder, and openssl's word on what was signed with it."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from infra.local.certificates import make_chain
from tests.needs import openssl
from wallet.apple.signing import Signer


@dataclass(frozen=True, slots=True)
class Chain:
    """The files of infra.local.certificates in `folder`; `now` is when they were made."""

    folder: Path
    now: datetime

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def pem(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def signer(self) -> Signer:
        return Signer.from_pem(
            key=self.pem("leaf.key"),
            leaf=self.pem("leaf.pem"),
            intermediate=self.pem("intermediate.pem"),
            now=self.now,
        )


def chain_in(folder: Path) -> Chain:
    """A chain made in `folder`: takes half a second, so a fixture wants session scope."""
    # The real time, for openssl goes by it.
    now = datetime.now(UTC).replace(microsecond=0)
    make_chain(folder, now=now)
    return Chain(folder, now)


def openssl_accepts(
    command: Literal["cms", "smime"], signature: bytes, content: bytes, root: Path
) -> bool:
    """Whether `openssl cms -verify` takes the detached signature by a leaf under `root`."""
    with TemporaryDirectory() as folder:
        Path(folder, "signature").write_bytes(signature)
        Path(folder, "content").write_bytes(content)
        # Any purpose: a pass certificate is not one for mail, which both commands expect.
        options = "-verify -binary -inform DER -purpose any -out /dev/null -in signature"
        line = [openssl(), command, *options.split(), "-content", "content", "-CAfile", str(root)]
        done = subprocess.run(line, cwd=folder, capture_output=True, check=False, timeout=30)
    return done.returncode == 0
