"""Cards at the till: found in every way, given to once for each tap, asked about when repeated."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.till.counter import Till, new_key, pair, words

NOT_OURS = "This is not our card. Type the code under the square."
NO_NUMBER = "No card has this number. Scan the card, or type the code under its square."
Card = dict[str, Any]


def loose(code: str) -> str:
    """As somebody types it from a dim screen."""
    return code.lower().replace("-", " ").replace("1", "l").replace("0", "o")


@pytest.mark.parametrize(
    "typed",
    [
        lambda card: card["barcode"],
        lambda card: f" {card['barcode']} ",
        lambda card: card["code"],
        lambda card: loose(card["code"]),
    ],
)
def test_a_card_that_is_shown_is_found(
    till: Till, card: Card, typed: Callable[[Card], str]
) -> None:
    part = till.said("card", typed=typed(card))
    assert part["name"] == "card"
    said = words(part["screen"])
    assert "Marta K." in said
    assert "Kowalska" not in said
    assert "600700800" not in part["screen"]
    assert "of 10 stamps" in said
    assert part["sheet"] == "/brand/1f5b45.css"


def test_a_scanner_on_a_keyboard_of_another_country_is_read_by_its_keys(
    till: Till, card: Card
) -> None:
    hungarian = card["barcode"].translate(str.maketrans("yzYZ0", "zyZYö"))
    part = till.said("card", typed=hungarian + "?", keys=card["barcode"])
    assert part["name"] == "card"
    assert f'name="shown" value="{card["barcode"]}"' in part["screen"]


@pytest.mark.parametrize(
    ("typed", "say"),
    [
        *((each, NOT_OURS) for each in ("nonsense", "0" * 22, "AAAA-AAAA-AA", "<b>", "👋")),
        ("x" * 5000, NOT_OURS),
        *((each, NO_NUMBER) for each in ("+48 999 999 999", "(600) 100-200", "5901234123457")),
    ],
)
def test_what_is_no_card_is_said_so(till: Till, typed: str, say: str) -> None:
    part = till.said("card", typed=typed)
    assert (part["name"], part["status"], part["say"]) == ("scan", 404, say)
    assert say in words(till.post("card", script=False, typed=typed).body)


def test_another_merchants_card_is_as_unknown_as_none(desk: Desk, card: Card) -> None:
    theirs = pair(desk.rival.merchant_id, Accept_Language="en")
    for typed in (card["barcode"], card["code"]):
        assert theirs.said("card", typed=typed)["say"] == NOT_OURS
    assert theirs.said("card", typed="+48600700800")["say"] == NO_NUMBER
    with desk.untouched():
        for what in ("card", "quote", "earn", "redeem"):
            part = theirs.said(what, card=card["id"], shown=card["barcode"], reward="coffee")
            assert (part["name"], part["status"]) == ("scan", 404)
            assert card["code"] not in part["screen"]


def test_one_tap_gives_one_stamp_however_often_it_is_sent(
    desk: Desk, till: Till, card: Card
) -> None:
    key = new_key()
    parts = [till.said("earn", card=card["id"], key=key) for _ in range(3)]
    assert {part["name"] for part in parts} == {"done"}
    assert {part["say"].partition(" ")[0] for part in parts} == {"Stamp"}
    assert parts[0]["say"] == "Stamp added. 1 of 10. 9 more stamps: Kawa"
    assert desk.card(card["id"])["balance"]["stamps"] == 1
    (entry,) = desk.call("GET", f"/cards/{card['id']}/entries").json["entries"]
    assert entry["actor"].startswith("till:")
    assert entry["reason"] is None


def test_a_replay_is_never_asked_about(till: Till, card: Card, clock: Clock) -> None:
    key = new_key()
    till.said("earn", card=card["id"], key=key)
    clock.forward(seconds=30)
    assert till.said("earn", card=card["id"], key=key)["name"] == "done"


def test_more_than_one(desk: Desk, till: Till, card: Card) -> None:
    part = till.said("earn", card=card["id"], stamps="3")
    assert part["say"].startswith("3 stamps added. 3 of 10.")
    assert "+3" in words(part["screen"])
    assert desk.card(card["id"])["balance"]["stamps"] == 3


@pytest.mark.parametrize("stamps", ["0", "-1", "31", "1.5", "٣", "many", "9" * 400])
def test_a_count_that_is_none_gives_nothing(
    desk: Desk, till: Till, card: Card, stamps: str
) -> None:
    with desk.untouched():
        assert till.said("earn", card=card["id"], stamps=stamps)["status"] == 422


def test_a_repeated_stamp_is_asked_about_and_the_answer_is_kept(
    desk: Desk, till: Till, card: Card, clock: Clock
) -> None:
    till.said("earn", card=card["id"])
    clock.forward(seconds=70)
    question = "This card got a stamp 1 min ago. Add another?"
    assert question in words(till.said("card", typed=card["barcode"])["screen"])
    key = new_key()
    with desk.untouched():
        asked = till.said("earn", card=card["id"], key=key)
    assert (asked["name"], asked["status"], asked["say"]) == ("card", 409, question)
    assert till.said("earn", card=card["id"], key=key, again="1")["name"] == "done"
    newest = desk.call("GET", f"/cards/{card['id']}/entries").json["entries"][0]
    assert (newest["seq"], newest["reason"]) == (2, "repeat confirmed at the till")


def test_after_two_minutes_nobody_asks(till: Till, card: Card, clock: Clock) -> None:
    till.said("earn", card=card["id"])
    clock.forward(minutes=2)
    assert till.said("earn", card=card["id"])["name"] == "done"


def test_what_was_undone_does_not_rest(till: Till, card: Card) -> None:
    done = till.said("earn", card=card["id"])
    till.said("undo", entry=entry_in(done))
    assert till.said("earn", card=card["id"])["name"] == "done"


def test_points_are_said_before_they_are_given(desk: Desk, till: Till, points_card: Card) -> None:
    with desk.untouched():
        quote = till.said("quote", card=points_card["id"], amount="38.50")
    assert quote == {"gain": "+38 points, 38 in all", "label": "Add 38 points"}
    done = till.said("earn", card=points_card["id"], amount="38,50")
    assert done["say"] == "38 points added. 38 in all. 12 more points: Bag"
    newest = desk.call("GET", f"/cards/{points_card['id']}/entries").json["entries"][0]
    assert (newest["amount"], newest["currency"]) == (3850, "EUR")


@pytest.mark.parametrize(
    "amount", ["", "0", "-5", "12.345", "1,500", "twelve", "1e9", "9" * 12, "٣"]
)
def test_an_amount_that_is_none(desk: Desk, till: Till, points_card: Card, amount: str) -> None:
    with desk.untouched():
        for what in ("quote", "earn"):
            part = till.said(what, card=points_card["id"], amount=amount)
            assert part["status"] == 422
            assert "Type the amount in figures" in part["say"]


def test_without_a_script_the_forms_do_the_same(desk: Desk, till: Till, points_card: Card) -> None:
    found = till.post("card", script=False, typed=points_card["code"])
    assert "Work out the points" in words(found.body)
    form = {"script": False, "card": points_card["id"], "shown": points_card["code"]}
    quoted = till.post("quote", **form, amount="12")
    assert "+12 points, 12 in all" in words(quoted.body)
    assert 'value="12"' in quoted.body.decode()
    done = till.post("earn", **form, amount="12")
    assert (done.status, "12 points added." in words(done.body)) == (200, True)
    assert desk.card(points_card["id"])["balance"]["points"] == 12


def entry_in(part: dict[str, Any]) -> str:
    return str(part["screen"].partition('name="entry" value="')[2].partition('"')[0])
