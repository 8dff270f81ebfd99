"""Why an entry is what it is: in three languages, for every kind of entry, proved."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import Counterpart, bakery, market
from wallet import runtime
from wallet.domain.ids import CardId
from wallet.services.keep_calendar import keep_calendar
from wallet.services.note_dues import note_dues

# What a GET of a programme says beside the document.
_OURS = {"id", "version", "effective_at", "design_version"}
SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}


def why(shop: Counterpart, entry: Mapping[str, Any], language: str = "en") -> list[str]:
    """The texts of an entry's explanation, which must be proved."""
    reply = shop.desk.call("GET", f"/entries/{entry['id']}/explanation")
    assert reply.status == 200, reply.body
    document = reply.json
    assert document["entry_id"] == entry["id"]
    assert document["program_version"] == entry["program_version"]
    assert document["agrees"] is True
    for step in document["steps"]:
        assert set(step) == {"rule_id", "points", "stamps", "text"}
        assert set(step["text"]) == {"en", "pl", "hu"}
    return [step["text"][language].replace("\u00a0", " ") for step in document["steps"]]


def entries(shop: Counterpart, card: str) -> list[dict[str, Any]]:
    """All entries, newest first."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"cursor": cursor} if cursor else {}
        page = shop.desk.call("GET", f"/cards/{card}/entries", query=query).json
        found += page["entries"]
        cursor = page["cursor"]
    return found


def days_pass(card_id: str, clock: Clock, days: int, *, at_once: bool = False) -> None:
    """The calendar's work of so many days, as the stream and the schedule have it done."""
    head = runtime.ledger().head(CardId(card_id))
    assert head
    note_dues(runtime.agenda(), runtime.programs(), [(None, head)], now=clock())
    for _ in range(1 if at_once else days):
        clock.forward(days=days if at_once else 1)
        assert keep_calendar(runtime.office(lambda: True)).done


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "For goods: fish. 2 \u00d7 5 points = 10 points."),
        ("pl", "Za towary: fish. 2 \u00d7 5 punktów = 10 punktów."),
        ("hu", "Ezekért az árukért: fish. 2 \u00d7 5 pont = 10 pont."),
    ],
)
def test_a_purchase_in_each_language(shop: Counterpart, language: str, said: str) -> None:
    goods = [{"category": "fish", "quantity": 2, "amount": 900}]
    bought = shop.buy(shop.card(), 1250, items=goods, tax=250)
    texts = why(shop, bought["entry"], language)
    assert said in texts
    money = {"en": "PLN2.50", "pl": "2,50 zł", "hu": "2,50 PLN"}[language]
    assert any(text.endswith(f"{money}.") for text in texts)


def test_what_is_done_to_a_card(shop: Counterpart) -> None:
    card = shop.card(points=200)
    assert why(shop, entries(shop, card)[0])[1:3] == [
        "Added by hand: 200 points.",
        "The reason that was given: a start",
    ]
    given = {
        "GIFT": shop.done(card, "earn", points=5),
        "ACTION": shop.done(card, "earn", action="juice"),
        "OFFER": shop.done(card, "offers", offer_id="tenth"),
        "REWARD": shop.done(card, "redeem", reward_id="more"),
        "MONEY": shop.done(card, "redeem", points=20),
        "USED": shop.done(card, "redeem", offer_id=shop.desk.card(card)["offers"][0]["id"]),
        "HELD": shop.done(card, "holds", reward_id="five", minutes=10),
    }
    said = {
        "GIFT": "Given by hand, whatever the rules say: 5 points.",
        "ACTION": "For the action “juice”.",
        "OFFER": "Given outside a purchase.",
        "REWARD": "More costs: 5 points.",
        "MONEY": "Points as money off: 10 points = PLN1.00, so 20 points = PLN2.00.",
        "USED": "Offer used: Free juice.",
        "HELD": "Put by until ",
    }
    for name, outcome in given.items():
        assert why(shop, outcome["entry"])[1].startswith(said[name])
    hold = given["HELD"]["entry"]["id"]
    released = shop.desk.call("POST", f"/holds/{hold}/release", {}).json
    assert "Given back: 50 points." in why(shop, released["entry"])[1]
    again = shop.done(card, "holds", reward_id="more", minutes=10)["entry"]["id"]
    captured = shop.desk.call("POST", f"/holds/{again}/capture", {}).json
    assert "The reward itself gives: 7 points." in why(shop, captured["entry"])
    handed_back = shop.reverse(captured["entry"]).json["entry"]
    assert handed_back["points"] == -captured["entry"]["points"] + 5
    assert why(shop, handed_back)[1].startswith("Undone: something redeemed")
    for name in ("GIFT", "ACTION", "OFFER", "REWARD", "MONEY"):
        undone = shop.reverse(given[name]["entry"]).json["entry"]
        assert why(shop, undone)[1].startswith("Undone: ")
    closed = shop.done(card, "close", status="void", reason="stolen")
    assert why(shop, closed["entry"])[1] == "The card was made void."
    reopened = shop.reverse(closed["entry"]).json["entry"]
    assert why(shop, reopened)[1].startswith("Undone: the closing of the card")


def test_a_merge_on_both_cards_and_back(shop: Counterpart) -> None:
    card, other = shop.card(points=30), shop.card(points=12)
    shop.buy(other, 1050)
    merged = shop.done(card, "merge", card_id=other)
    assert why(shop, merged["entry"])[1].endswith("It brought: 22 points.")
    assert why(shop, entries(shop, other)[0])[1].endswith("It took along: 22 points.")
    back = shop.reverse(merged["entry"]).json["entry"]
    assert why(shop, back)[1].endswith("It moved: 22 points.")
    assert why(shop, entries(shop, other)[0])[1].endswith("It moved: 22 points.")


def test_refunds_among_many_entries(shop: Counterpart) -> None:
    """What had been refunded before is found pages away."""
    card = shop.card()
    bought = shop.buy(card, 1250)["entry"]
    refunds = [shop.reverse(bought, amount=330).json["entry"]]
    for _ in range(105):
        shop.done(card, "earn", points=1)
    shop.buy(card, 180)
    refunds.append(shop.reverse(bought, amount=401).json["entry"])
    refunds.append(shop.reverse(bought).json["entry"])
    texts = [why(shop, each) for each in refunds]
    sums = [("3.30", "0.00", "9.20"), ("4.01", "3.30", "5.19"), ("5.19", "7.31", "0.00")]
    for text, (now, before, left) in zip(texts, sums, strict=True):
        assert text[1].startswith("Purchase of ")
        assert text[1].endswith(
            f": PLN12.50. Refunded now: PLN{now}, before: PLN{before}. Left of it: PLN{left}."
        )
    gone = [any("the visit does not count" in step for step in text) for text in texts]
    assert gone == [False, False, True]


def test_what_the_calendar_does(desk: Desk, clock: Clock) -> None:
    rules = [
        SPEND,
        {"id": "hello", "kind": "welcome", "points": 3},
        {"id": "back", "kind": "win_back", "days": 20, "points": 2, "offer": "juice"},
    ]
    shop = market(
        desk,
        rules=rules,
        earning={"ripen_days": 3},
        expiry={"months": 1, "remind_days": [7]},
    )
    card = shop.card()
    shop.buy(card, 1000)
    days_pass(card, clock, 60)
    found = {entry["kind"]: why(shop, entry)[1] for entry in entries(shop, card)}
    assert set(found) == {"bonus", "earn", "ripen", "remind", "expire"}
    assert found["ripen"] == "No longer pending, counts from now on: 10 points."
    assert found["remind"] == "A reminder went out; nothing changed."
    assert found["expire"].startswith("The time of ")
    said = [why(shop, entry)[1] for entry in entries(shop, card) if entry["kind"] == "bonus"]
    assert said[-1] == "A welcome to a new member. It gives: 3 points."
    assert said[0] == "The card had not been used for a while: 20 days. It gives: 2 points."


def test_idleness_ends_stamps(desk: Desk, clock: Clock) -> None:
    shop = bakery(desk)
    card = shop.card(stamps=2)
    shop.buy(card, 5000)
    days_pass(card, clock, 200, at_once=True)
    newest = entries(shop, card)[0]
    assert newest["kind"] == "expire"
    assert why(shop, newest, "pl")[1].endswith("przepadło wszystko, co na niej było: 3 pieczątki.")


def test_an_old_entry_keeps_the_version_that_it_was_made_under(desk: Desk) -> None:
    shop = market(desk)
    card = shop.card()
    bought = shop.buy(card, 500)["entry"]
    before = why(shop, bought)
    changed = {"rules": [{**SPEND, "points": 7}]}
    document = desk.call("GET", f"/programs/{shop.program_id}").json
    sent = {name: value for name, value in document.items() if name not in _OURS}
    reply = desk.call("PUT", f"/programs/{shop.program_id}", {**sent, **changed})
    assert reply.status == 200, reply.body
    assert why(shop, bought) == before
    assert "5 \u00d7 7 points = 35 points." in " ".join(why(shop, shop.buy(card, 500)["entry"]))


def test_a_spoiled_entry_is_found_out(shop: Counterpart) -> None:
    card = shop.card()
    bought = shop.buy(card, 1250)["entry"]
    row = {"pk": {"S": f"C#{card}"}, "sk": {"S": f"L#{bought['id'].partition('-')[2]}"}}
    world = shop.desk.world
    world.engine.dynamodb.update_item(
        TableName=world.core,
        Key=row,
        UpdateExpression="SET am = :amount",
        ExpressionAttributeValues={":amount": {"N": "9900"}},
    )
    document = shop.desk.call("GET", f"/entries/{bought['id']}/explanation").json
    assert document["agrees"] is False
    assert document["steps"][-1]["text"]["en"].startswith("Counted again, this comes out")


def test_nobody_elses_entry_and_none_that_is_none(shop: Counterpart) -> None:
    entry = shop.buy(shop.card(), 500)["entry"]
    path = "/entries/{}/explanation"
    reply = shop.desk.call("GET", path.format(entry["id"]), secret=shop.desk.rival.secret)
    check_problem(reply, 404, "not-found")
    card, _, digest = entry["id"].partition("-")
    for unknown in (
        "x", "-", f"{card}-", f"-{digest}", f"{card}-{'0' * 22}", f"{'0' * 22}-{digest}",
        f"{card}-{digest}x", f"{digest}-{card}", "%00", "..", "x" * 10_000, card,
    ):  # fmt: skip
        check_problem(shop.desk.call("GET", path.format(unknown)), 404, "not-found")
    check_problem(
        shop.desk.call("GET", path.format(entry["id"]), secret=None), 401, "unauthenticated"
    )
    assert shop.desk.call("GET", path.format(entry["id"]), secret=shop.desk.till).status == 200


def test_what_is_taken_back_or_settled_under_a_later_version(desk: Desk) -> None:
    double = {"id": "double", "kind": "multiplier", "percent": 200}
    shop = market(desk, rules=[SPEND, double])
    card = shop.card(points=100)
    bought = shop.buy(card, 1000)["entry"]
    held = [shop.done(card, "holds", reward_id="more", minutes=9)["entry"]["id"] for _ in range(2)]
    document = desk.call("GET", f"/programs/{shop.program_id}").json
    sent = {name: value for name, value in document.items() if name not in _OURS}
    changed = {"rules": [{**SPEND, "step": 700}], "rewards": []}
    reply = desk.call("PUT", f"/programs/{shop.program_id}", {**sent, **changed})
    assert reply.status == 200, reply.body
    refunds = [shop.reverse(bought, amount=amount).json["entry"] for amount in (300, 200)]
    assert [each["points"] for each in refunds] == [-6, -4]
    captured = desk.call("POST", f"/holds/{held[0]}/capture", {}).json["entry"]
    released = desk.call("POST", f"/holds/{held[1]}/release", {}).json["entry"]
    undone = shop.reverse(captured).json["entry"]
    texts = [why(shop, each) for each in (*refunds, captured, released, undone)]
    assert "The reward itself gives: 7 points." in texts[2]
    assert "More" in texts[3][1]
