"""Google's keys: fetched once, looked for again when they change, not for everybody's asking."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.google_callbacks import CallbackSigner
from tests.wallet.domain.samples import card
from tests.wallet.google.official import ISSUER
from wallet.clients.google_keys import CallbackDesk, NoKeysError
from wallet.clients.google_token import Reply
from wallet.google.api import Retry
from wallet.google.callback import CallbackError

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
URL = "http://google.test/keys"


class Publisher:
    """Publishes the keys of a signer, or fails."""

    def __init__(self) -> None:
        self.now = START
        self.signer = CallbackSigner.of(None)
        self.asked: list[str] = []
        self.answer: Reply | Retry | None = None
        self.desk = CallbackDesk(self, URL, ISSUER, lambda: self.now)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry:
        assert (headers, body) == ({}, b"")
        self.asked.append(f"{method} {url}")
        if self.answer is not None:
            return self.answer
        return Reply(status=200, body=json.dumps(self.signer.keys(self.now)).encode())

    def callback(self, **changes: Any) -> bytes:
        message = {
            "classId": f"{ISSUER}.shop",
            "objectId": f"{ISSUER}.{card().id}",
            "eventType": "save",
            "expTimeMillis": int((self.now + timedelta(hours=1)).timestamp() * 1000),
            "count": 1,
            "nonce": "n",
        }
        body = self.signer.envelope({**message, **changes}, issuer=ISSUER, now=self.now)
        return json.dumps(body).encode()


def test_keys_are_fetched_once_an_hour() -> None:
    google = Publisher()
    for _ in range(3):
        assert google.desk.take(google.callback()).event == "save"
    assert google.asked == [f"GET {URL}"]
    google.now += timedelta(hours=1)
    google.desk.take(google.callback(eventType="del"))
    assert len(google.asked) == 2


def test_new_keys_are_looked_for_when_old_ones_fail() -> None:
    google = Publisher()
    google.desk.take(google.callback())
    google.signer = CallbackSigner.of(None)
    google.now += timedelta(minutes=1)
    assert google.desk.take(google.callback()).event == "save"
    assert len(google.asked) == 2


def test_forgers_cannot_make_us_ask_google_all_the_time() -> None:
    google, forger = Publisher(), Publisher()
    for _ in range(50):
        with pytest.raises(CallbackError):
            google.desk.take(forger.callback())
    assert len(google.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [Retry(None, "x"), Reply(status=500, body=b""), Reply(status=200, body=b"<html>")],
)
def test_without_keys_nothing_is_said(answer: Reply | Retry) -> None:
    google = Publisher()
    google.answer = answer
    with pytest.raises(NoKeysError):
        google.desk.take(google.callback())
    google.answer = None
    assert google.desk.take(google.callback()).event == "save"
