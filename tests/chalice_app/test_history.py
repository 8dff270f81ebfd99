"""The history of a card, a page at a time: each entry once, newest first, the chain unbroken."""

from typing import Any

import pytest

from tests.chalice_app.desk import Desk
from wallet.domain.entries import first_broken

COUNT = 120


@pytest.fixture(scope="module")
def card_id(desk: Desk) -> str:
    """A card with 120 entries."""
    card = desk.enrol(desk.shop.points)
    for number in range(COUNT):
        desk.earn(card["id"], points=number + 1)
    return str(card["id"])


def pages(desk: Desk, card_id: str, limit: int | None) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    query = {} if limit is None else {"limit": str(limit)}
    while True:
        reply = desk.call("GET", f"/cards/{card_id}/entries", query=query)
        assert reply.status == 200
        assert set(reply.json) == {"entries", "cursor"}
        found.append(reply.json["entries"])
        if reply.json["cursor"] is None:
            return found
        query["cursor"] = reply.json["cursor"]


@pytest.mark.parametrize("limit", [1, 7, 40, 50, 60, 100, None])
def test_each_entry_once_newest_first(desk: Desk, card_id: str, limit: int | None) -> None:
    found = pages(desk, card_id, limit)
    size = limit or 50
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    assert 1 <= len(found[-1]) <= size
    entries = [entry for page in found for entry in page]
    assert [entry["seq"] for entry in entries] == list(range(COUNT, 0, -1))
    assert [entry["points"] for entry in entries] == list(range(COUNT, 0, -1))


def test_the_chain_can_be_verified_by_whoever_can_list_it(desk: Desk, card_id: str) -> None:
    entries = [entry for page in pages(desk, card_id, 100) for entry in page]
    assert first_broken(reversed(entries)) is None
    assert entries[0]["balance_after"] == desk.card(card_id)["balance"]
    assert sum(entry["points"] for entry in entries) == entries[0]["balance_after"]["points"]


def test_an_entry_that_comes_meanwhile_moves_no_page(desk: Desk) -> None:
    card_id = desk.enrol(desk.shop.points)["id"]
    for _ in range(4):
        desk.earn(card_id, points=1)
    path = f"/cards/{card_id}/entries"
    first = desk.call("GET", path, query={"limit": "2"}).json
    desk.earn(card_id, points=1)
    second = desk.call("GET", path, query={"limit": "2", "cursor": first["cursor"]}).json
    assert [entry["seq"] for entry in first["entries"] + second["entries"]] == [4, 3, 2, 1]
    assert second["cursor"] is None


def test_a_new_card_has_no_history(desk: Desk) -> None:
    card_id = desk.enrol(desk.shop.points)["id"]
    assert desk.call("GET", f"/cards/{card_id}/entries").json == {"entries": [], "cursor": None}


def test_a_cursor_of_another_card_is_a_place_in_this_one(desk: Desk, card_id: str) -> None:
    """A cursor holds no secret: it names a place, not a card."""
    path = f"/cards/{card_id}/entries"
    far = desk.call("GET", path, query={"cursor": "999999999999", "limit": "1"}).json
    assert far["entries"][0]["seq"] == COUNT
    none = desk.call("GET", path, query={"cursor": "1"}).json
    assert none == {"entries": [], "cursor": None}
