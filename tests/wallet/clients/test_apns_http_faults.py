"""What the network, certificates and settings can do to our client, and what it makes of it."""

import socket
import ssl
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from infra.local.certificates import make_chain
from tests.apns.client import HASTY, OK, Connect, Script, one, push, pushes, seen_paths
from tests.apns.peers import Wire, behind_tls, peer
from tests.apns.server import ScriptedApns
from wallet.apple.apns import Delivered, Rejected, Retry
from wallet.clients.apns_http import ApnsConnection, ApnsSetupError, Timeouts


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stranger")
    make_chain(folder, now=datetime.now(UTC))
    return folder


# Lost connections and silence


def test_a_lost_connection_is_made_good(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 200}], "aa": [{"cut": True}, {"status": 200}]})
    mixed = [*pushes(30), push(0, "aa"), *pushes(30, "bb")]
    assert connect(apns.url).push_all(mixed) == [Delivered()] * 61
    assert apns.seen()["sessions"] == 2


def test_a_connection_lost_each_time_ends_as_retry(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"cut": True}]})
    outcomes = connect(apns.url).push_all(pushes(5))
    assert outcomes == [Retry(None, "ConnectionResetError")] * 5
    assert max(Counter(seen_paths(apns)).values()) <= 2
    assert apns.seen()["sessions"] <= 3


def test_silence_ends_as_retry_and_ends_the_connection(
    apns: ScriptedApns, connect: Connect
) -> None:
    connection = connect(apns.url, HASTY)
    outcome = one(apns, connection, {"silence": True}, {"status": 200})
    assert outcome == Retry(None, "TimeoutError")
    assert len(seen_paths(apns)) == 1
    assert connection.push_all([push(2)]) == [Delivered()]
    assert apns.seen()["sessions"] == 2


def test_silence_is_counted_from_the_last_answer(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 200, "delay": 120}]}, settings={"maxConcurrentStreams": 1})
    connection = connect(apns.url, Timeouts(silence_seconds=1))
    assert connection.push_all(pushes(10)) == [Delivered()] * 10  # 1.2 s at least


def test_bytes_that_trickle_in_are_no_answer(apns: ScriptedApns, connect: Connect) -> None:
    trickle = {"silence": True, "pinging": 20}
    assert one(apns, connect(apns.url, HASTY), trickle) == Retry(None, "TimeoutError")


def test_one_silent_stream_costs_only_itself(apns: ScriptedApns, connect: Connect) -> None:
    script: Script = {**OK, "aa": [{"silence": True}]}
    apns.play(script, settings={"maxConcurrentStreams": 10})
    outcomes = connect(apns.url, HASTY).push_all([push(0, "aa"), *pushes(50)])
    assert outcomes == [Retry(None, "TimeoutError"), *[Delivered()] * 50]


def test_a_slow_server_gets_the_time_of_the_batch(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 200, "delay": 200}]}, settings={"maxConcurrentStreams": 1})
    hurried = Timeouts(silence_seconds=20, batch_seconds=1)
    outcomes = connect(apns.url, hurried).push_all(pushes(20))
    assert set(outcomes) == {Delivered(), Retry(None, "TimeoutError")}


def test_a_rested_connection_is_asked_for_a_sign_of_life(
    apns: ScriptedApns, connect: Connect
) -> None:
    connection = connect(apns.url, Timeouts(idle_seconds=0, ping_seconds=20))
    for number in range(3):
        assert connection.push_all([push(number)]) == [Delivered()]
    assert apns.seen()["sessions"] == 1


def test_a_connection_that_died_without_a_word(apns: ScriptedApns, connect: Connect) -> None:
    wire = Wire(apns.url)
    with peer(wire) as url:
        connection = connect(url, Timeouts(idle_seconds=0, ping_seconds=0.3))
        assert connection.push_all([push(1)]) == [Delivered()]
        wire.is_dead = True  # as after an hour of Lambda's freeze behind a NAT gateway
        assert connection.push_all([push(2)]) == [Delivered()]
        assert wire.connections == 2
        assert len(seen_paths(apns)) == 2
        connection.close()


def test_nobody_there(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    assert connect(url).push_all(pushes(2)) == [Retry(None, "ConnectionRefusedError")] * 2


def test_no_such_name(connect: Connect) -> None:
    assert connect("https://apns.invalid").push_all([push(1)]) == [Retry(None, "gaierror")]


def test_a_server_that_says_nothing(connect: Connect) -> None:
    with peer(drain) as url:
        connection = connect(url, Timeouts(connect_seconds=0.3))
        assert connection.push_all(pushes(2)) == [Retry(None, "TimeoutError")] * 2


def drain(sock: socket.socket) -> None:
    while sock.recv(65_536):
        pass


def test_a_server_that_says_nothing_after_tls(connect: Connect, folder: Path) -> None:
    with peer(behind_tls(folder, drain)) as url:
        connection = connect(url, Timeouts(connect_seconds=0.5))
        assert connection.push_all(pushes(2)) == [Retry(None, "TimeoutError")] * 2


def test_a_server_that_hangs_up_after_tls(connect: Connect, folder: Path) -> None:
    with peer(behind_tls(folder, ssl.SSLSocket.version)) as url:
        (outcome,) = connect(url).push_all([push(1)])
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10,
        bytes(range(256)) * 100,
        b"\x00" * 5000,
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"\x00\x00\x04\x01\x04\x00\x00\x00\x01\xff" * 9,
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"\x00\x00\x04\x03\x00\x00\x00\x00\x01" * 9,
    ],
)
def test_garbage_ends_as_retry(connect: Connect, folder: Path, garbage: bytes) -> None:
    def serve(sock: ssl.SSLSocket) -> None:
        sock.recv(65_536)
        sock.sendall(garbage)
        drain(sock)

    hasty = Timeouts(connect_seconds=0.5, silence_seconds=0.3)
    with peer(behind_tls(folder, serve)) as url:
        outcomes = connect(url, hasty).push_all(pushes(2))
    assert all(isinstance(outcome, Retry) for outcome in outcomes)


# Certificates


def test_a_certificate_refused_with_an_alert(
    connect: Connect, folder: Path, stranger: Path
) -> None:
    with peer(behind_tls(folder, drain, clients=folder / "root.pem")) as url:
        unknown = connect(url, folder=stranger).push_all(pushes(3))
        incomplete = connect(url, intermediate=b"").push_all(pushes(3))
    assert unknown == incomplete == [Rejected("TLS: TLSV1_ALERT_UNKNOWN_CA")] * 3


def test_a_server_that_hangs_up_on_a_stranger(
    apns: ScriptedApns, connect: Connect, stranger: Path
) -> None:
    (outcome,) = connect(apns.url, folder=stranger).push_all([push(1)])
    assert isinstance(outcome, Retry)  # it gave no reason
    assert (apns.seen()["sessions"], apns.seen()["refused"]) == (0, 1)


def test_the_fake_refuses_whoever_shows_no_certificate(apns: ScriptedApns, folder: Path) -> None:
    context = ssl.create_default_context(cafile=folder / "root.pem")
    context.set_alpn_protocols(["h2"])
    address = ("127.0.0.1", int(apns.url.rpartition(":")[2]))
    raw = socket.create_connection(address)
    with (
        context.wrap_socket(raw, server_hostname="127.0.0.1") as sock,
        pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
    ):
        sock.recv(1)
    assert apns.seen()["refused"] == 1


def test_a_server_that_we_do_not_know(
    apns: ScriptedApns, connect: Connect, stranger: Path
) -> None:
    connection = connect(apns.url, ca_file=stranger / "root.pem")
    assert connection.push_all([push(1)]) == [Rejected("TLS: CERTIFICATE_VERIFY_FAILED")]
    assert apns.seen()["sessions"] == 0


def test_a_server_that_speaks_no_http2(connect: Connect, folder: Path) -> None:
    with peer(behind_tls(folder, drain, alpn="http/1.1")) as url:
        assert connect(url).push_all([push(1)]) == [Rejected("no HTTP/2")]


# Set-up


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1",
        "https://",
        "127.0.0.1:443",
        "https://x:99999",
        "https://x:y",
        "https://[x",
        "https://" + "x" * 70,
    ],
)
def test_an_address_that_is_none(connect: Connect, url: str) -> None:
    with pytest.raises(ApnsSetupError):
        connect(url)


def test_a_key_of_another(folder: Path, stranger: Path) -> None:
    with pytest.raises(ApnsSetupError, match="KEY_VALUES_MISMATCH"):
        setup(folder, key=(stranger / "leaf.key").read_bytes())


def test_an_encrypted_key_is_an_error_and_no_question(folder: Path) -> None:
    key = load_pem_private_key((folder / "leaf.key").read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    with pytest.raises(ApnsSetupError):
        setup(folder, key=locked)


def test_an_authority_that_is_not_there(folder: Path) -> None:
    with pytest.raises(ApnsSetupError, match="No such file"):
        setup(folder, key=(folder / "leaf.key").read_bytes(), ca_file=folder / "none.pem")


def test_no_key_is_left_behind(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    setup(folder, key=(folder / "leaf.key").read_bytes())
    with pytest.raises(ApnsSetupError):
        setup(folder, key=b"")
    assert list(tmp_path.iterdir()) == []


def setup(folder: Path, *, key: bytes, ca_file: Path | None = None) -> ApnsConnection:
    return ApnsConnection(
        "https://127.0.0.1:1",
        leaf=(folder / "leaf.pem").read_bytes(),
        intermediate=(folder / "intermediate.pem").read_bytes(),
        key=key,
        ca_file=ca_file or folder / "root.pem",
    )
