"""A member's page: what was taken back is said on every page of the history."""

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.visitor import Visitor, text_of


def take_back(desk: Desk, entry_id: str, **said: int) -> None:
    assert desk.call("POST", f"/entries/{entry_id}/reverse", said).status == 201


def test_an_older_page_knows_what_was_taken_back_since(desk: Desk, owner: Visitor) -> None:
    card = desk.shop.card(desk.shop.stamps)
    path = f"/console/members/{card.id}"
    first, _ = (desk.earn(card.id, stamps=n) for n in (1, 2))
    assert owner.get(f"{path}?before=2").body.count(b'name="entry"') == 1
    take_back(desk, first["id"])
    older = owner.get(f"{path}?before=2")
    assert "Stamps added taken back" in text_of(older)
    assert b'name="entry"' not in older.body
    newest = owner.get(path)
    assert "Stamps added taken back" in text_of(newest)
    assert newest.body.count(b'name="entry"') == 1


@pytest.mark.parametrize("query", ["", "?before=2"])
def test_of_a_purchase_a_part_or_all_may_be_taken_back(
    desk: Desk, owner: Visitor, query: str
) -> None:
    card = desk.shop.card(desk.shop.points)
    path = f"/console/members/{card.id}{query}"
    bought = desk.buy(card.id, 1000)
    take_back(desk, bought["id"], amount=400)
    partly = owner.get(path)
    assert "€10.00 partly taken back" in text_of(partly)
    assert bought["id"].encode() in partly.body
    take_back(desk, bought["id"])
    wholly = owner.get(path)
    assert "€10.00 taken back" in text_of(wholly)
    assert b'name="entry"' not in wholly.body


@pytest.mark.parametrize(
    ("language", "said"), [("pl", "29 lut"), ("hu", "febr. 29."), ("en", "29 Feb")]
)
def test_a_birthday_is_written_as_people_write_it(desk: Desk, language: str, said: str) -> None:
    card = desk.shop.card(desk.shop.stamps, name="Leap", birthday="02-29")
    owner = Visitor(language=language).sign_in(desk.shop.merchant_id)
    page = text_of(owner.get(f"/console/members/{card.id}"))
    assert f" {said} " in page
    assert "02-29" not in page
