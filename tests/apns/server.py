"""Starts the scripted APNs (fake.mjs, on Node's own HTTP/2), and reads what it saw."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

_PROGRAM = Path(__file__).with_name("fake.mjs")


class ScriptedApns:
    """The APNs of the tests, on a port of its own; to be used in a `with` statement.

    `folder` holds apns.pem, apns.key (the server's) and root.pem (which must have issued the
    client's certificate, over an intermediate).
    """

    def __init__(self, node: str, folder: Path) -> None:
        files = (folder / "apns.key", folder / "apns.pem", folder / "root.pem")
        self._process = subprocess.Popen(
            [node, str(_PROGRAM), *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.url = f"https://127.0.0.1:{ports['apns']}"
        self._control = f"http://127.0.0.1:{ports['control']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its standard input, which ends it

    def play(
        self,
        answers: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        settings: Mapping[str, int] | None = None,
        record: bool = True,
    ) -> None:
        """From now on answer so (see fake.mjs). Ends all sessions, forgets all that was seen."""
        self._ask("/script", {"answers": answers, "settings": settings or {}, "record": record})

    def seen(self) -> dict[str, Any]:
        """What arrived since the last script."""
        return self._ask("/seen", {})

    def _ask(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        request = Request(self._control + path, data=json.dumps(question).encode())
        with urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found
