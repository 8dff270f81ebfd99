"""The addresses of Google Wallet: the link that saves, the callback, the pictures."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import urllib3

from infra.local.google import FakeGoogle, World
from infra.local.google_callbacks import CallbackSigner
from infra.local.google_shelf import Document
from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.gateway import Reply, send
from tests.wallet.clients.google_account import EMAIL, account_document, public_pem
from tests.world import BASE_URL
from wallet import runtime
from wallet.clients.aws import client
from wallet.domain.ids import CardId
from wallet.google.ids import google_device

ISSUER = "3388000000022222222"
SECRET = "google-account-of-this-module"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Google:
    """The fake Google Wallet, and the callbacks that it would have delivered."""

    fake: FakeGoogle
    called: list[Document] = field(default_factory=list)


@pytest.fixture(scope="module")
def google(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    """Google, as this module's product finds it."""
    called: list[Document] = []
    world = World(
        now=runtime.now,
        email=EMAIL,
        public_key=public_pem(),
        issuer=ISSUER,
        call_back=lambda _, envelope: called.append(envelope),
    )
    fake = FakeGoogle(tmp_path_factory.mktemp("google") / "google.json", world)
    fake.start()
    client("secretsmanager").create_secret(Name=SECRET, SecretString=account_document())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WALLET_GOOGLE_ISSUER", ISSUER)
        patch.setenv("WALLET_GOOGLE_SECRET", SECRET)
        patch.setenv("WALLET_GOOGLE_URL", fake.url)
        patch.setenv("WALLET_GOOGLE_KEYS_URL", fake.keys_url)
        yield Google(fake, called)
    fake.stop()


def path_of(card: dict[str, Any]) -> str:
    """The path of the card's save link."""
    link: str = card["links"]["google"]
    return link.removeprefix(BASE_URL)


def save(google: Google, card: dict[str, Any]) -> Document:
    """Saves the card as its holder's browser does; the callback that Google sends of it."""
    location = send("GET", path_of(card)).headers["location"]
    assert urllib3.request("GET", location, retries=False).status == 200
    return google.called[-1]


def call_back(envelope: object) -> Reply:
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return send("POST", "/google/callback", body=body)


def is_told(card: dict[str, Any]) -> bool:
    """Whether Google hears of the card's changes."""
    card_id = CardId(card["id"])
    devices = runtime.devices().devices_of(card_id)
    return google_device(card_id) in {each.device_id for each in devices}


def test_a_save_link_brings_the_card_and_leads_to_google(
    desk: Desk, google: Google, card: dict[str, Any]
) -> None:
    desk.earn(card["id"], stamps=4)
    reply = send("GET", path_of(card))
    assert reply.status == 302
    assert reply.headers["cache-control"] == "no-store"
    base, _, jwt = reply.headers["location"].rpartition("/")
    assert base == f"{google.fake.url}/gp/v/save"
    assert len(jwt) < 1800
    assert is_told(card)
    save(google, card)
    (shown, *_) = google.fake.on_phone()
    assert shown["id"] == f"{ISSUER}.{card['id']}"
    assert shown["barcode"]["value"] == card["barcode"]
    assert shown["loyaltyPoints"]["balance"] == {"string": "4 / 10"}
    assert shown["classReference"]["programName"] == desk.shop.stamps.name


def test_a_second_click_brings_the_newest_state(
    desk: Desk, google: Google, card: dict[str, Any]
) -> None:
    save(google, card)
    desk.earn(card["id"], stamps=2)
    assert send("GET", path_of(card)).status == 302
    (shown, *_) = google.fake.on_phone()
    assert shown["loyaltyPoints"]["balance"] == {"string": "2 / 10"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:-1],
        lambda token: token.partition("-")[0],
        lambda token: "0" * 22 + token[22:],
        lambda _: "%00",
        lambda _: "x" * 3000,
    ],
)
def test_a_wrong_proof_finds_no_card(
    google: Google, card: dict[str, Any], spoil: Callable[[str], str]
) -> None:
    token = path_of(card).rpartition("/")[2]
    check_problem(send("GET", f"/google/save/{spoil(token)}"), 404, "not-found")
    assert not is_told(card)


def test_without_an_issuer_there_is_no_google(
    google: Google, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WALLET_GOOGLE_ISSUER")
    check_problem(send("GET", path_of(card)), 404, "not-found")
    check_problem(call_back({}), 404, "not-found")


def test_google_that_does_not_answer_is_said_so(
    google: Google, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google.fake._shelf, "_sees", lambda _: False)
    check_problem(send("GET", path_of(card)), 503, "google-unavailable")


def test_callbacks_say_whether_google_is_to_be_told(google: Google, card: dict[str, Any]) -> None:
    saved = save(google, card)
    assert call_back(saved).status == 200
    assert is_told(card)
    google.fake.take_off(f"{ISSUER}.{card['id']}")
    removed = google.called[-1]
    for _ in range(2):  # told twice: it is as it was
        assert call_back(removed).status == 200
        assert not is_told(card)
    assert call_back(saved).status == 200
    assert is_told(card)


@dataclass(frozen=True)
class Forger:
    """Somebody who signs with keys of his own, or takes what Google signed for others."""

    google: Google
    card: dict[str, Any]

    def message(self, **changes: object) -> dict[str, Any]:
        now: datetime = runtime.now()
        message = {
            "classId": f"{ISSUER}.{self.card['program_id']}",
            "objectId": f"{ISSUER}.{self.card['id']}",
            "eventType": "del",
            "expTimeMillis": int((now + timedelta(hours=1)).timestamp() * 1000),
            "count": 1,
            "nonce": secrets.token_urlsafe(16),
        }
        return message | changes

    def signed(self, signer: CallbackSigner, issuer: str = ISSUER, **changes: object) -> Document:
        return signer.envelope(self.message(**changes), issuer=issuer, now=runtime.now())

    @property
    def googles(self) -> CallbackSigner:
        return self.google.fake._signer


def _changed(envelope: Document, old: str, new: str) -> Document:
    return envelope | {"signedMessage": envelope["signedMessage"].replace(old, new)}


FORGED: list[Callable[[Forger], object]] = [
    lambda _: b"",
    lambda _: b"[]",
    lambda _: b"\xff\xfe",
    lambda _: {},
    lambda _: b"{" * 20_000,
    lambda forger: forger.signed(CallbackSigner.of(None)),
    lambda forger: _changed(forger.signed(forger.googles, eventType="save"), "save", "del"),
    lambda forger: forger.signed(forger.googles) | {"signature": "AAAA"},
    lambda forger: forger.signed(forger.googles) | {"protocolVersion": "ECv1"},
    lambda forger: forger.signed(forger.googles, "3388000000099999999"),
    lambda forger: forger.signed(forger.googles, objectId=f"99.{forger.card['id']}"),
    lambda forger: forger.signed(forger.googles, expTimeMillis=1),
    lambda forger: forger.signed(forger.googles, eventType="gone"),
]


@pytest.mark.parametrize("forge", FORGED)
def test_what_google_did_not_sign_for_us_changes_nothing(
    google: Google, card: dict[str, Any], forge: Callable[[Forger], object]
) -> None:
    save(google, card)
    check_problem(call_back(forge(Forger(google, card))), 400, "not-googles")
    assert is_told(card)


@pytest.mark.parametrize("named", [{"objectId": f"{ISSUER}.{'0' * 22}"}, {"classId": "other"}])
def test_what_names_no_card_of_its_programme_changes_nothing(
    desk: Desk, google: Google, card: dict[str, Any], named: dict[str, str]
) -> None:
    save(google, card)
    forger = Forger(google, card)
    if "classId" in named:
        named = {"classId": f"{ISSUER}.{desk.shop.points.id}"}
    assert call_back(forger.signed(forger.googles, **named)).status == 200
    assert is_told(card)


def test_the_pictures_that_google_fetches_are_there_for_ever(
    google: Google, card: dict[str, Any]
) -> None:
    save(google, card)
    (shown, *_) = google.fake.on_phone()
    hero = shown["heroImage"]["sourceUri"]["uri"]
    logo = shown["classReference"]["programLogo"]["sourceUri"]["uri"]
    for url in (hero, logo):
        reply = send("GET", url.removeprefix(BASE_URL))
        assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.body.startswith(PNG)
    assert hero != logo


@pytest.mark.parametrize("name", ["0" * 32 + ".png", "0" * 32, "0" * 32 + ".svg", "..%2Fx.png"])
def test_a_picture_that_nobody_drew_is_not_there(google: Google, name: str) -> None:
    check_problem(send("GET", f"/art/{name}"), 404, "not-found")
