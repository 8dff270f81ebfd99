"""Cards to Google over a real socket, whatever is at the other end of it."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.wallet.clients.google_account import account_document
from tests.wallet.clients.google_server import Said, ScriptedGoogle, said, token
from tests.wallet.domain.samples import cafe, card
from tests.wallet.google.official import class_body, faults, object_body, without_nulls
from wallet.clients.google_http import (
    API_URL,
    SAVE_URL,
    Endpoints,
    GoogleApi,
    GooglePasses,
    GoogleWire,
    Timeouts,
)
from wallet.clients.google_token import TOKEN_URL, AccessTokens, ServiceAccount
from wallet.domain.cards import Card, State
from wallet.domain.ids import CardId, encode_id
from wallet.domain.programs import Program
from wallet.google.api import Documents, Done, Outcome, Rejected, Retry

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CAFE = cafe()
HELD = card(state=State(stamps=4))
# Short enough to wait for where a test is about silence, longer than a busy machine stalls.
FAST = Timeouts(connect_seconds=3.0, silence_seconds=1.5, batch_seconds=20.0)


class Phone:
    """What a test sees of a client: pictures that were put up, pauses that were made."""

    def __init__(self, url: str, timeouts: Timeouts = FAST) -> None:
        wire = GoogleWire(timeouts)
        ends = Endpoints.of(url)
        tokens = AccessTokens(ServiceAccount(account_document()), wire, ends.token, lambda: NOW)
        self.hung: list[CardId] = []
        self.pauses: list[float] = []
        self.passes = GooglePasses(
            GoogleApi(wire, tokens, ends.api).ask,
            write=lambda held, shop: Documents(
                class_body=class_body(shop), object_body=object_body(held, shop)
            ),
            hang=lambda held, _: self.hung.append(held.id),
            pause=self.pauses.append,
            timeouts=timeouts,
        )

    def upsert(self, held: Card = HELD, shop: Program = CAFE) -> Outcome:
        return self.passes.upsert(held, shop)


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedGoogle]:
    with ScriptedGoogle() as server:
        yield server


@pytest.fixture
def google(running: ScriptedGoogle) -> ScriptedGoogle:
    running.play()
    return running


@pytest.fixture
def phone(google: ScriptedGoogle) -> Phone:
    """A client that has brought the class to Google already."""
    phone = Phone(google.url)
    assert phone.upsert() == Done()
    google.play()
    phone.hung.clear()
    return phone


def test_the_first_card_of_a_programme_brings_its_class(google: ScriptedGoogle) -> None:
    google.play(patch_class=[said(404, "classNotFound")])
    phone = Phone(google.url)
    assert phone.upsert() == Done()
    assert google.calls() == ["token", "patch_class", "insert_class", "insert_object"]
    assert phone.hung == [HELD.id]


def test_every_request_is_sound_and_authorised(google: ScriptedGoogle) -> None:
    google.play(patch_object=[said(404, "resourceNotFound")])
    assert Phone(google.url).upsert() == Done()
    for asked in google.asked[1:]:
        assert asked.headers["Authorization"] == "Bearer ya29.first"
        schema = "LoyaltyClass" if "loyaltyClass" in asked.path else "LoyaltyObject"
        assert faults(schema, without_nulls(json.loads(asked.body))) == []
        assert json.loads(asked.body)["id"].startswith("3388")


def test_the_next_one_is_one_request(google: ScriptedGoogle, phone: Phone) -> None:
    assert phone.upsert() == Done()
    assert google.calls() == ["patch_object"]


def test_a_new_version_brings_the_class_again(google: ScriptedGoogle, phone: Phone) -> None:
    newer = replace(CAFE, version=2)
    assert phone.upsert(shop=newer) == Done()
    assert phone.upsert(shop=CAFE) == Done()
    assert google.calls() == ["patch_class", "patch_object", "patch_object"]


def test_a_class_that_failed_is_brought_next_time(google: ScriptedGoogle) -> None:
    phone = Phone(google.url)
    google.play(patch_class=[said(400, "invalidResource"), Said()])
    assert phone.upsert() == Rejected("invalidResource")
    assert phone.upsert() == Done()
    assert google.calls() == ["token", "patch_class", "patch_class", "patch_object"]


def test_a_token_that_is_not_taken_is_replaced_once(google: ScriptedGoogle, phone: Phone) -> None:
    google.play(token=[token("ya29.second")], patch_object=[said(401, "authError"), Said()])
    assert phone.upsert() == Done()
    assert google.calls() == ["patch_object", "token", "patch_object"]
    assert google.asked[2].headers["Authorization"] == "Bearer ya29.second"


def test_a_second_one_that_is_not_taken_is_an_alarm(google: ScriptedGoogle, phone: Phone) -> None:
    google.play(patch_object=[said(401, "authError")])
    assert phone.upsert() == Rejected("access token not taken")
    assert google.calls() == ["patch_object", "token", "patch_object"]


ROADS: list[tuple[dict[str, list[Said]], Outcome, list[str]]] = [
    ({"patch_object": [said(403, "permissionDenied")]}, Rejected("permissionDenied"), []),
    ({"patch_object": [said(400, "invalidResource")]}, Rejected("invalidResource"), []),
    ({"patch_object": [said(404, "resourceNotFound")]}, Done(), ["insert_object"]),
    (
        {
            "patch_object": [said(404, "classNotFound"), Said()],
            "insert_class": [Said()],
            "insert_object": [Said()],
        },
        Done(),
        ["insert_class", "insert_object"],
    ),
    (
        {
            "patch_object": [said(404, "resourceNotFound"), Said()],
            "insert_object": [said(409, "alreadyExists")],
        },
        Done(),
        ["insert_object", "patch_object"],
    ),
    (
        {
            "patch_object": [said(404, "resourceNotFound")],
            "insert_object": [said(404, "classNotFound"), Said()],
            "insert_class": [said(409, "alreadyExists")],
        },
        Done(),
        ["insert_object", "insert_class", "insert_object"],
    ),
    ({"patch_object": [said(403, "quotaExceeded"), Said()]}, Done(), ["patch_object"]),
    ({"patch_object": [said(429, "rateLimitExceeded"), Said()]}, Done(), ["patch_object"]),
    ({"patch_object": [said(503), Said()]}, Done(), ["patch_object"]),
    ({"patch_object": [said(503)]}, Retry(None, "status 503"), ["patch_object"]),
    ({"patch_object": [said(503, Retry_After="60")]}, Retry(60.0, "status 503"), []),
    ({"patch_object": [Said(200, b"<html>")]}, Done(), []),
    ({"patch_object": [Said(302, b"", {"Location": "/x"})]}, Rejected("status 302"), []),
]


@pytest.mark.parametrize(("script", "outcome", "after"), ROADS)
def test_insert_or_patch(
    google: ScriptedGoogle,
    phone: Phone,
    script: dict[str, list[Said]],
    outcome: Outcome,
    after: list[str],
) -> None:
    google.play(**{name: list(answers) for name, answers in script.items()})
    assert phone.upsert() == outcome
    assert google.calls() == ["patch_object", *after]


def test_a_quiet_update_after_too_many(google: ScriptedGoogle, phone: Phone) -> None:
    google.play(patch_object=[said(403, "quotaExceeded"), Said()])
    assert phone.upsert() == Done()
    sent = [json.loads(asked.body).get("notifyPreference") for asked in google.asked]
    assert sent == ["NOTIFY_ON_UPDATE", None]


def test_a_short_wait_is_waited_for(google: ScriptedGoogle, phone: Phone) -> None:
    google.play(patch_object=[said(503, Retry_After="1"), Said()])
    assert phone.upsert() == Done()
    assert phone.pauses == [1.0]


@pytest.mark.parametrize("act", ["silence", "close", "garbage", "half", "endless", "drip"])
def test_a_broken_answer_is_tried_again(google: ScriptedGoogle, phone: Phone, act: str) -> None:
    google.play(patch_object=[Said(act=act), Said()])
    assert phone.upsert() == Done()
    assert google.calls() == ["patch_object", "patch_object"]


@pytest.mark.parametrize("act", ["close", "garbage"])
def test_a_google_that_stays_broken_is_left_for_later(
    google: ScriptedGoogle, phone: Phone, act: str
) -> None:
    google.play(patch_object=[Said(act=act)])
    assert isinstance(phone.upsert(), Retry)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert isinstance(Phone(f"http://127.0.0.1:{port}").upsert(), Retry)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Said(400, b'{"error": "invalid_grant"}'), Rejected("token endpoint: invalid_grant")),
        (Said(200, b"<html>"), Retry(None, "token endpoint: not a token")),
    ],
)
def test_no_token_no_card(google: ScriptedGoogle, answer: Said, outcome: Outcome) -> None:
    google.play(token=[answer])
    assert Phone(google.url).upsert() == outcome
    assert set(google.calls()) == {"token"}


def test_many_cards_at_once_keep_their_order(google: ScriptedGoogle, phone: Phone) -> None:
    cards = [card(id=CardId(encode_id(bytes([n]) * 16))) for n in range(12)]
    outcomes = phone.passes.upsert_all([(each, CAFE) for each in cards])
    assert outcomes == [Done()] * 12
    assert {asked.path.rpartition(".")[2] for asked in google.asked} == {each.id for each in cards}
    assert google.calls() == ["patch_object"] * 12


def test_when_the_time_is_up_nothing_is_begun(google: ScriptedGoogle) -> None:
    phone = Phone(google.url, Timeouts(batch_seconds=0.0))
    assert phone.upsert() == Retry(None, "no time left")
    assert google.asked == []


def test_a_fault_of_our_own_is_not_hidden(google: ScriptedGoogle) -> None:
    def broken(_held: Card, _shop: Program) -> None:
        raise RuntimeError("no bucket")

    phone = Phone(google.url)
    phone.passes._hang = broken
    with pytest.raises(RuntimeError):
        phone.upsert()


def test_one_address_stands_for_all_three() -> None:
    assert Endpoints.of(None) == Endpoints(api=API_URL, token=TOKEN_URL, save=SAVE_URL)
    assert Endpoints.of("http://127.0.0.1:1/") == Endpoints(
        api="http://127.0.0.1:1",
        token="http://127.0.0.1:1/token",
        save="http://127.0.0.1:1/gp/v/save",
    )
