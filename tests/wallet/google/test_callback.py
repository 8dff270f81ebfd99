"""Callbacks of Google's form under keys of our own, and every attack that peers fell to."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from infra.local.google_callbacks import (
    PROTOCOL,
    SENDER,
    CallbackSigner,
    key_value,
    millis,
    signed,
)
from tests.wallet.domain.samples import card
from tests.wallet.google.official import ISSUER
from wallet.domain.ids import ProgramId
from wallet.google.callback import Callback, CallbackError, RootKey, read_root_keys, verify
from wallet.google.ids import IssuerId

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ROOT = ec.generate_private_key(ec.SECP256R1())
KEY = ec.generate_private_key(ec.SECP256R1())
ROOTS = (RootKey(key=ROOT.public_key()),)
CARD = card().id
MESSAGE: dict[str, Any] = {
    "classId": f"{ISSUER}.shop",
    "objectId": f"{ISSUER}.{CARD}",
    "eventType": "save",
    "expTimeMillis": int((NOW + timedelta(hours=1)).timestamp() * 1000),
    "count": 1,
    "nonce": "3c56a6d4-7a3f-4b2c-8d7e-0a1b2c3d4e5f",
}
Json = dict[str, Any]


def envelope(
    message: Json | str | None = None,
    *,
    signed_key: Json | str | None = None,
    root: ec.EllipticCurvePrivateKey = ROOT,
    key: ec.EllipticCurvePrivateKey = KEY,
    sender: str = SENDER,
    recipient: str = ISSUER,
    protocol: str = PROTOCOL,
) -> Json:
    """A callback as Google makes it, or with one thing about it changed."""
    text = _text(MESSAGE if message is None else message)
    expiry = millis(NOW + timedelta(days=7))
    named = {"keyValue": key_value(KEY.public_key()), "keyExpiration": expiry}
    key_text = _text(named if signed_key is None else signed_key)
    return {
        "protocolVersion": protocol,
        "signature": signed(key, sender, recipient, protocol, text),
        "intermediateSigningKey": {
            "signedKey": key_text,
            "signatures": [signed(root, sender, protocol, key_text)],
        },
        "signedMessage": text,
    }


def _text(value: Json | str) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def checked(body: object, *, issuer: str = ISSUER, now: datetime = NOW) -> Callback:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return verify(raw, roots=ROOTS, issuer=IssuerId(issuer), now=now)


SAVED = Callback(
    event="save",
    card_id=CARD,
    program_id=ProgramId("shop"),
    nonce=MESSAGE["nonce"],
    expires_at=NOW + timedelta(hours=1),
)


def test_a_saved_card() -> None:
    assert checked(envelope()) == SAVED


def test_a_card_taken_away() -> None:
    assert checked(envelope({**MESSAGE, "eventType": "del"})).event == "del"


def test_google_writes_an_equals_sign_as_an_escape() -> None:
    text = json.dumps(envelope()).replace("=", "\\u003d")
    assert "\\u003d" in text
    assert checked(text.encode()) == SAVED


@pytest.mark.parametrize("ascii_only", [True, False])
def test_lengths_are_of_bytes_not_of_characters(ascii_only: bool) -> None:
    body = envelope({**MESSAGE, "note": "Kawiarnia Żółta Łódź 👋"})
    assert checked(json.dumps(body, ensure_ascii=ascii_only).encode()) == SAVED


def test_more_members_than_we_know_may_stand_in_key_and_message() -> None:
    expiry = millis(NOW + timedelta(days=7))
    named = {"keyValue": key_value(KEY.public_key()), "keyExpiration": expiry, "more": []}
    assert checked(envelope({**MESSAGE, "more": {}}, signed_key=named)) == SAVED


def test_any_of_several_signatures_and_roots_will_do() -> None:
    body = envelope()
    other = ec.generate_private_key(ec.SECP256R1())
    body["intermediateSigningKey"]["signatures"].insert(0, signed(other, "x"))
    roots = (RootKey(key=other.public_key()), *ROOTS)
    raw = json.dumps(body).encode()
    assert verify(raw, roots=roots, issuer=ISSUER, now=NOW) == SAVED


def test_a_message_holds_until_its_end() -> None:
    end = NOW + timedelta(hours=1)
    assert checked(envelope(), now=end - timedelta(milliseconds=1)) == SAVED
    with pytest.raises(CallbackError, match="the message has expired"):
        checked(envelope(), now=end)


OTHER = "3388000000099999999"
STRANGER = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
LATER = millis(NOW + timedelta(days=1))


def _named(key: str, expiry: object = LATER) -> Json:
    return {"keyValue": key, "keyExpiration": expiry}


def _edwards() -> str:
    der = (
        ed25519.Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(der).decode()


OURS = key_value(KEY.public_key())
ATTACKS: dict[str, Callable[[], Json]] = {
    "an envelope for another issuer": lambda: envelope(recipient=OTHER),
    "another issuer's own callback, sent to us": lambda: envelope(
        {**MESSAGE, "classId": f"{OTHER}.shop", "objectId": f"{OTHER}.{CARD}"}, recipient=OTHER
    ),
    "class of another issuer": lambda: envelope({**MESSAGE, "classId": f"{OTHER}.shop"}),
    "object of another issuer": lambda: envelope({**MESSAGE, "objectId": f"{OTHER}.{CARD}"}),
    "issuer that begins as ours": lambda: envelope({**MESSAGE, "classId": f"{ISSUER}0.shop"}),
    "object that is no card": lambda: envelope({**MESSAGE, "objectId": f"{ISSUER}.x"}),
    "sender of another product": lambda: envelope(sender="GoogleWalletPasses"),
    "sender of payments": lambda: envelope(sender="Google"),
    "protocol chosen by the sender": lambda: envelope(protocol="ECv2"),
    "older protocol": lambda: envelope(protocol="ECv1"),
    "stranger's root": lambda: envelope(root=STRANGER),
    "stranger's key": lambda: envelope(key=STRANGER),
    "stranger's key under no root": lambda: envelope(
        signed_key=_named(key_value(STRANGER.public_key())), root=STRANGER, key=STRANGER
    ),
    "expired key": lambda: envelope(signed_key=_named(OURS, millis(NOW))),
    "key without an end": lambda: envelope(signed_key={"keyValue": OURS}),
    "key with a strange end": lambda: envelope(signed_key=_named(OURS, "soon")),
    "key with a true end": lambda: envelope(signed_key=_named(OURS, True)),
    "key of another curve": lambda: envelope(signed_key=_named(key_value(P384.public_key()))),
    "key of another kind": lambda: envelope(signed_key=_named(_edwards())),
    "key that is none": lambda: envelope(signed_key=_named("AAAA")),
    "key that is a list": lambda: envelope(signed_key={**_named(OURS), "keyValue": [OURS]}),
    "key that is no object": lambda: envelope(signed_key="[]"),
    "expired a year ago": lambda: envelope({**MESSAGE, "expTimeMillis": 1_764_000_000_000}),
    "no end": lambda: envelope({**MESSAGE, "expTimeMillis": None}),
    "end beyond all calendars": lambda: envelope({**MESSAGE, "expTimeMillis": 10**18}),
    "end that is a fraction": lambda: envelope({**MESSAGE, "expTimeMillis": 1.9e12}),
    "another event": lambda: envelope({**MESSAGE, "eventType": "update"}),
    "event that is a list": lambda: envelope({**MESSAGE, "eventType": ["save"]}),
    "no nonce": lambda: envelope({**MESSAGE, "nonce": ""}),
    "nonce that is a number": lambda: envelope({**MESSAGE, "nonce": 7}),
    "nonce without an end": lambda: envelope({**MESSAGE, "nonce": "x" * 201}),
    "message that is no object": lambda: envelope("[]"),
    "message that is no JSON": lambda: envelope("{"),
    "message of half a character": lambda: {**envelope(), "signedMessage": "\ud800"},
    "message after its signing": lambda: {
        **envelope(),
        "signedMessage": _text({**MESSAGE, "eventType": "del"}),
    },
    "extra member": lambda: {**envelope(), "extra": 1},
    "member missing": lambda: {k: v for k, v in envelope().items() if k != "signature"},
    "signature that is a number": lambda: {**envelope(), "signature": 7},
    "signature with junk in it": lambda: {
        **envelope(),
        "signature": "\n" + envelope()["signature"],
    },
    "signature without padding": lambda: {**envelope(), "signature": "AAA"},
    "signature with other letters": lambda: {**envelope(), "signature": "żółw"},
    "empty signature": lambda: {**envelope(), "signature": ""},
    "key member that is a list": lambda: {**envelope(), "intermediateSigningKey": []},
    "extra member of the key": lambda: _with_key(extra=1),
    "signatures that are none": lambda: _with_key(signatures=[]),
    "signatures that are a text": lambda: _with_key(signatures="AAAA"),
    "signatures that are numbers": lambda: _with_key(signatures=[1]),
    "far too many signatures": lambda: _with_key(signatures=["AAAA"] * 9),
    "signed key that is an object": lambda: _with_key(signedKey=_named(OURS)),
}


def _with_key(**changes: Any) -> Json:
    body = envelope()
    return {**body, "intermediateSigningKey": {**body["intermediateSigningKey"], **changes}}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_in_our_own_words(attack: Callable[[], Json]) -> None:
    with pytest.raises(CallbackError):
        checked(attack())


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b"\xff", b"[" * 16_000, b" " * 16_385, b'{"a": 1e999}'],
    ids=str,
)
def test_what_is_no_callback_at_all(raw: bytes) -> None:
    with pytest.raises(CallbackError):
        checked(raw)


def test_a_sound_callback_that_is_too_long() -> None:
    with pytest.raises(CallbackError, match="too long"):
        checked(json.dumps(envelope()).encode() + b" " * 16_384)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_no_changed_byte_gets_through(at: int, byte: int) -> None:
    raw = bytearray(json.dumps(SOUND).encode())
    at %= len(raw)
    if raw[at] == byte:
        return
    raw[at] = byte
    with suppress(CallbackError):
        assert checked(bytes(raw)) == SAVED  # a space may change in the outermost JSON


SOUND = envelope()


def test_without_roots_nothing_is_genuine() -> None:
    with pytest.raises(CallbackError):
        verify(json.dumps(envelope()).encode(), roots=(), issuer=ISSUER, now=NOW)


ROOT_ENTRY = {
    "keyValue": key_value(ROOT.public_key()),
    "protocolVersion": PROTOCOL,
    "keyExpiration": LATER,
}


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 1),
        ({"more": 1}, 1),
        ({"protocolVersion": "ECv1"}, 0),
        ({"protocolVersion": None}, 0),
        ({"keyExpiration": millis(NOW)}, 0),
        ({"keyExpiration": None}, 0),
        ({"keyValue": "AAAA"}, 0),
        ({"keyValue": key_value(P384.public_key())}, 0),
        ({"keyValue": None}, 0),
    ],
)
def test_which_root_keys_count(change: Json, count: int) -> None:
    listed = json.dumps({"keys": [{**ROOT_ENTRY, **change}, "no key"]}).encode()
    assert len(read_root_keys(listed, now=NOW)) == count


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"keys": {}}', b"<html>"])
def test_no_list_of_keys(raw: bytes) -> None:
    with pytest.raises(CallbackError):
        read_root_keys(raw, now=NOW)


def test_the_local_world_signs_as_google_does() -> None:
    signer = CallbackSigner.of(None)
    again = CallbackSigner.of(signer.pem())
    roots = read_root_keys(json.dumps(signer.keys(NOW)).encode(), now=NOW)
    body = again.envelope(MESSAGE, issuer=ISSUER, now=NOW)
    raw = json.dumps(body).encode()
    assert verify(raw, roots=roots, issuer=ISSUER, now=NOW) == SAVED
