"""One TLS connection to APNs and the HTTP/2 streams on it; apns_http decides when to open another.

A link opens as many streams as the server's SETTINGS allow, takes answers as they come and opens
the next. All waiting is done in `_turn`, each time until a given moment of time.monotonic(). What
ends a link early leaves the unanswered pushes in `flights`, to be sent again or given up.

HTTP/2: https://www.rfc-editor.org/rfc/rfc9113
"""

import contextlib
import re
import selectors
import ssl
import time
from dataclasses import dataclass, field
from typing import Final

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import StreamClosedError
from hpack import NeverIndexedHeaderTuple

from wallet.apple.apns import PushRequest, Rejected, Retry, classify, classify_farewell
from wallet.clients.apns_batch import Batch
from wallet.clients.http2 import Http2Client

_BODY_BYTES_MAX: Final = 4096  # an answer of APNs has about 60
_BURST_STREAMS: Final = 32  # opened between two looks at the socket, so that both ends are busy
_CHUNK_BYTES: Final = 65_536
_CHUNKS_MAX: Final = 64  # taken in between two looks at the clock

_STATUS: Final = re.compile(rb"[0-9]{3}")

# Values that change with each push would only drive the lasting ones out of the compression table.
_CHANGING: Final = frozenset({"apns-id", "apns-expiration"})


@dataclass(slots=True)
class Flight:
    """A push on its way: what of it is not sent yet, and what has come of its answer."""

    number: int
    unsent: bytes
    status: int = 0
    retry_after: str = ""
    body: bytearray = field(default_factory=bytearray)


class Link:
    """A connection to APNs, from the end of the TLS handshake on. Not for several threads at once.

    Each method that talks may raise OSError (TimeoutError if the moment passed) or H2Error. Then
    the link is of no more use; `flights` holds the pushes that it leaves unanswered.
    """

    def __init__(self, sock: ssl.SSLSocket, authority: str) -> None:
        self.flights: dict[int, Flight] = {}
        self.farewell: Retry | Rejected | None = None
        self._sock = sock
        self._sock.settimeout(0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)
        self._authority = authority
        self._http = Http2Client(opened=lambda: len(self.flights))
        self._outgoing = bytearray()
        self._stalled: set[int] = set()
        self._batch = Batch(())
        self._greeted = False
        self._pongs = 0
        self._answered_at = 0.0

    def greet(self, until: float) -> None:
        """Waits for the server's SETTINGS: only they say how many streams may be open.

        Under TLS 1.3 it is here that a server refuses our certificate; nothing is sent by then.
        """
        self._http.initiate_connection()
        while not self._greeted:
            self._turn(until)

    def listen(self) -> None:
        """Takes in what has come while nobody looked: a GOAWAY, or the end."""
        self._receive()

    def ping(self, until: float) -> None:
        """Returns when the server has answered a PING."""
        due = self._pongs + 1
        self._http.ping(b"stempel?")
        while self._pongs < due:
            self._turn(until)

    def run(self, batch: Batch, *, silence_seconds: float, until: float) -> None:
        """Sends what waits until all of it has ended, or the server has said farewell.

        After a farewell it still waits for the answers that the server owes. Raises TimeoutError
        when no push has ended for so long: bytes that trickle in do not count.
        """
        self._batch = batch
        self._answered_at = time.monotonic()
        while self.flights or (batch and self.farewell is None):
            self._open_streams()
            wait = not self._may_open()
            self._turn(min(self._answered_at + silence_seconds, until), wait=wait)
        self._send()  # what the server is owed for its last words: the answers to its PINGs

    def close(self) -> None:
        """Ends the connection. Never raises."""
        self._selector.close()
        self._sock.close()

    # Sending

    def _may_open(self) -> bool:
        limit = self._http.remote_settings.max_concurrent_streams
        return bool(self._batch) and self.farewell is None and len(self.flights) < limit

    def _open_streams(self) -> None:
        for _ in range(_BURST_STREAMS):
            if not self._may_open():
                return
            number, push = self._batch.take()
            stream = self._http.get_next_available_stream_id()
            self._http.send_headers(stream, self._headers(push))
            self.flights[stream] = Flight(number, push.body)
            self._send_body(stream)

    def _headers(self, push: PushRequest) -> list[tuple[str | bytes, str | bytes]]:
        return [
            (":method", "POST"),
            (":scheme", "https"),
            (":authority", self._authority),
            NeverIndexedHeaderTuple(":path", push.path),
            *(
                NeverIndexedHeaderTuple(name, value) if name in _CHANGING else (name, value)
                for name, value in push.headers
            ),
        ]

    def _send_body(self, stream: int) -> None:
        """Sends as much of a body as the server's windows let through."""
        flight = self.flights[stream]
        room = max(self._http.local_flow_control_window(stream), 0)
        part, flight.unsent = flight.unsent[:room], flight.unsent[room:]
        if part:
            self._http.send_data(stream, part, end_stream=not flight.unsent)
        if flight.unsent:
            self._stalled.add(stream)
        else:
            self._stalled.discard(stream)

    def _send(self) -> None:
        for stream in list(self._stalled):
            self._send_body(stream)
        self._outgoing += self._http.data_to_send()
        while self._outgoing:
            try:
                sent = self._sock.send(self._outgoing)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self._outgoing[:sent]

    # Receiving

    def _turn(self, until: float, *, wait: bool = True) -> None:
        """Sends and receives what is possible now; else waits until something is."""
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            self._send()
        except OSError:
            self._receive()  # the server may have said why, or have answered before it went
            raise
        if not self._receive() and wait:
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        self._selector.modify(self._sock, wanted)
        if not self._selector.select(seconds):
            raise TimeoutError

    def _receive(self) -> bool:
        """Takes in what has arrived; whether that was anything."""
        for chunks in range(_CHUNKS_MAX):
            try:
                chunk = self._sock.recv(_CHUNK_BYTES)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return chunks > 0
            if not chunk:
                raise ConnectionResetError
            for event in self._http.receive_data(chunk):
                self._react(event)
        return True

    def _react(self, event: Event) -> None:
        match event:
            case ResponseReceived():
                self._on_response(event)
            case DataReceived():
                self._on_data(event)
            case StreamEnded():
                self._on_end(event.stream_id)
            case StreamReset():
                self._on_reset(event)
            case ConnectionTerminated():
                self._on_farewell(event)
            case RemoteSettingsChanged():
                self._greeted = True
            case PingAckReceived():
                self._pongs += 1

    def _on_response(self, event: ResponseReceived) -> None:
        if flight := self.flights.get(event.stream_id):
            headers = dict(event.headers)
            status = headers.get(b":status", b"")
            flight.status = int(status) if _STATUS.fullmatch(status) else 0
            flight.retry_after = headers.get(b"retry-after", b"").decode("latin-1")

    def _on_data(self, event: DataReceived) -> None:
        stream = event.stream_id
        self._http.acknowledge_received_data(event.flow_controlled_length, stream)
        if flight := self.flights.get(stream):
            flight.body += event.data
            if len(flight.body) > _BODY_BYTES_MAX:
                self._cancel(stream)
                self._on_end(stream)

    def _on_end(self, stream: int) -> None:
        flight = self.flights.pop(stream, None)
        if flight is None:
            return
        if stream in self._stalled:  # answered before it was sent: the rest is of no use
            self._cancel(stream)
        outcome = classify(flight.status, bytes(flight.body), flight.retry_after)
        self._batch.end(flight.number, outcome)
        self._answered_at = time.monotonic()

    def _cancel(self, stream: int) -> None:
        self._stalled.discard(stream)
        with contextlib.suppress(StreamClosedError):  # the server was quicker
            self._http.reset_stream(stream, ErrorCodes.CANCEL)

    def _on_reset(self, event: StreamReset) -> None:
        flight = self.flights.pop(event.stream_id, None)
        self._stalled.discard(event.stream_id)
        if flight is None:
            return
        why = Retry(None, f"reset {int(event.error_code)}")
        if event.error_code == ErrorCodes.REFUSED_STREAM:
            self._batch.again(flight.number, why)
        else:
            self._batch.end(flight.number, why)
        self._answered_at = time.monotonic()

    def _on_farewell(self, event: ConnectionTerminated) -> None:
        self.farewell = classify_farewell(event.additional_data or b"")
        last = event.last_stream_id or 0
        for stream in [stream for stream in self.flights if stream > last]:
            self._stalled.discard(stream)
            self._batch.again(self.flights.pop(stream).number, self.farewell)
