"""The engine at the till: a tap goes through the rules, offers are handed over, cards close."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.engine_shop import Counterpart, bakery, market
from tests.chalice_app.gateway import send
from tests.chalice_app.till.counter import Till, words
from tests.chalice_app.till.test_giving import entry_in

HAPPY = {"id": "happy", "kind": "multiplier", "percent": 200}


def stand(shop: Counterpart, clock: Clock, *, points: int = 0, stamps: int = 0) -> dict[str, Any]:
    """A card at the till, some time after it was made."""
    card = shop.desk.card(shop.card(points=points, stamps=stamps))
    clock.forward(minutes=10)
    return card


def newest(desk: Desk, card: dict[str, Any]) -> dict[str, Any]:
    return dict(desk.call("GET", f"/cards/{card['id']}/entries").json["entries"][0])


def test_a_tap_is_a_visit_of_which_nobody_knows_what_was_paid(
    desk: Desk, till: Till, clock: Clock
) -> None:
    visit = {"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}
    card = stand(bakery(desk, rules=[visit, HAPPY]), clock)
    assert "Add 2 stamps" in words(till.said("card", typed=card["barcode"])["screen"])
    done = till.said("earn", card=card["id"], shown=card["barcode"])
    assert done["say"].startswith("2 stamps added. 2 of 8.")
    entry = newest(desk, card)
    assert [line["rule_id"] for line in entry["lines"]] == ["visit", "happy"]
    assert (entry["amount"], entry["currency"]) == (0, "HUF")
    assert desk.card(card["id"])["visits"] == 1
    undone = till.said("undo", entry=entry_in(done), shown=card["barcode"])
    assert undone["say"] == "Undone. Back to 0 of 8."
    assert desk.card(card["id"])["visits"] == 0


def test_a_limit_holds_for_taps_and_says_so(desk: Desk, till: Till, clock: Clock) -> None:
    card = stand(bakery(desk), clock)
    for _ in range(3):
        assert till.said("earn", card=card["id"])["say"].startswith("Stamp added.")
        clock.forward(minutes=3)
    assert "Nothing to add now" in words(till.said("card", typed=card["barcode"])["screen"])
    said = till.said("earn", card=card["id"])["say"]
    assert said.startswith("No stamp by the rules this time. 3 of 8.")


def test_whoever_taps_has_seen_the_bill_where_one_is_needed(
    desk: Desk, till: Till, clock: Clock
) -> None:
    card = stand(bakery(desk, earning={"minimum": 50_000}), clock)
    assert till.said("earn", card=card["id"])["say"].startswith("Stamp added. 1 of 8.")
    assert newest(desk, card)["amount"] is None


def test_an_offer_is_handed_over_at_the_till(desk: Desk, till: Till, clock: Clock) -> None:
    shop = bakery(desk)
    card = stand(shop, clock)
    (offer,) = shop.done(card["id"], "offers", offer_id="kifli")["card"]["offers"]
    seen = till.said("card", typed=card["barcode"])["screen"]
    assert "Egy kifli" in words(seen)
    assert f'name="offer" value="{offer["id"]}"' in seen
    form = {"card": card["id"], "offer": offer["id"]}
    with desk.untouched():
        assert till.said("redeem", **form)["status"] == 403
    done = till.said("redeem", **form, shown=card["barcode"])
    assert done["say"].startswith("Offer given.")
    assert "Egy kifli" in words(done["roll"])
    assert "Egy kifli" not in words(done["screen"])
    gone = till.said("redeem", **form, shown=card["barcode"])
    assert gone["say"] == "This reward is no longer given."
    till.said("undo", entry=entry_in(done))
    assert desk.card(card["id"])["offers"] == [offer]


def test_the_cashier_is_the_staff_that_confirms(desk: Desk, till: Till, clock: Clock) -> None:
    card = stand(market(desk), clock, points=100)
    seen = words(till.said("card", typed=card["barcode"])["screen"])
    assert "Checked: give it : Wine" in seen
    form = {"card": card["id"], "shown": card["barcode"]}
    done = till.said("redeem", **form, reward="wine")
    assert (done["name"], newest(desk, card)["reward_id"]) == ("done", "wine")


@pytest.mark.parametrize(
    ("reward", "say"),
    [
        ("five", "5 off: €5.00 off"),
        ("tree", "Lipowa gives"),
        ("film", "A film: code "),
    ],
)
def test_the_till_says_what_is_to_be_done(
    desk: Desk, till: Till, clock: Clock, reward: str, say: str
) -> None:
    card = stand(market(desk), clock, points=100)
    done = till.said("redeem", card=card["id"], shown=card["barcode"], reward=reward)
    assert say.replace("€", "PLN") in done["say"]


def test_a_reward_that_is_not_to_be_had_now(desk: Desk, till: Till, clock: Clock) -> None:
    card = stand(market(desk), clock, points=100)
    form = {"card": card["id"], "shown": card["barcode"], "reward": "once"}
    assert till.said("redeem", **form)["name"] == "done"
    assert "Once Not now" in words(till.said("card", typed=card["barcode"])["screen"])
    with desk.untouched():
        said = till.said("redeem", **form)
    assert (said["status"], said["say"]) == (
        409,
        "This reward is not given now, or the card has had it.",
    )


def test_a_closed_card_can_only_be_looked_at(desk: Desk, till: Till, clock: Clock) -> None:
    for shop, points, stamps in ((bakery(desk), 0, 60), (market(desk), 60, 0)):
        card = stand(shop, clock, points=points, stamps=stamps)
        shop.done(card["id"], "close", status="closed")
        seen = till.said("card", typed=card["barcode"])
        assert "This card is closed." in words(seen["screen"])
        assert 'action="/till/earn"' not in seen["screen"]
        assert 'action="/till/redeem"' not in seen["screen"]
        with desk.untouched():
            said = till.said("earn", card=card["id"], amount="5")
        assert (said["status"], said["say"]) == (409, "This card is closed.")
        page = send("GET", card["links"]["card"].removeprefix("https://stempel.test"))
        assert page.status == 200
        assert "banner-warn" in page.body.decode()


def test_points_that_ripen_are_said_to_come_later(desk: Desk, till: Till, clock: Clock) -> None:
    card = stand(market(desk, earning={"ripen_days": 7}), clock)
    quote = till.said("quote", card=card["id"], amount="12")
    assert quote["gain"] == "+12 points, later"
    done = till.said("earn", card=card["id"], amount="12")
    assert done["say"].startswith("+12 from ")
    assert desk.card(card["id"])["pending"] == 12
    page = send(
        "GET",
        card["links"]["card"].removeprefix("https://stempel.test"),
        query={"lang": "en"},
    )
    assert "12 points count later." in words(page.body)


def test_the_card_page_shows_offers_and_an_old_link_leads_on(desk: Desk, clock: Clock) -> None:
    shop = bakery(desk)
    old, new = stand(shop, clock), stand(shop, clock)
    shop.done(old["id"], "offers", offer_id="kifli")
    shop.done(new["id"], "merge", card_id=old["id"])
    for card in (old, new):
        path = card["links"]["card"].removeprefix("https://stempel.test")
        page = send("GET", path, query={"lang": "en"})
        assert (page.status, "Egy kifli until" in words(page.body)) == (200, True)
        assert new["code"] in words(page.body)
