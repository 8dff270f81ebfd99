"""The fake Google Wallet of `make run`, met by our own client: cards on their way to a phone."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import urllib3

from infra.local.google import FakeGoogle
from tests.infra.local.google.life import (
    CAFE,
    HELD,
    NAME,
    NOW,
    Client,
    Life,
    asked,
    get,
)
from tests.wallet.domain.samples import BOOKS, program
from tests.wallet.google.official import BASE, ISSUER
from wallet.domain.cards import State
from wallet.google.api import Done, Rejected
from wallet.google.callback import read_root_keys, verify
from wallet.google.ids import IssuerId


def test_a_card_is_brought_saved_and_changed(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    assert client.upsert() == Done()
    status, page = get(client.link())
    assert status == 200
    assert "Kawiarnia Lipowa" in page
    assert life.saved == [NAME]
    assert life.changed == []
    assert client.upsert(replace(HELD, state=State(stamps=5))) == Done()
    assert life.changed == [(NAME, True)]
    (shown,) = google.on_phone()
    assert shown["loyaltyPoints"]["balance"] == {"string": "5 / 10"}
    assert shown["hasUsers"] is True
    assert "notifyPreference" not in shown
    assert shown["classReference"]["reviewStatus"] == "APPROVED"


def test_who_saves_is_led_to_the_phone(tmp_path: Path, life: Life) -> None:
    world = replace(life.world(), phone_url="http://127.0.0.1/local/phone")
    google = FakeGoogle(tmp_path / "google.json", world)
    google.start()
    client = Client(google.url, life)
    assert client.upsert() == Done()
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", client.link(), retries=False)
    google.stop()
    assert answer.status == 303
    assert answer.headers["Location"] == f"http://127.0.0.1/local/phone?android={NAME}"


def test_a_card_that_nobody_saved_disturbs_no_phone(client: Client, life: Life) -> None:
    for stamps in (1, 2):
        assert client.upsert(replace(HELD, state=State(stamps=stamps))) == Done()
    assert life.changed == []


def test_a_new_design_reaches_the_phone(client: Client, life: Life) -> None:
    client.upsert()
    get(client.link())
    newer = replace(CAFE, version=2, design=replace(CAFE.design, color="#123456"))
    assert client.upsert(shop=newer) == Done()
    assert life.changed == [(NAME, False), (NAME, True)]


def test_issuers_are_called_back_with_google_s_signature(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    client.upsert()
    get(client.link())
    get(client.link())  # saved once, told once
    google.take_off(NAME)
    google.take_off(NAME)
    assert google.on_phone() == []
    roots = read_root_keys(get(google.keys_url)[1].encode(), now=NOW)
    told = [
        verify(json.dumps(body).encode(), roots=roots, issuer=ISSUER, now=NOW)
        for url, body in life.called
        if url == f"{BASE}/google/callback"
    ]
    assert [(each.event, each.card_id) for each in told] == [("save", HELD.id), ("del", HELD.id)]


def test_everything_is_there_after_a_restart(
    google: FakeGoogle, client: Client, life: Life, tmp_path: Path
) -> None:
    client.upsert()
    get(client.link())
    keys = get(google.keys_url)[1]
    google.stop()
    assert (tmp_path / "google.json").stat().st_mode & 0o077 == 0
    again = FakeGoogle(tmp_path / "google.json", life.world())
    again.start()
    try:
        assert [each["id"] for each in again.on_phone()] == [NAME]
        assert get(again.keys_url)[1] == keys
        assert Client(again.url, life).upsert() == Done()
    finally:
        again.stop()


def test_a_token_of_an_earlier_run_is_replaced(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    client.upsert()
    google._tokens.clear()
    assert client.upsert() == Done()


def test_a_token_ends_with_the_clock_of_this_world(client: Client, life: Life) -> None:
    token = client.tokens.token()
    assert isinstance(token, str)
    assert asked(client, "GET", "loyaltyClass", token=token)[0] == 200
    life.now += timedelta(hours=1)
    assert asked(client, "GET", "loyaltyClass", token=token)[0] == 401
    assert client.upsert() == Done()


def test_points_may_grow_out_of_google_s_integer(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    shop = program(BOOKS)
    for points in (2**31 - 1, 2**31, 5):
        assert client.upsert(replace(HELD, state=State(points=points)), shop) == Done()
    _, shown = asked(client, "GET", f"loyaltyObject/{NAME}")
    assert shown["loyaltyPoints"]["balance"] == {"int": 5}


def test_a_picture_that_is_not_there_fails_the_card(client: Client, life: Life) -> None:
    life.sees = lambda url: "/art/" not in url
    assert client.upsert() == Rejected("invalidResource")


def test_another_issuer_may_write_nothing(google: FakeGoogle, life: Life) -> None:
    stranger = Client(google.url, life, issuer=IssuerId("99"))
    assert stranger.upsert() == Rejected("permissionDenied")
