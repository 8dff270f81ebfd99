"""The wire of the fake Google Wallet: requests in, its answers out."""

import json
from collections.abc import Callable, Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from infra.local.google_shelf import Answer

Answering = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""What answers a method on a target, with headers in lower case and a body."""

_BODY_BYTES_MAX: Final = 1_000_000
_JSON: Final = "application/json; charset=utf-8"


class GoogleServer(ThreadingHTTPServer):
    """Listens on the loopback address; port 0 takes a free one."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, port: int, answer: Answering) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer


class _Handler(BaseHTTPRequestHandler):
    """One request, one connection: nothing is left open at the end."""

    server: GoogleServer
    timeout = 10.0
    server_version, sys_version = "fake-google", ""

    def _reply(self) -> None:
        length = self.headers.get("content-length", "0")
        size = int(length) if length.isascii() and length.isdigit() else 0
        body = self.rfile.read(min(size, _BODY_BYTES_MAX))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer(self.command, self.path, headers, body)
        is_page = isinstance(answer.body, str)
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else _JSON)
        self.send_header("Content-Length", str(len(text.encode())))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PATCH = do_PUT = _reply  # noqa: N815 - the names of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for people."""


def small_page(text: str) -> str:
    """A page that says no more than this."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Google Wallet</title><p>{escape(text)}</p></html>"
    )
