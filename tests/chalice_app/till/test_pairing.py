"""A browser becomes a till once for each code, and stops being one the moment it is revoked."""

from typing import Any
from urllib.parse import urlencode

import pytest

from chalice_app.tills import start_pairing
from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.till.counter import FORM, Till, pair, words
from wallet import runtime
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.tills import TillId
from wallet.services.tills import list_tills, rename_till, revoke_till


def path_of(desk: Desk) -> str:
    return start_pairing(desk.shop.merchant_id).removeprefix("https://stempel.test")


def send_form(path: str, **fields: str) -> Reply:
    headers = {"Content-Type": FORM, "Accept-Language": "en"}
    return send("POST", path, headers=headers, body=urlencode(fields).encode())


def test_opening_the_link_pairs_nothing(desk: Desk, clock: Clock) -> None:
    path = path_of(desk)
    for _ in range(2):
        reply = send("GET", path, headers={"Accept-Language": "en"})
        assert reply.status == 200
        assert "set-cookie" not in reply.headers
        assert "This browser becomes a till of Shop." in words(reply.body)
    assert send_form(path, name="Bar").status == 303


def test_a_code_works_once(desk: Desk, clock: Clock) -> None:
    path = path_of(desk)
    assert send_form(path, name="Bar").status == 303
    again = send_form(path, name="Bar")
    assert again.status == 422
    assert "does not hold any more" in words(again.body)
    assert send("GET", path, headers={"Accept-Language": "en"}).status == 410


def test_a_code_ends_after_ten_minutes(desk: Desk, clock: Clock) -> None:
    path = path_of(desk)
    clock.forward(minutes=10)
    assert send_form(path, name="Bar").status == 422


@pytest.mark.parametrize("write", [str, str.lower, lambda code: code.replace("-", " ")])
def test_a_code_can_be_typed(desk: Desk, clock: Clock, write: Any) -> None:
    code = write(path_of(desk).rpartition("/")[2])
    reply = send_form("/till/pair", code=code, name="Bar")
    assert (reply.status, reply.headers["location"]) == (303, "/till")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-till=")
    assert "Secure; HttpOnly; SameSite=Lax" in cookie


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "\u202e"])
def test_a_wrong_name_is_said_beside_its_field_and_the_code_still_holds(
    desk: Desk, clock: Clock, name: str
) -> None:
    path = path_of(desk)
    refused = send_form(path, name=name)
    assert refused.status == 422
    assert 'aria-invalid="true"' in refused.body.decode()
    assert "1 to 40 characters" in words(refused.body)
    assert send_form(path, name="Bar").status == 303


def test_a_name_is_never_markup(desk: Desk, clock: Clock) -> None:
    till = pair(desk.shop.merchant_id, "<script>alert(1)</script>")
    assert b"<script>alert" not in till.get().body


def test_another_sites_form_pairs_nothing(desk: Desk, clock: Clock) -> None:
    headers = {"Content-Type": FORM, "Sec-Fetch-Site": "cross-site"}
    path, body = path_of(desk), urlencode({"name": "Bar"}).encode()
    assert send("POST", path, headers=headers, body=body).status == 403
    assert send_form(path, name="Bar").status == 303


def test_guessing_is_slowed_down(desk: Desk, clock: Clock) -> None:
    clock.forward(minutes=30)  # away from the tries of the tests before this one
    replies = [send_form("/till/pair", code="AAAA-AAAA-AA", name="Bar") for _ in range(31)]
    assert {reply.status for reply in replies[:30]} == {422}
    assert replies[30].status == 429
    path = path_of(desk)
    assert send_form(path, name="Bar").status == 429
    clock.forward(minutes=10)
    path = path_of(desk)
    assert send_form(path, name="Bar").status == 303


def test_a_revoked_till_is_closed_at_once(desk: Desk, till: Till, card: dict[str, Any]) -> None:
    box, merchant_id = runtime.tillbox(), desk.shop.merchant_id
    revoke_till(box, merchant_id, till.id, now=runtime.now())
    assert till.get().headers["location"] == "/till/pair"
    with desk.untouched():
        reply = till.post("earn", card=card["id"])
    assert (reply.status, reply.json) == (401, {"go": "/till/pair?ended=1"})
    assert till.post("earn", script=False, card=card["id"]).headers["location"] == "/till/pair"
    led = send("GET", "/till/pair", query={"ended": "1"}, headers={"Accept-Language": "en"})
    assert "This till is no longer paired." in words(led.body)
    assert "no longer paired" not in words(send("GET", "/till/pair").body)
    assert {each.id for each in list_tills(box.tills, merchant_id) if each.revoked_at} == {till.id}


def test_tills_are_named_by_their_own_merchant_only(desk: Desk, till: Till) -> None:
    box, mine, other = runtime.tillbox(), desk.shop.merchant_id, desk.rival.merchant_id
    rename_till(box.tills, mine, till.id, "  Terrace ")
    assert "Terrace" in {each.name for each in list_tills(box.tills, mine)}
    assert b"Terrace" in till.get().body
    with pytest.raises(InvalidError):
        rename_till(box.tills, mine, till.id, " ")
    with pytest.raises(NotFoundError):
        rename_till(box.tills, other, till.id, "Mine")
    with pytest.raises(NotFoundError):
        revoke_till(box, other, till.id, now=runtime.now())
    with pytest.raises(NotFoundError):
        revoke_till(box, mine, TillId("0" * 22), now=runtime.now())
    assert till.get().status == 200


@pytest.mark.parametrize("language", ["pl", "hu", "en"])
def test_the_pages_speak_three_languages(desk: Desk, till: Till, language: str) -> None:
    for reply in (
        send("GET", "/till/pair", query={"lang": language}),
        till.get("/till", lang=language),
        till.get("/till/join", lang=language),
    ):
        assert reply.status == 200
        assert f'<html lang="{language}"' in reply.body.decode()


def test_only_the_till_may_compile_wasm_and_nothing_stands_inline(till: Till) -> None:
    policy = till.get().headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    pairing = send("GET", "/till/pair").headers["content-security-policy"]
    assert "script-src 'self';" in pairing


def test_the_reader_arrives_whole(till: Till) -> None:
    page = till.get().body.decode()
    name = page.partition('"wasm": "')[2].partition('"')[0]
    reply = send("GET", name)
    assert reply.headers["content-type"] == "application/wasm"
    assert reply.body.startswith(b"\0asm")
    assert len(reply.body) == 953_527
