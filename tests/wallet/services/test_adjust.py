"""What a merchant does by hand: more or fewer points, an offer, the end of a card."""

from collections.abc import Callable

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop, holds, same
from wallet.domain.cards import Lot, State, Status
from wallet.domain.entries import EntryKind
from wallet.domain.errors import (
    AlreadyReversedError,
    CardNotActiveError,
    InvalidError,
)
from wallet.domain.purchases import Gift
from wallet.services.adjust import adjust, close_card, give_offer
from wallet.services.commit import Committed
from wallet.services.reverse import reverse

OFFERS = [{"id": "cake", "name": "Cake", "kind": "free_product", "days": 30}]


def changed(shop: Shop, key: str, points: int) -> Committed:
    return adjust(shop.books, shop.act(key), shop.card.id, Gift(points=points), reason="counted")


def closed(shop: Shop, key: str, status: Status) -> Committed:
    return close_card(shop.books, shop.act(key), shop.card.id, status, reason="moved away")


def test_an_adjustment_says_why() -> None:
    shop = Shop()
    more = changed(shop, "more", 12)
    fewer = changed(shop, "fewer", -5)
    assert same(fewer, changed(shop, "fewer", -5))
    assert [each.entry.points for each in (more, fewer)] == [12, -5]
    assert (more.entry.kind, more.entry.reason) == (EntryKind.ADJUST, "counted")
    after = audit(shop.ledger, shop.card.id).card.state
    assert after == State(points=7, lots=(Lot(units=7, expires_at=None),))
    reverse(shop.books, shop.act("back"), fewer.entry.id)
    assert shop.state().points == 12


@pytest.mark.parametrize(
    ("debt", "after"),
    [
        ("negative", State(points=-5)),
        ("zero", State()),
        ("owed", State(owed=5)),
    ],
)
def test_more_is_taken_than_there_is(debt: str, after: State) -> None:
    shop = Shop(made.program(refunds={"debt": debt}))
    shop.give("before", 10)
    changed(shop, "fewer", -15)
    assert holds(audit(shop.ledger, shop.card.id).card.state) == after


def test_an_offer_has_the_same_code_however_often_it_is_asked_for() -> None:
    shop = Shop(made.program(offers=OFFERS))
    first = give_offer(shop.books, shop.act("key"), shop.card.id, "cake")
    shop.ledger.conflicts = 1
    other = give_offer(shop.books, shop.act("other"), shop.card.id, "cake")
    assert same(first, give_offer(shop.books, shop.act("key"), shop.card.id, "cake"))
    assert len({offer.id for offer in other.card.state.offers}) == 2
    with pytest.raises(InvalidError):
        give_offer(shop.books, shop.act("none"), shop.card.id, "pie")
    reverse(shop.books, shop.act("back"), first.entry.id)
    assert shop.state().offers == other.card.state.offers[1:]


@pytest.mark.parametrize("status", [Status.CLOSED, Status.VOID])
def test_a_closed_card_takes_nothing_until_it_is_opened_again(status: Status) -> None:
    shop = Shop(made.program(offers=OFFERS))
    given = shop.give("before", 10)
    end = closed(shop, "end", status)
    assert same(end, closed(shop, "end", status))
    assert (end.card.state.status, end.entry.reason) == (status, "moved away")
    acts: list[Callable[[], object]] = [
        lambda: shop.give("1"),
        lambda: shop.spend("2"),
        lambda: shop.buy("3", 100),
        lambda: changed(shop, "4", 1),
        lambda: give_offer(shop.books, shop.act("5"), shop.card.id, "cake"),
        lambda: reverse(shop.books, shop.act("6"), given.entry.id),
        lambda: closed(shop, "7", Status.VOID),
    ]
    for act in acts:
        with pytest.raises(CardNotActiveError) as caught:
            act()
        assert caught.value.status == status
    # What was done before is told again all the same.
    assert same(given, shop.give("before", 10))
    reverse(shop.books, shop.act("open"), end.entry.id)
    assert holds(shop.state()) == holds(given.card.state)
    with pytest.raises(AlreadyReversedError):
        reverse(shop.books, shop.act("open again"), end.entry.id)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.MERGED])
def test_a_card_is_closed_or_void_and_nothing_else(status: Status) -> None:
    shop = Shop()
    with pytest.raises(CardNotActiveError):
        closed(shop, "end", status)
    assert audit(shop.ledger, shop.card.id).entries == []
