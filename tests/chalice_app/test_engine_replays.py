"""What is done to cards by hand, asked for again and in parallel: it counts once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import MARKET, Counterpart, market
from tests.chalice_app.gateway import Reply
from tests.faults.crowd import at_once

Asked = tuple[str, dict[str, Any], dict[str, Any]]


@pytest.fixture
def shop(desk: Desk) -> Counterpart:
    return market(desk)


def _on_card(what: str, body: dict[str, Any], other: dict[str, Any]) -> Callable[..., Asked]:
    def asked(shop: Counterpart) -> Asked:
        return f"/cards/{shop.card(points=100)}/{what}", body, other

    return asked


def _merge(shop: Counterpart) -> Asked:
    card, *others = (shop.card(points=10) for _ in range(3))
    one, other = ({"card_id": each} for each in others)
    return f"/cards/{card}/merge", one, other


def _held(what: str) -> Callable[..., Asked]:
    def asked(shop: Counterpart) -> Asked:
        held = shop.done(shop.card(points=100), "holds", reward_id="five", minutes=60)
        return f"/holds/{held['entry']['id']}/{what}", {}, {}

    return asked


def _unmerge(shop: Counterpart) -> Asked:
    merged = shop.done(shop.card(), "merge", card_id=shop.card(points=10))
    return f"/entries/{merged['entry']['id']}/reverse", {}, {}


def _reopen(shop: Counterpart) -> Asked:
    closed = shop.done(shop.card(), "close", status="void")
    return f"/entries/{closed['entry']['id']}/reverse", {}, {}


def _code(shop: Counterpart) -> Asked:
    body = {"action": "review", "count": 2}
    made = shop.desk.call("POST", f"/programs/{shop.program_id}/codes", body).json["codes"]
    one, other = ({"code": code} for code in made)
    return f"/cards/{shop.card()}/earn", one, other


ASKED: dict[str, Callable[[Counterpart], Asked]] = {
    "action": _on_card("earn", {"action": "review"}, {"action": "juice"}),
    "code": _code,
    "override": _on_card(
        "earn",
        {"purchase": {"amount": 5_000, "currency": "PLN"}, "override": True},
        {"purchase": {"amount": 5_000, "currency": "PLN"}},
    ),
    "confirmed": _on_card(
        "redeem", {"reward_id": "wine", "confirmed": True}, {"reward_id": "wine"}
    ),
    "stock": _on_card("redeem", {"reward_id": "cup"}, {"reward_id": "five"}),
    "money off": _on_card("redeem", {"points": 10}, {"points": 20}),
    "hold": _on_card(
        "holds", {"reward_id": "five", "minutes": 5}, {"reward_id": "five", "minutes": 6}
    ),
    "capture": _held("capture"),
    "release": _held("release"),
    "adjust": _on_card("adjust", {"points": -5, "reason": "x"}, {"points": -5, "reason": "y"}),
    "offer": _on_card("offers", {"offer_id": "juice"}, {"offer_id": "tenth"}),
    "close": _on_card("close", {"status": "closed"}, {"status": "void"}),
    "reopen": _reopen,
    "merge": _merge,
    "unmerge": _unmerge,
}


@pytest.mark.parametrize("what", ASKED)
def test_a_replay_is_the_first_answer_whatever_happened_since(
    desk: Desk, shop: Counterpart, clock: Clock, what: str
) -> None:
    path, body, other = ASKED[what](shop)
    first = desk.call("POST", path, body, key="again")
    assert first.status == 201, first.body
    card = first.json["card"]["id"]
    clock.forward(hours=1)
    shop.ask(card, "earn", points=3)
    changed = {**MARKET, "rewards": [], "offers": [], "rules": [], "name": "Other"}
    assert desk.call("PUT", f"/programs/{shop.program_id}", changed).status == 200
    clock.forward(days=2)
    with desk.untouched():
        for _ in range(2):
            again = desk.call("POST", path, body, key="again")
            assert (again.status, again.body) == (200, first.body)
        if other:
            check_problem(desk.call("POST", path, other, key="again"), 409, "key-reused")


@pytest.mark.parametrize("what", ASKED)
def test_at_the_same_moment_it_is_done_once(
    desk: Desk, shop: Counterpart, clock: Clock, what: str
) -> None:
    path, body, _ = ASKED[what](shop)
    replies, failed = at_once(4, lambda _: desk.call("POST", path, body, key="crowd"))
    assert failed == []
    assert sorted(reply.status for reply in replies) == [200, 200, 200, 201]
    assert len({reply.body for reply in replies}) == 1


def _all_at_once(
    shop: Counterpart, cards: list[str], what: str, body: dict[str, Any]
) -> tuple[list[Reply], list[Exception]]:
    return at_once(len(cards), lambda n: shop.ask(cards[n], what, **body))


def test_a_code_a_stock_and_a_reference_have_one_winner(
    desk: Desk, shop: Counterpart, clock: Clock
) -> None:
    cards = [shop.card(points=10) for _ in range(6)]
    made = {"action": "review", "count": 1}
    (code,) = desk.call("POST", f"/programs/{shop.program_id}/codes", made).json["codes"]
    sale = {"purchase": {"amount": 100, "currency": "PLN", "reference": "R"}, "override": True}
    for what, body, winners in (
        ("earn", {"code": code}, 1),
        ("redeem", {"reward_id": "cup"}, 2),
        ("earn", sale, 1),
    ):
        replies, failed = _all_at_once(shop, cards, what, body)
        assert failed == []
        statuses = sorted(reply.status for reply in replies)
        assert statuses == [201] * winners + [409] * (6 - winners), (what, statuses)


def test_a_batch_of_codes_is_one_however_often_it_is_asked_for(
    desk: Desk, shop: Counterpart, clock: Clock
) -> None:
    path, body = f"/programs/{shop.program_id}/codes", {"action": "review", "count": 120}
    replies, failed = at_once(4, lambda _: desk.call("POST", path, body, key="batch"))
    assert failed == []
    assert {reply.status for reply in replies} <= {200, 201}
    assert len({reply.body for reply in replies}) == 1


def test_two_cards_are_merged_one_way(desk: Desk, shop: Counterpart, clock: Clock) -> None:
    one, other = (shop.card(points=10) for _ in range(2))
    ways = ((one, other), (other, one))
    replies, failed = at_once(2, lambda n: shop.ask(ways[n][0], "merge", card_id=ways[n][1]))
    assert failed == []
    assert sorted(reply.status for reply in replies) == [201, 409]
    assert shop.points(one) + shop.points(other) == 20
