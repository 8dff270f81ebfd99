"""The fake APNs of `make run`, met by our own client."""

import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.apns import FakeApns, World
from infra.local.certificates import make_chain
from wallet.apple.apns import Delivered, Gone, Outcome, PushRequest, Rejected, Retry, build_push
from wallet.clients.apns_http import ApnsConnection
from wallet.domain.ids import PushToken

TOPIC = "pass.app.stempel.test"
NOW = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
SINCE = datetime(2026, 4, 1, 9, 30, 0, 123_000, tzinfo=UTC)


def token(number: int) -> str:
    return f"{number:064x}"


PHONE, LEFT = token(1), token(2)


def push(to: str = PHONE, topic: str = TOPIC) -> PushRequest:
    made = build_push(
        PushToken(to), topic, expires_at=NOW, push_id="00000000-0000-4000-8000-000000000000"
    )
    assert isinstance(made, PushRequest)
    return made


@dataclass
class Phones:
    """A world with one phone, and one that left."""

    taken: list[tuple[str, str, datetime]] = field(default_factory=list)

    def world(self) -> World:
        return World(
            known=lambda token: token == PHONE or token.startswith("aa"),
            unsubscribed={LEFT: SINCE}.get,
            on_push=lambda *push: self.taken.append(push),
            now=lambda: NOW,
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    make_chain(folder, pass_type=TOPIC, now=datetime.now(UTC))
    return folder


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def apns(folder: Path, phones: Phones) -> Iterator[FakeApns]:
    apns = FakeApns(folder, phones.world())
    apns.start()
    yield apns
    apns.stop()


@contextmanager
def connected(apns: FakeApns, folder: Path) -> Iterator[ApnsConnection]:
    connection = ApnsConnection(
        apns.url,
        leaf=(folder / "leaf.pem").read_bytes(),
        intermediate=(folder / "intermediate.pem").read_bytes(),
        key=(folder / "leaf.key").read_bytes(),
        ca_file=folder / "root.pem",
    )
    yield connection
    connection.close()


@pytest.fixture
def client(apns: FakeApns, folder: Path) -> Iterator[ApnsConnection]:
    with connected(apns, folder) as connection:
        yield connection


def test_a_push_reaches_the_phone(client: ApnsConnection, phones: Phones) -> None:
    assert client.push_all([push()]) == [Delivered()]
    assert phones.taken == [(PHONE, TOPIC, NOW)]


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (push(LEFT), Gone(SINCE)),
        (push(token(3)), Gone(None)),
        (push("ab" * 10), Gone(None)),  # not the length of a token of this world
        (push(topic="pass.app.another"), Rejected("TopicDisallowed")),
        (replace(push(), path="/3/devices/x"), Rejected("BadPath")),
        (replace(push(), headers=push().headers[1:]), Rejected("MissingTopic")),
        (replace(push(), headers=push().headers[:1]), Rejected("InvalidPushType")),
        (replace(push(), headers=push().headers[:2]), Rejected("BadPriority")),
        (replace(push(), headers=push().headers[:3]), Rejected("BadExpirationDate")),
        (replace(push(), headers=push().headers[:4]), Rejected("BadMessageId")),
        (replace(push(), body=b"x" * 5000), Rejected("PayloadTooLarge")),
        (replace(push(), body=b'{"aps":{}}'), Rejected("PayloadEmpty")),
    ],
)
def test_what_is_not_a_push_to_a_phone(
    client: ApnsConnection, phones: Phones, request_: PushRequest, outcome: Outcome
) -> None:
    assert client.push_all([request_]) == [outcome]
    assert phones.taken == []


def test_many_clients_at_once(apns: FakeApns, folder: Path, phones: Phones) -> None:
    def push_some(number: int) -> list[Outcome]:
        with connected(apns, folder) as connection:
            return connection.push_all([push(f"aa{number:02}{n:060x}") for n in range(150)])

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(push_some, range(6)))
    assert results == [[Delivered()] * 150] * 6
    assert len({token for token, _, _ in phones.taken}) == len(phones.taken) == 900


def test_who_shows_no_certificate_is_refused(apns: FakeApns, folder: Path) -> None:
    context = ssl.create_default_context(cafile=folder / "root.pem")
    raw = socket.create_connection(("127.0.0.1", int(apns.url.rpartition(":")[2])))
    with (
        context.wrap_socket(raw, server_hostname="127.0.0.1") as sock,
        pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
    ):
        sock.recv(1)


def test_a_certificate_of_another_world_is_refused(
    apns: FakeApns, folder: Path, tmp_path: Path, phones: Phones
) -> None:
    make_chain(tmp_path, pass_type=TOPIC, now=datetime.now(UTC))
    (tmp_path / "root.pem").write_bytes((folder / "root.pem").read_bytes())
    with connected(apns, tmp_path) as connection:
        (outcome,) = connection.push_all([push()])
    assert isinstance(outcome, Rejected)
    assert phones.taken == []


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 40])
def test_noise_disturbs_nobody(apns: FakeApns, client: ApnsConnection, noise: bytes) -> None:
    raw = socket.create_connection(("127.0.0.1", int(apns.url.rpartition(":")[2])))
    raw.sendall(noise)
    raw.close()
    assert client.push_all([push()]) == [Delivered()]


def test_noise_behind_the_handshake_disturbs_nobody(
    apns: FakeApns, folder: Path, client: ApnsConnection
) -> None:
    context = ssl.create_default_context(cafile=folder / "root.pem")
    chain = (folder / "leaf.pem").read_bytes() + (folder / "intermediate.pem").read_bytes()
    (folder / "chain.pem").write_bytes(chain)
    context.load_cert_chain(folder / "chain.pem", folder / "leaf.key")
    raw = socket.create_connection(("127.0.0.1", int(apns.url.rpartition(":")[2])))
    with context.wrap_socket(raw, server_hostname="127.0.0.1") as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while sock.recv(4096):  # its SETTINGS, then it hangs up
            pass
    assert client.push_all([push()]) == [Delivered()]


def test_stopped_and_started_again(apns: FakeApns, client: ApnsConnection) -> None:
    url = apns.url
    assert client.push_all([push()]) == [Delivered()]
    apns.stop()
    apns.stop()
    (outcome,) = client.push_all([push()])
    assert isinstance(outcome, Retry)
    apns.start()
    assert apns.url == url
    assert client.push_all([push()]) == [Delivered()]


def test_nothing_is_left_running(folder: Path, phones: Phones) -> None:
    before = set(threading.enumerate())
    apns = FakeApns(folder, phones.world())
    apns.start()
    with connected(apns, folder) as connection:
        connection.push_all([push()])
        assert set(threading.enumerate()) > before
        apns.stop()  # while a client is connected
    assert set(threading.enumerate()) == before


def test_a_port_that_is_taken(folder: Path, phones: Phones) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        apns = FakeApns(folder, phones.world(), port=other.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            apns.start()
    apns.stop()
