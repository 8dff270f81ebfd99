"""Earning: at the time of the sale, once for a reference, whoever insists."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.fakes import FakePrograms
from tests.wallet.services.shop import PROGRAM, Shop, same
from wallet.domain.cards import Status
from wallet.domain.errors import CardNotActiveError, CoolDownError, ReferenceUsedError
from wallet.domain.ledger import COOL_DOWN_OVERRIDDEN
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift, Item, Purchase
from wallet.domain.vocabulary import ProgramKind
from wallet.services.adjust import close_card
from wallet.services.commit import Committed
from wallet.services.earn import Circumstances
from wallet.storage.packing import pack_state, unpack_state

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLOW = made.program(earning={"cool_down_minutes": 10})
RECEIPT = Circumstances(location_id="mill", once=True)


def sale(amount: int = 500, reference: str | None = "r-1") -> Purchase:
    return Purchase(amount=amount, currency="EUR", reference=reference)


def dearer(old: Program, effective_at: datetime) -> Program:
    """The next version, which gives twice as much."""
    (rule,) = made.program(
        rules=[{"id": "rule", "kind": "points_per_amount", "step": 100, "points": 2}]
    ).rules
    return made.next_version(old, rules=(rule,), effective_at=effective_at)


@pytest.mark.parametrize(
    ("occurred_at", "version", "points"),
    [
        (None, 2, 10),
        (made.NOW, 2, 10),
        (made.NOW - HOUR, 2, 10),
        (made.NOW - HOUR - timedelta(milliseconds=1), 1, 5),
        # Before there was any: the first.
        (made.NOW - timedelta(days=400), 1, 5),
    ],
)
def test_a_sale_is_worth_what_it_was_when_it_happened(
    occurred_at: datetime | None, version: int, points: int
) -> None:
    shop = Shop()
    shop.programs = FakePrograms(PROGRAM, dearer(PROGRAM, made.NOW - HOUR))
    done = shop.earn("key", sale(), Circumstances(occurred_at=occurred_at))
    assert (done.entry.program_version, done.entry.points) == (version, points)
    assert done.entry.occurred_at == (occurred_at or made.NOW)
    assert done.entry.created_at == made.NOW


def test_where_and_why_stand_in_the_entry() -> None:
    done = Shop().earn("key", Gift(points=1), Circumstances(location_id="mill", reason="sorry"))
    assert (done.entry.location_id, done.entry.reason) == ("mill", "sorry")


def test_a_second_sale_at_once_waits_for_somebody_to_insist() -> None:
    shop = Shop(SLOW)
    first = shop.earn("1", sale())
    assert same(first, shop.earn("1", sale()))
    with pytest.raises(CoolDownError) as caught:
        shop.earn("2", sale())
    assert caught.value.since == made.NOW
    insisted = shop.earn("2", sale(), Circumstances(insist=True))
    assert (insisted.entry.points, insisted.entry.reason) == (5, COOL_DOWN_OVERRIDDEN)
    shop.now += 10 * MINUTE
    assert shop.earn("3", sale(), Circumstances(insist=True)).entry.reason is None
    assert audit(shop.ledger, shop.card.id).card.state.visits == 3


def test_a_reference_counts_once_whatever_the_key() -> None:
    shop = Shop()
    first = shop.earn("1", sale(), RECEIPT)
    assert same(first, shop.earn("2", sale(), RECEIPT))
    assert same(first, shop.earn("1", sale(), RECEIPT))
    with pytest.raises(ReferenceUsedError):
        shop.earn("3", sale(501), RECEIPT)
    with pytest.raises(ReferenceUsedError):
        shop.earn("4", sale(), RECEIPT, card=shop.new_card())
    assert audit(shop.ledger, shop.card.id).entries == [first.entry]


def test_what_is_another_sale_counts_too() -> None:
    shop = Shop()
    told: list[tuple[Purchase | Gift, Circumstances]] = [
        (sale(), RECEIPT),
        (sale(reference="r-2"), RECEIPT),
        (sale(), Circumstances(location_id="port", once=True)),
        (sale(), Circumstances(once=True)),
        # Nobody asked that these count once.
        (sale(), Circumstances(location_id="mill")),
        (sale(reference=None), RECEIPT),
        (sale(reference=None), RECEIPT),
        (Gift(points=1), RECEIPT),
        (Gift(points=1), RECEIPT),
    ]
    done = [shop.earn(f"{key}", *each) for key, each in enumerate(told)]
    assert not any(each.replayed for each in done)
    assert len(audit(shop.ledger, shop.card.id).entries) == len(told)


def test_the_same_sale_told_again_is_not_too_soon_after_itself() -> None:
    shop = Shop(SLOW)
    first = shop.earn("till", sale(), RECEIPT)
    shop.now += MINUTE
    assert same(first, shop.earn("web shop", sale(), RECEIPT))
    with pytest.raises(CoolDownError):
        shop.earn("another sale", sale(reference="r-2"), RECEIPT)
    with pytest.raises(CoolDownError):
        shop.earn("another amount", sale(501), RECEIPT)


def test_the_same_sale_told_again_of_a_card_that_was_closed() -> None:
    shop = Shop()
    first = shop.earn("1", sale(), RECEIPT)
    close_card(shop.books, shop.act("close"), shop.card.id, Status.CLOSED, reason=None)
    assert same(first, shop.earn("2", sale(), RECEIPT))
    with pytest.raises(CardNotActiveError):
        shop.earn("3", sale(reference="r-2"), RECEIPT)


def test_a_sale_told_by_two_at_once_is_one() -> None:
    shop = Shop()
    rival: list[Committed] = []
    shop.ledger.conflicts = 1
    shop.ledger.between = lambda: rival.append(shop.earn("rival", sale(), RECEIPT))
    done = shop.earn("key", sale(), RECEIPT)
    assert same(rival[0], done)
    assert len(audit(shop.ledger, shop.card.id).entries) == 1


ITEMS = (Item(sku="latte", category="drinks", quantity=2, amount=700),)
READS = [
    made.program(earning={"basis": "net"}),
    made.program(earning={"exclude": {"categories": ["tobacco"]}}),
    made.program(
        rules=[{"id": "r", "kind": "points_per_item", "points": 3, "items": {"skus": ["latte"]}}]
    ),
]


@pytest.mark.parametrize("program", READS)
def test_a_basket_is_kept_where_rules_look_at_it(program: Program) -> None:
    shop = Shop(program)
    done = shop.buy("key", 1_000, *ITEMS, tax=80)
    assert shop.ledger.basket(done.entry.id) == (80, ITEMS)
    bare = shop.buy("bare", 1_000)
    assert shop.ledger.basket(bare.entry.id) is None


def test_a_basket_that_no_rule_looks_at_is_not_kept() -> None:
    shop = Shop()
    done = shop.buy("key", 1_000, *ITEMS, tax=80)
    assert shop.ledger.basket(done.entry.id) is None


EVERYTHING: dict[str, object] = {
    "rules": [
        {"id": "rule", "kind": "points_per_amount", "step": 100, "points": 1},
        {"id": "ten", "kind": "milestone", "step": 1_000, "points": 5},
        {"id": "two", "kind": "challenge", "visits": 2, "days": 7, "points": 9},
        {"id": "gift", "kind": "bonus", "offer": "cake"},
    ],
    "offers": [{"id": "cake", "name": "Cake", "kind": "free_product", "days": 30}],
    "limits": [
        {"id": per, "per": per, "points": 1_000}
        for per in ("day", "week", "month", "year", "card")
    ],
    "expiry": {"months": 12, "end_of": "year", "remind_days": [30]},
}


@pytest.mark.parametrize("time_zone", ["Etc/GMT+12", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("ripen_days", [0, 90])
@pytest.mark.parametrize("year", [1, 1969, 1970])
def test_a_sale_of_no_date_counts_and_can_be_stored(
    time_zone: str, ripen_days: int, year: int
) -> None:
    """Tills date what they do not know to the year 1."""
    earning = {"cool_down_minutes": 1, **({"ripen_days": ripen_days} if ripen_days else {})}
    shop = Shop(
        made.program(ProgramKind.POINTS, time_zone=time_zone, earning=earning, **EVERYTHING)
    )
    at = datetime(year, 1, 1, tzinfo=UTC)
    done = shop.earn("key", sale(700), Circumstances(occurred_at=at))
    assert done.entry.occurred_at == at
    after = audit(shop.ledger, shop.card.id).card.state
    assert after.points + after.pending == 7
    assert unpack_state(pack_state(after)) == after
