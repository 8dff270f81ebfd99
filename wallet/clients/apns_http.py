"""Pushes to APNs: many at once, over one HTTP/2 connection that is kept between invocations.

Whatever the network does, each push ends as a value of wallet.apple.apns:

    an answer                                      what classify makes of it
    refused stream, stream behind a GOAWAY,
    connection lost                                sent once more, then Retry
    another reset, no answer in time               Retry
    no connection                                  Retry
    a certificate refused, ours or theirs          Rejected: another try cannot mend it

Plain blocking code on purpose: Lambda freezes the process between two invocations, and an event
loop that wakes up with the timers of an hour ago is what makes other clients hang there.
"""

import contextlib
import socket
import ssl
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from h2.exceptions import H2Error

from wallet.apple.apns import Gone, Outcome, PushRequest, Rejected, Retry
from wallet.clients.apns_batch import Batch
from wallet.clients.apns_link import Link
from wallet.domain.errors import WalletError

_CONNECTIONS_PER_BATCH: Final = 3  # Apple takes many connections in a short time for an attack
_HTTPS_PORT: Final = 443

# What OpenSSL calls the faults that lie in a certificate or in the set-up, on either side.
_LASTING_TLS_FAULTS: Final = (
    "ACCESS_DENIED",
    "CERTIFICATE",
    "HANDSHAKE_FAILURE",
    "INSUFFICIENT_SECURITY",
    "NO_APPLICATION_PROTOCOL",
    "PROTOCOL_VERSION",
    "UNKNOWN_CA",
)


class ApnsSetupError(WalletError):
    """The address, certificate, key or authority given for APNs cannot be used."""


class _NotHttp2Error(ConnectionError):
    """Somebody else answers at this address: APNs speaks HTTP/2 only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait, in seconds.

    connect: for TCP, TLS and the server's greeting together; silence: while no push of a batch
    ends; batch: for a whole batch; idle: how long a connection may have rested and be trusted;
    ping: for the sign of life that is asked of it after that.
    """

    connect_seconds: float = 5.0
    silence_seconds: float = 10.0
    batch_seconds: float = 60.0
    idle_seconds: float = 60.0
    ping_seconds: float = 1.0


class ApnsConnection:
    """Pushes to one APNs with one pass certificate. Threads may share it; they take turns.

    `url` is https, any port. The certificates and the key are PEM; an authority in `ca_file` is
    trusted instead of the system's. Raises ApnsSetupError if these do not fit together; connects
    only when there is something to push.
    """

    def __init__(
        self,
        url: str,
        *,
        leaf: bytes,
        intermediate: bytes,
        key: bytes,
        ca_file: Path | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._authority, self._host, self._port = _address(url)
        self._tls = _tls_context(leaf + b"\n" + intermediate, key, ca_file)
        self._timeouts = timeouts or Timeouts()
        self._lock = Lock()
        self._link: Link | None = None
        self._used_at = 0.0

    def push_all(self, pushes: Sequence[PushRequest | Gone]) -> list[Outcome]:
        """How each push ended, in the order given; what is Gone already is not sent.

        Never raises for what the network or the server does. Once it is this call's turn, it takes
        batch_seconds at most, and one connect_seconds more.
        """
        batch = Batch(pushes)
        why: Outcome = Retry(None, "not sent")
        with self._lock:
            until = time.monotonic() + self._timeouts.batch_seconds
            for _ in range(_CONNECTIONS_PER_BATCH):
                if batch:
                    why = self._attempt(batch, until)
        batch.give_up(why)
        return batch.outcomes()

    def close(self) -> None:
        """Ends the kept connection, if there is one. The next push opens another."""
        with self._lock:
            self._drop()

    def _attempt(self, batch: Batch, until: float) -> Outcome:
        """Sends what waits over one connection; returns why some may still wait."""
        try:
            link = self._kept() or self._connect()
        except (OSError, H2Error) as error:
            why = _fault(error)
            batch.give_up(why)
            return why
        try:
            link.run(batch, silence_seconds=self._timeouts.silence_seconds, until=until)
        except (OSError, H2Error) as error:
            return self._lost(link, batch, error)
        self._used_at = time.time()
        return self._ended(link, batch)

    def _ended(self, link: Link, batch: Batch) -> Outcome:
        """The link has done what it could; one that said farewell is not kept."""
        if link.farewell is None:
            return Retry(None, "not sent")
        self._drop()
        if isinstance(link.farewell, Rejected):
            batch.give_up(link.farewell)
        return link.farewell

    def _lost(self, link: Link, batch: Batch, error: OSError | H2Error) -> Outcome:
        """The link has broken down: what was on its way waits again where that is of any use."""
        why = link.farewell or _fault(error)
        self._drop()
        silent = isinstance(error, TimeoutError)
        for flight in link.flights.values():
            if silent:
                batch.end(flight.number, why)
            else:
                batch.again(flight.number, why)
        if silent or isinstance(why, Rejected):
            batch.give_up(why)
        return why

    def _kept(self) -> Link | None:
        """The kept connection, if it still lives.

        By the wall clock: the monotonic one may stand still while Lambda freezes the process.
        """
        link = self._link
        if link is None:
            return None
        rested = time.time() - self._used_at
        try:
            link.listen()
            if not 0 <= rested <= self._timeouts.idle_seconds:
                link.ping(time.monotonic() + self._timeouts.ping_seconds)
        except (OSError, H2Error):
            self._drop()
        return self._link

    def _connect(self) -> Link:
        until = time.monotonic() + self._timeouts.connect_seconds
        with contextlib.ExitStack() as undo:
            raw = undo.enter_context(_dialled(self._host, self._port, until))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.settimeout(_left(until))
            sock = undo.enter_context(self._tls.wrap_socket(raw, server_hostname=self._host))
            if sock.selected_alpn_protocol() != "h2":
                raise _NotHttp2Error
            link = Link(sock, self._authority)
            undo.callback(link.close)
            link.greet(until)
            undo.pop_all()
        self._link = link
        return link

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


def _dialled(host: str, port: int, until: float) -> socket.socket:
    """A connected socket. APNs has many addresses: all of them share the time."""
    fault: OSError = ConnectionRefusedError()
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(until))
            sock.connect(address)
        except OSError as error:
            sock.close()
            fault = error
        else:
            return sock
    raise fault


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _fault(error: OSError | H2Error) -> Retry | Rejected:
    """What a failure of the network means for pushes that it left unsent or unanswered."""
    if isinstance(error, _NotHttp2Error):
        return Rejected("no HTTP/2")
    if isinstance(error, ssl.SSLError) and error.reason:
        lasting = any(fault in error.reason for fault in _LASTING_TLS_FAULTS)
        return Rejected(f"TLS: {error.reason}") if lasting else Retry(None, f"TLS: {error.reason}")
    return Retry(None, type(error).__name__)


def _address(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
        (parts.hostname or "").encode("idna")  # as getaddrinfo will
    except ValueError as error:
        raise ApnsSetupError(f"not an address: {url!r}") from error
    if parts.scheme != "https" or not parts.hostname:
        raise ApnsSetupError(f"not an https address: {url!r}")
    return parts.netloc, parts.hostname, port


def _tls_context(certificates: bytes, key: bytes, ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2"])
        _load(context, certificates + b"\n" + key)
    except OSError as error:  # ssl.SSLError is one
        raise ApnsSetupError(str(error)) from error
    return context


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    """Python takes certificate and key from a file only: one for us alone, gone at once."""
    with tempfile.NamedTemporaryFile() as file:  # mode 0600
        file.write(pem)
        file.flush()
        # An empty password makes an encrypted key an error; without one, OpenSSL would ask.
        context.load_cert_chain(file.name, password="")
