"""Google's callbacks: what Google signed for us is followed, once; nothing else is."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local.google_callbacks import CallbackSigner
from infra.local.google_shelf import Document
from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.google_side import (
    ISSUER,
    Google,
    balance_of,
    call_back,
    google_side,
    is_told,
    refresh,
    save,
)
from wallet import runtime
from wallet.clients.aws import client


@pytest.fixture(scope="module")
def google(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with google_side(tmp_path_factory.mktemp("google")) as side:
        yield side


def queued() -> str:
    """The messages of the push queue, by now."""
    answer = client("sqs").receive_message(
        QueueUrl=runtime.settings().push_queue_url, MaxNumberOfMessages=10
    )
    return json.dumps(answer.get("Messages", []))


def test_callbacks_say_whether_google_is_to_be_told(google: Google, card: dict[str, Any]) -> None:
    saved = save(google, card)
    assert call_back(saved).status == 200
    assert is_told(card)
    google.fake.take_off(f"{ISSUER}.{card['id']}")
    removed = google.called[-1]
    for _ in range(2):  # told twice: it is as it was
        assert call_back(removed).status == 200
        assert not is_told(card)


def test_a_callback_that_comes_again_late_changes_nothing(
    google: Google, card: dict[str, Any]
) -> None:
    saved = save(google, card)
    google.fake.take_off(f"{ISSUER}.{card['id']}")
    removed = google.called[-1]
    for each in (saved, removed, saved):
        assert call_back(each).status == 200
    assert not is_told(card)
    assert call_back(save(google, card)).status == 200
    assert call_back(removed).status == 200
    assert is_told(card)


def test_a_callback_that_broke_on_its_way_counts_when_it_comes_again(
    google: Google, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ConnectionError

    save(google, card)
    google.fake.take_off(f"{ISSUER}.{card['id']}")
    removed = google.called[-1]
    with monkeypatch.context() as patch:
        patch.setattr(type(runtime.devices()), "unregister", broken)
        check_problem(call_back(removed), 500, "internal")
    assert is_told(card)
    assert call_back(removed).status == 200
    assert not is_told(card)


def test_a_card_put_back_without_our_link_catches_up(
    desk: Desk, google: Google, card: dict[str, Any]
) -> None:
    """Google's own way back, or a save link of last week: Google has missed what changed since."""
    save(google, card)
    google.fake.take_off(f"{ISSUER}.{card['id']}")
    assert call_back(google.called[-1]).status == 200
    desk.earn(card["id"], stamps=3)
    refresh(card)
    forger = Forger(google, card)
    assert call_back(forger.signed(forger.googles, eventType="save")).status == 200
    assert is_told(card)
    assert balance_of(google, card) == {"string": "0 / 10"}
    assert card["id"] in queued()
    refresh(card)
    assert balance_of(google, card) == {"string": "3 / 10"}


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
