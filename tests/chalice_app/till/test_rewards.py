"""Rewards over the counter, what is undone, and what a phone number opens."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.gateway import send
from tests.chalice_app.till.counter import FORM, Till, new_key, pair, words
from tests.chalice_app.till.test_giving import NOT_OURS, entry_in

Card = dict[str, Any]


@pytest.fixture
def full(desk: Desk, card: Card, clock: Clock) -> Card:
    """A card with ten stamps, given a while ago."""
    desk.earn(card["id"], stamps=10)
    clock.forward(minutes=5)
    return card


def test_a_reward_is_handed_over_once(desk: Desk, till: Till, full: Card) -> None:
    found = till.said("card", typed=full["barcode"])
    assert 'action="/till/redeem"' in found["screen"]
    form = {"card": full["id"], "shown": full["barcode"], "reward": "coffee", "key": new_key()}
    parts = [till.said("redeem", **form) for _ in range(2)]
    assert {part["say"].partition(" 10 more")[0] for part in parts} == {
        "Reward given. New card: 0 of 10."
    }
    assert desk.card(full["id"])["balance"]["stamps"] == 0
    short = till.said("redeem", **{**form, "key": new_key()})
    assert (short["status"], short["name"]) == (409, "card")
    assert "not enough on this card" in short["say"]


@pytest.mark.parametrize("shown", ["", "0" * 22, "+48600700800", "AAAA-AAAA-AA"])
def test_a_reward_needs_the_card(desk: Desk, till: Till, full: Card, shown: str) -> None:
    with desk.untouched():
        part = till.said("redeem", card=full["id"], shown=shown, reward="coffee")
    assert part["status"] == 403
    assert "scan the card or type the code" in part["say"]
    assert 'action="/till/redeem"' not in part["screen"]


def test_a_phone_number_earns_and_never_redeems(desk: Desk, till: Till, clock: Clock) -> None:
    card = desk.enrol(desk.shop.stamps, name="Jan Nowak", phone="+48511222333")
    desk.earn(card["id"], stamps=10)
    clock.forward(minutes=5)
    for typed in ("+48 511 222 333", "511-222-333", "0048511222333"):
        part = till.said("card", typed=typed)
        assert part["name"] == "card", typed
        assert "Jan N." in words(part["screen"])
        assert 'action="/till/redeem"' not in part["screen"]
        assert card["barcode"] not in part["screen"]
        assert card["code"] not in part["screen"]
    assert till.said("earn", card=card["id"])["name"] == "done"


def test_two_cards_under_one_number_are_told_apart(desk: Desk, till: Till) -> None:
    cards = [
        desk.enrol(program, name="Zofia L.", phone="+48522333444")
        for program in (desk.shop.stamps, desk.shop.points)
    ]
    part = till.said("card", typed="522333444")
    assert part["name"] == "choose"
    assert "Kawiarnia: 0 of 10 stamps" in words(part["screen"])
    assert "Books: 0 points" in words(part["screen"])
    opened = till.said("card", card=cards[1]["id"])
    assert (opened["name"], opened["sheet"]) == ("card", "/brand/f2c230.css")


def test_an_entry_is_undone_from_the_toast_and_from_the_roll(
    desk: Desk, till: Till, card: Card
) -> None:
    done = till.said("earn", card=card["id"], shown=card["barcode"])
    assert "You can undo until" in words(done["screen"])
    assert "Undo: Marta K., +1" in done["roll"]
    for _ in range(2):
        undone = till.said("undo", entry=entry_in(done), shown=card["barcode"])
        assert undone["say"] == "Undone. Back to 0 of 10."
        assert entry_in(done) not in undone["roll"]
    assert desk.card(card["id"])["balance"]["stamps"] == 0


def test_an_undo_that_comes_again_shows_the_card_as_it_is_by_then(
    desk: Desk, till: Till, card: Card
) -> None:
    done = till.said("earn", card=card["id"], shown=card["barcode"])
    till.said("undo", entry=entry_in(done))
    desk.earn(card["id"], stamps=4)
    again = till.said("undo", entry=entry_in(done))
    assert again["say"] == "Undone. Back to 4 of 10."
    assert "4 of 10 stamps" in words(again["screen"])


def test_a_reward_that_the_programme_lost_is_said_so(desk: Desk, till: Till, full: Card) -> None:
    with desk.untouched():
        part = till.said("redeem", card=full["id"], shown=full["barcode"], reward="tea")
    assert (part["status"], part["say"]) == (422, "This reward is no longer given.")


def test_a_reward_is_undone_too(desk: Desk, till: Till, full: Card) -> None:
    form = {"card": full["id"], "shown": full["barcode"], "reward": "coffee"}
    done = till.said("redeem", **form)
    assert "Kawa" in words(done["roll"])
    till.said("undo", entry=entry_in(done))
    assert desk.card(full["id"])["balance"]["stamps"] == 10


def test_undo_ends_after_ten_minutes(desk: Desk, till: Till, card: Card, clock: Clock) -> None:
    done = till.said("earn", card=card["id"])
    clock.forward(minutes=10, seconds=1)
    assert b'name="entry"' not in till.get().body
    assert b"Marta K." in till.get().body
    with desk.untouched():
        late = till.said("undo", entry=entry_in(done))
    assert late["status"] == 409
    assert "A till can undo for 10 minutes" in late["say"]


def test_a_till_undoes_what_tills_of_its_merchant_did_and_nothing_else(
    desk: Desk, till: Till, card: Card
) -> None:
    by_api = desk.earn(card["id"], stamps=1)
    done = till.said("earn", card=card["id"], again="1")
    theirs = pair(desk.rival.merchant_id, Accept_Language="en")
    with desk.untouched():
        assert till.said("undo", entry=by_api["id"])["status"] == 404
        assert theirs.said("undo", entry=entry_in(done))["say"] == NOT_OURS
        for entry in ("", "x", "0" * 22 + "-" + "0" * 22):
            assert till.said("undo", entry=entry)["status"] == 404
    colleague = pair(desk.shop.merchant_id, "Bar", Accept_Language="en")
    assert colleague.said("undo", entry=entry_in(done))["say"] == "Undone. Back to 1 of 10."


def test_new_customers_are_shown_where_to_join(till: Till, desk: Desk) -> None:
    page = till.get("/till/join", program=desk.shop.points.id)
    assert page.status == 200
    assert 'aria-label="Code to join Books"' in page.body.decode()
    other = till.get("/till/join", program=desk.rival.points.id)
    assert desk.rival.points.id not in other.body.decode()


@pytest.mark.parametrize("what", ["card", "quote", "earn", "redeem", "undo"])
def test_every_form_asks_who_sends_it(desk: Desk, till: Till, card: Card, what: str) -> None:
    form = f"card={card['id']}&shown={card['barcode']}&reward=coffee&key={new_key()}".encode()
    path, kind = f"/till/{what}", {"Content-Type": FORM}
    with desk.untouched():
        nobody = send("POST", path, headers=kind, body=form)
        assert (nobody.status, nobody.headers["location"]) == (303, "/till/pair")
        known = {**kind, "Cookie": till.cookie}
        assert send("POST", path, headers=known, body=form).status == 403
        forged = {**known, "X-CSRF": "0" * 22}
        assert send("POST", path, headers=forged, body=form).status == 403
        elsewhere = {**known, "X-CSRF": till.csrf, "Sec-Fetch-Site": "cross-site"}
        assert send("POST", path, headers=elsewhere, body=form).status == 403
        console = {**kind, "Cookie": till.cookie.replace("__Host-till", "__Host-console")}
        assert send("POST", path, headers=console, body=form).status == 303


@pytest.mark.parametrize("key", ["", "short", "x" * 300])
def test_a_tap_without_a_key_gives_nothing(desk: Desk, till: Till, card: Card, key: str) -> None:
    with desk.untouched():
        part = till.said("earn", card=card["id"], key=key)
    assert (part["status"], part["say"]) == (400, "This page is too old. Load it again.")


def test_one_key_for_two_requests_gives_once(desk: Desk, till: Till, card: Card) -> None:
    key = new_key()
    till.said("earn", card=card["id"], key=key)
    part = till.said("earn", card=card["id"], key=key, stamps="5", again="1")
    assert (part["status"], "used before" in part["say"]) == (409, True)
    assert desk.card(card["id"])["balance"]["stamps"] == 1
