"""A Google that answers what a test tells it to, over a real socket, and remembers who asked."""

import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: a status, a body, headers. `act` is what happens to the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    act: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def said(status: int, reason: str = "", **headers: str) -> Said:
    fault = {"message": "prose", "domain": "walletobjects", "reason": reason}
    error = {"error": {"code": status, "message": "prose", "errors": [fault]}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, json.dumps(error).encode() if reason else b"", named)


def token(value: str = "ya29.first", expires_in: object = 3599) -> Said:
    document = {"access_token": value, "expires_in": expires_in, "token_type": "Bearer"}
    return Said(200, json.dumps(document).encode())


class ScriptedGoogle:
    """Answers each method and last-but-id path from its list; the last answer stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: dict[str, list[Said]] = defaultdict(lambda: [Said()])
        self.released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def play(self, **script: list[Said]) -> None:
        """`token`, `patch_class`, `insert_class`, `patch_object`, `insert_object`."""
        self.asked.clear()
        self.script.clear()
        self.script["token"] = [token()]
        self.script.update(script)

    def calls(self) -> list[str]:
        return [_key(each) for each in self.asked]

    def next_for(self, asked: Asked) -> Said:
        self.asked.append(asked)
        answers = self.script[_key(asked)]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _key(asked: Asked) -> str:
    if asked.path == "/token":
        return "token"
    verb = {"POST": "insert", "PATCH": "patch"}[asked.method]
    return f"{verb}_{'class' if '/loyaltyClass' in asked.path else 'object'}"


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, google: ScriptedGoogle) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.google = google


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 1.0  # how long a kept connection may rest
    disable_nagle_algorithm = True
    server: _Server

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        answer = self.server.google.next_for(asked)
        if answer.act:
            self.close_connection = True
            with suppress(OSError):
                self._misbehave(answer.act)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _misbehave(self, act: str) -> None:
        if act == "silence":
            self.server.google.released.wait(5)
        elif act == "garbage":
            self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
        elif act in _POURED:
            length, piece, times, pause_seconds = _POURED[act]
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
            for _ in range(times):
                self.wfile.write(piece)
                if self.server.google.released.wait(pause_seconds):
                    return

    do_POST = do_PATCH = _reply  # noqa: N815  the names of http.server

    def log_message(self, *_: object) -> None: ...


_POURED = {
    "half": (99, b"{", 1, 0.0),
    "endless": (5_000_000, b" " * 65_536, 64, 0.0),
    "drip": (99, b" ", 90, 0.02),
}
