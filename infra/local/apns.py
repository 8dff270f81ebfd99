"""The fake APNs of the one-machine world: what Apple's push service is to us, without Apple.

HTTP/2 over mutual TLS on the loopback address. A client must show a pass certificate under the
root of this world, and may push only for the pass type in it. A sound push to a phone of this
world is 200 and goes to `on_push`; a token that nobody has is 400 BadDeviceToken, one that has
been given up 410 Unregistered, and what Apple would not take is refused with Apple's reasons.
"""

import contextlib
import json
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

_STREAMS_MAX: Final = 1000  # what Apple allows a client with a certificate
_PAYLOAD_BYTES_MAX: Final = 4096
_CHUNK_BYTES: Final = 65_536
_HANDSHAKE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05  # how long a stop waits at most

_PATH: Final = re.compile(r"/3/device/([^/]+)")
_TOKEN: Final = re.compile(r"[0-9A-Fa-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What APNs says to a push: a status, and unless it is 200 why; of a dead token since when."""

    status: int
    reason: str = ""
    since: datetime | None = None

    def body(self) -> bytes:
        """The JSON that Apple sends, or nothing."""
        parts: dict[str, object] = {"reason": self.reason} if self.reason else {}
        if self.since:
            parts["timestamp"] = round(self.since.timestamp() * 1000)
        return json.dumps(parts).encode() if parts else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the fake asks of the world around it, and tells it; from a thread of each client."""

    known: Callable[[str], bool]
    """Whether a phone has this token."""

    on_push: Callable[[str, str, datetime], object]
    """A push was taken: token, topic, time."""

    now: Callable[[], datetime]

    unsubscribed: Callable[[str], datetime | None] = lambda _: None
    """Since when a token is given up; None if it is not."""

    def receive(self, headers: Headers, body: bytes, *, own_topic: str) -> Answer:
        """Take a push from a client whose certificate is for `own_topic`, or refuse it."""
        if refusal := _refusal(headers, body, own_topic):
            return refusal
        token = headers[":path"].rpartition("/")[2]
        if since := self.unsubscribed(token):
            return Answer(status=410, reason="Unregistered", since=since)
        if not self.known(token):
            return Answer(status=400, reason="BadDeviceToken")
        self.on_push(token, headers["apns-topic"], self.now())
        return Answer(status=200)


class FakeApns:
    """Apple's push service, in threads of its own.

    `folder` holds root.pem, apns.pem and apns.key of this world (make_chain). Port 0 takes a free
    one. It can be started again after it was stopped.
    """

    def __init__(self, folder: Path, world: World, *, port: int = 0) -> None:
        self._folder = folder
        self._world = world
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens, once started; the same after another start."""
        return f"https://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen, and return when pushes are taken. Raises OSError if the port is taken."""
        self._server = _Server(self._port, _tls_context(self._folder), self._world)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="fake-apns"
        )
        self._thread.start()

    def stop(self) -> None:
        """End all connections, and return when the threads have ended. Not running: nothing."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.hang_up()
            self._server.server_close()  # waits for the threads of the clients
            self._server = self._thread = None


class _Server(socketserver.ThreadingTCPServer):
    """A thread for each client: asyncio would refuse a certificate without the TLS alert."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, tls: ssl.SSLContext, world: World) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.tls = tls
        self.world = world
        self.clients: set[ssl.SSLSocket] = set()
        self.is_over = False

    def hang_up(self) -> None:
        """End the connections of all clients, so that their threads end."""
        self.is_over = True  # for a thread that has not entered its client yet
        for client in list(self.clients):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(client, socket.SHUT_RDWR)  # under the TLS, without waiting


class _Talk(socketserver.BaseRequestHandler):
    """What one client and the server say to each other."""

    server: _Server

    def handle(self) -> None:
        """Until either has enough; what a client does wrong ends its own connection only."""
        sock = self.server.tls.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        self.server.clients.add(sock)
        try:
            with contextlib.suppress(OSError, H2Error), sock:
                if not self.server.is_over:
                    self._talk(sock)
        finally:
            self.server.clients.discard(sock)

    def _talk(self, sock: ssl.SSLSocket) -> None:
        sock.settimeout(_HANDSHAKE_SECONDS)
        sock.do_handshake()
        sock.settimeout(None)
        line = _Line(self.server.world, own_topic=_subject(sock).get("userId", ""))
        sock.sendall(line.greeting())
        while data := sock.recv(_CHUNK_BYTES):
            sock.sendall(line.receive(data))


class _Line:
    """One client's connection: bytes in, bytes out."""

    def __init__(self, world: World, *, own_topic: str) -> None:
        self._world = world
        self._own_topic = own_topic
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding="latin-1"))
        self._http.local_settings = Settings(
            client=False, initial_values={SettingCodes.MAX_CONCURRENT_STREAMS: _STREAMS_MAX}
        )
        self._pushes: dict[int, _Push] = {}

    def greeting(self) -> bytes:
        """What the server says first."""
        self._http.initiate_connection()
        return self._http.data_to_send()

    def receive(self, data: bytes) -> bytes:
        """What the server says to this. Raises H2Error at what is not HTTP/2."""
        for event in self._http.receive_data(data):
            self._react(event)
        return self._http.data_to_send()

    def _react(self, event: Event) -> None:
        match event:
            case RequestReceived():
                headers = {str(name): str(value) for name, value in event.headers}
                self._pushes[event.stream_id] = _Push(headers)
            case DataReceived():
                self._on_data(event)
            case StreamEnded():
                self._answer(event.stream_id)
            case StreamReset():
                self._pushes.pop(event.stream_id, None)

    def _on_data(self, event: DataReceived) -> None:
        self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        body = self._pushes[event.stream_id].body
        if len(body) <= _PAYLOAD_BYTES_MAX:  # beyond that it is too large, whatever follows
            body += event.data

    def _answer(self, stream: int) -> None:
        push = self._pushes.pop(stream)
        answer = self._world.receive(push.headers, bytes(push.body), own_topic=self._own_topic)
        headers = [(":status", str(answer.status)), ("apns-id", push.headers.get("apns-id", ""))]
        body = answer.body()
        self._http.send_headers(stream, headers, end_stream=not body)
        if body:
            self._http.send_data(stream, body, end_stream=True)


@dataclass(slots=True)
class _Push:
    """A request, as far as it has come."""

    headers: Headers
    body: bytearray = field(default_factory=bytearray)


def _refusal(headers: Headers, body: bytes, own_topic: str) -> Answer | None:
    """Why Apple would not take this for the push of a pass; stricter than Apple where it can."""
    path = _PATH.fullmatch(headers.get(":path", ""))
    demands = (
        (headers.get(":method") == "POST", 405, "MethodNotAllowed"),
        (path is not None, 404, "BadPath"),
        (path is not None and _TOKEN.fullmatch(path[1]), 400, "BadDeviceToken"),
        ("apns-topic" in headers, 400, "MissingTopic"),
        (headers.get("apns-topic") == own_topic, 400, "TopicDisallowed"),
        (headers.get("apns-push-type") == "background", 400, "InvalidPushType"),
        (headers.get("apns-priority") == "5", 400, "BadPriority"),
        (headers.get("apns-expiration", "").isdecimal(), 400, "BadExpirationDate"),
        (_UUID.fullmatch(headers.get("apns-id", "")), 400, "BadMessageId"),
        (len(body) <= _PAYLOAD_BYTES_MAX, 413, "PayloadTooLarge"),
        (body == b"{}", 400, "PayloadEmpty"),
    )
    refusals = (Answer(status=status, reason=reason) for met, status, reason in demands if not met)
    return next(refusals, None)


def _subject(client: ssl.SSLSocket) -> dict[str, str]:
    """The parts of the subject of the client's certificate, under OpenSSL's names."""
    certificate: dict[str, Any] = client.getpeercert() or {}
    return {name: value for part in certificate["subject"] for name, value in part}


def _tls_context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "root.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "apns.pem", folder / "apns.key")
    context.set_alpn_protocols(["h2"])
    return context
