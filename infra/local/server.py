"""The product's HTTP face on this machine: Chalice's own local server, made to behave as AWS does.

What API Gateway does and Chalice's server does not: refuse what is unknown, too large or chunked,
with problem documents, and answer HEAD without a body. And what a server must do so that a page
does not wait: no Nagle, and a queue for more than five callers.
"""

import base64
import functools
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalDevServer, ThreadedHTTPServer

from infra.local.gateway import Gateway, UnknownPathError
from infra.local.local_routes import LocalRequest, LocalRoutes, Reply, problem
from infra.local.template import gateway_reply

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 10 * 1024 * 1024  # API Gateway's payload limit
LENGTH_DIGITS_MAX = len(str(BODY_BYTES_MAX))  # Python reads no number of thousands of digits
LAMBDA_SECONDS = 29  # as long as API Gateway waits
IDLE_SECONDS = 75.0  # how long a kept connection may rest
DRAIN_SECONDS = 2.0  # how long a refused body is still read, so that its sender sees the answer
DRAIN_BYTES_MAX = 64 * 1024 * 1024
STOP_SECONDS = 5.0  # how long requests in hand may take at the end
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class _RefusedError(Exception):
    """A request that does not reach the product. Its connection is closed: the rest is unread."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class _Handler(ChaliceRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    wbufsize = -1  # headers and body leave together
    server_version, sys_version = "stempel", ""
    server: "_Server"

    def __init__(self, *connection: Any, world: "_World", **_: Any) -> None:
        self.local_gateway, self._world = world.gateway, world
        BaseHTTPRequestHandler.__init__(self, *connection)

    def _generic_handle(self) -> None:
        try:
            body, url = self._read_body(), self._read_url()
        except _RefusedError as refusal:
            self._refuse(refusal.reply)
            return
        if url.path.startswith("/local/"):
            self._send(*self._local(url.path, url.query, body))
        else:
            with self.server.at_work():
                self._send(*self._product(body))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _generic_handle  # noqa: N815  as below
    do_OPTIONS = _generic_handle  # noqa: N815 - the names that http.server looks for

    def _product(self, body: bytes) -> Reply:
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        try:
            answer = self.local_gateway.handle_request(self.command, self.path, headers, body)
        except UnknownPathError:
            return gateway_reply("MISSING_AUTHENTICATION_TOKEN")
        finally:
            if self.command not in SAFE:
                self._world.after_write()
        content = answer["body"] or ""
        if answer.get("isBase64Encoded"):
            raw = base64.b64decode(content)
        else:
            raw = content if isinstance(content, bytes) else content.encode()
        sent = {**answer["headers"], **answer["multiValueHeaders"]}
        if raw and not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = "application/json"
        return answer["statusCode"], sent, raw

    def _local(self, path: str, query: str, body: bytes) -> Reply:
        handler = self._world.routes.find(self.command, path)
        if handler is None:
            return gateway_reply("RESOURCE_NOT_FOUND")
        request = LocalRequest(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        try:
            return handler(request)
        except Exception:
            log.exception("%s %s", self.command, path)
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here")

    def _read_body(self) -> bytes:
        length = self._body_length()
        body: bytes = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionResetError("the caller went away in the middle of a body")
        return body

    def _read_url(self) -> SplitResult:
        try:
            return urlsplit(self.path)
        except ValueError:
            raise _RefusedError(problem(400, "Bad request", "the address is malformed")) from None

    def _body_length(self) -> int:
        if "transfer-encoding" in self.headers:
            raise _RefusedError(problem(411, "Length required", "no chunked bodies"))
        lengths = set(self.headers.get_all("content-length", ["0"]))
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()):
            raise _RefusedError(problem(400, "Bad request", "Content-Length is not a number"))
        if len(text.lstrip("0")) > LENGTH_DIGITS_MAX or int(text) > BODY_BYTES_MAX:
            raise _RefusedError(gateway_reply("REQUEST_TOO_LARGE"))
        return int(text)

    def handle_expect_100(self) -> bool:
        """Ask for the body only if it will be read."""
        try:
            self._body_length()
        except _RefusedError as refusal:
            self._refuse(refusal.reply)
            return False
        go_on: bool = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def _refuse(self, reply: Reply) -> None:
        self.close_connection = True
        self._send(*reply)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(DRAIN_SECONDS)
        left = DRAIN_BYTES_MAX
        while left > 0 and (piece := self.rfile.read1(65_536)):
            left -= len(piece)

    def send_error(
        self, code: int, message: str | None = None, _explain: str | None = None
    ) -> None:
        """Refuse what is no request that this server knows, as a problem document."""
        self.close_connection = True
        self._send(*problem(code, HTTPStatus(code).phrase, message or ""))

    def _send(
        self, status: int, headers: Mapping[str, str | list[str]], body: bytes | Iterator[bytes]
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            for each in value if isinstance(value, list) else [value]:
                self.send_header(name, each)
        if isinstance(body, bytes):
            # The app tells HEAD how long the body of GET would be.
            self._send_bytes(status, body, measured="content-length" in map(str.lower, headers))
        else:
            self._send_pieces(body)

    def _send_bytes(self, status: int, body: bytes, *, measured: bool) -> None:
        if status not in BODILESS and not measured:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status not in BODILESS:
            self.wfile.write(body)

    def _send_pieces(self, pieces: Iterator[bytes]) -> None:
        self.close_connection = True
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()
        try:
            for piece in pieces if self.command != "HEAD" else ():
                self.wfile.write(piece)
                self.wfile.flush()
        finally:
            getattr(pieces, "close", lambda: None)()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
        """Say nothing: the product writes its own line for each request."""


class _Server(ThreadedHTTPServer):
    """Accepts connections on a socket that is bound already."""

    request_queue_size = 256

    def __init__(self, _address: object, handler: Any, *, bound: socket.socket) -> None:
        host, port = bound.getsockname()
        HTTPServer.__init__(self, (host, port), handler, bind_and_activate=False)
        self.socket.close()
        self.socket: socket.socket = bound
        self.server_name, self.server_port = host, port
        self._busy, self._free = 0, threading.Condition()
        self.server_activate()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count a request as in hand while it lasts."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._free:
            self._busy += change
            self._free.notify_all()

    def rest(self) -> None:
        """Wait until nothing is in hand, for a while at most."""
        with self._free:
            self._free.wait_for(lambda: not self._busy, STOP_SECONDS)

    def handle_error(self, *_: object) -> None:
        """Callers may go away at any time; that is no error."""
        fault = sys.exception()
        if not isinstance(fault, OSError):
            log.error("a connection failed", exc_info=fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """What a connection needs to know of the world around it."""

    gateway: Gateway
    routes: LocalRoutes
    after_write: Callable[[], object]


class WorldServer(LocalDevServer):
    """The app on a bound socket, with local routes beside it.

    Each connection has a thread of its own; the app must keep their requests apart.
    `after_write` is called after each unsafe request to the product, before its answer leaves.
    Who calls before start waits for it.
    """

    def __init__(
        self,
        app: Chalice,
        bound: socket.socket,
        *,
        routes: LocalRoutes,
        after_write: Callable[[], object] = lambda: None,
    ) -> None:
        host, port = bound.getsockname()
        config = Config.create(project_dir=os.curdir, lambda_timeout=LAMBDA_SECONDS)
        gateway = Gateway(app, config)
        world = _World(gateway=gateway, routes=routes, after_write=after_write)
        super().__init__(
            app,
            config,
            host,
            port,
            handler_cls=functools.partial(_Handler, world=world),
            server_cls=functools.partial(_Server, bound=bound),
        )
        self._thread = threading.Thread(
            target=self.server.serve_forever, args=(0.05,), name="server", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, and let those in hand end."""
        if self._thread.is_alive():
            self.server.shutdown()
            self._thread.join()
        self.server.rest()
        self.server.server_close()
