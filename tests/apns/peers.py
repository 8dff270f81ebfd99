"""Servers that misbehave below HTTP/2, where Node's http2 would not."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread


@contextlib.contextmanager
def peer(serve: Callable[[socket.socket], object]) -> Iterator[str]:
    """The https address of a server that hands each connection to `serve`, then ends it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):  # the listener was shut down: the test is over
            while True:
                Thread(target=_served, args=(serve, listener.accept()[0]), daemon=True).start()

    thread = Thread(target=accept)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def behind_tls(
    folder: Path,
    serve: Callable[[ssl.SSLSocket], object],
    *,
    alpn: str = "h2",
    clients: Path | None = None,
) -> Callable[[socket.socket], None]:
    """For `peer`: first the TLS handshake, with the certificate of the fake APNs in `folder`.

    With `clients`, the root of theirs, a client without a certificate under it gets a TLS alert.
    (Node only hangs up on a chain that it does not know.)
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "apns.pem", folder / "apns.key")
    context.set_alpn_protocols([alpn])
    if clients:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED

    def handshake(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as tls:
            serve(tls)

    return handshake


class Wire:
    """For `peer`: passes bytes on to the server at `url`, until the wire is cut without a word.

    With `stall_seconds`, it first lets the client's bytes pile up after the TLS handshake.
    """

    def __init__(self, url: str, *, stall_seconds: float = 0) -> None:
        self._port = int(url.rpartition(":")[2])
        self._stall_seconds = stall_seconds
        self.is_dead = False
        self.connections = 0

    def __call__(self, near: socket.socket) -> None:
        self.connections += 1
        self.is_dead = False  # only the connections made so far are dead
        mine = self.connections
        with socket.create_connection(("127.0.0.1", self._port)) as far:
            back = Thread(target=self._pass_on, args=(far, near, mine), daemon=True)
            back.start()
            if self._stall_seconds:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
                self._let_through(near, far, 4096)
                time.sleep(self._stall_seconds)
            self._pass_on(near, far, mine)
            far.shutdown(socket.SHUT_RDWR)
            back.join()

    def _let_through(self, source: socket.socket, target: socket.socket, count: int) -> None:
        while count > 0 and (data := source.recv(count)):
            target.sendall(data)
            count -= len(data)

    def _pass_on(self, source: socket.socket, target: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if not self.is_dead and number == self.connections:
                    target.sendall(data)


def _served(serve: Callable[[socket.socket], object], sock: socket.socket) -> None:
    with contextlib.suppress(OSError), sock:
        serve(sock)
