"""Many writers on one card, on an engine that is right under threads."""

from collections import Counter

import pytest

from chalice_app.documents import outcome_document
from tests.audit import audit
from tests.faults.crowd import at_once
from tests.world import BASE_URL, Shop, World, reception
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    InvalidError,
    KeyReusedError,
)
from wallet.domain.merchants import Member
from wallet.domain.purchases import Gift, Purchase
from wallet.services.commit import Committed
from wallet.services.earn import earn
from wallet.services.enrol import enrol
from wallet.services.redeem import redeem_points, redeem_reward
from wallet.services.reverse import reverse

CROWD = 32


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than a caller at a till would wait."""
    monkeypatch.setattr(runtime, "CONTENTION_SECONDS_MAX", 120.0)


def answer(committed: Committed) -> bytes:
    return outcome_document(committed, BASE_URL)


def give(shop: Shop, card: Card, key: str, **gift: int) -> Committed:
    return earn(runtime.books(), shop.act(key, **gift), card.id, Gift(**gift))


def buy(shop: Shop, card: Card, key: str, amount: int) -> Committed:
    purchase = Purchase(amount=amount, currency="EUR")
    return earn(runtime.books(), shop.act(key, amount=amount), card.id, purchase)


def test_the_same_key_from_many_counts_once(shop: Shop) -> None:
    card = shop.card(shop.stamps)
    done, failed = at_once(CROWD, lambda _: give(shop, card, "the same", stamps=1))
    assert not failed
    assert Counter(each.replayed for each in done) == {False: 1, True: CROWD - 1}
    assert len({answer(each) for each in done}) == 1
    books = audit(runtime.ledger(), card.id)
    assert len(books.entries) == 1
    assert books.card.state.stamps == 1


def test_different_keys_on_one_card_all_count(shop: Shop) -> None:
    card = shop.card(shop.points)
    done, failed = at_once(CROWD, lambda n: give(shop, card, f"key {n}", points=n + 1))
    assert not failed
    assert not any(each.replayed for each in done)
    books = audit(runtime.ledger(), card.id)
    assert len(books.entries) == CROWD
    assert books.card.state.points == sum(range(1, CROWD + 1))
    assert {each.entry for each in done} == set(books.entries)
    assert books.card.version == card.version + CROWD
    assert books.card.modified >= card.modified + CROWD


def test_keys_delivered_again_among_others_count_once(shop: Shop) -> None:
    card = shop.card(shop.points)
    done, failed = at_once(CROWD, lambda n: buy(shop, card, f"key {n % 8}", 150))
    assert not failed
    assert Counter(each.replayed for each in done) == {False: 8, True: CROWD - 8}
    assert len({answer(each) for each in done}) == 8
    books = audit(runtime.ledger(), card.id)
    assert books.card.state.points == 12
    assert books.card.state.carry == 0


def test_one_key_with_two_requests_makes_one_of_them(shop: Shop) -> None:
    card = shop.card(shop.stamps)
    done, failed = at_once(CROWD, lambda n: give(shop, card, "the same", stamps=1 + n % 2))
    assert len(done) == len(failed) == CROWD // 2
    assert all(isinstance(error, KeyReusedError) for error in failed)
    assert len({answer(each) for each in done}) == 1
    assert len(audit(runtime.ledger(), card.id).entries) == 1


def test_a_balance_for_five_rewards_gives_five(shop: Shop) -> None:
    card = shop.card(shop.stamps)
    give(shop, card, "before", stamps=57)
    done, failed = at_once(
        CROWD, lambda n: redeem_reward(runtime.books(), shop.act(f"r {n}"), card.id, "coffee")
    )
    assert len(done) == 5
    assert all(isinstance(error, BalanceTooSmallError) for error in failed)
    assert audit(runtime.ledger(), card.id).card.state.stamps == 7


def test_a_redeem_delivered_by_many_takes_once(shop: Shop) -> None:
    card = shop.card(shop.points)
    give(shop, card, "before", points=30)
    done, failed = at_once(
        CROWD, lambda _: redeem_points(runtime.books(), shop.act("the same"), card.id, 30)
    )
    assert not failed
    assert Counter(each.replayed for each in done) == {False: 1, True: CROWD - 1}
    assert len({answer(each) for each in done}) == 1
    assert audit(runtime.ledger(), card.id).card.state.points == 0


def test_an_entry_is_reversed_once(shop: Shop) -> None:
    card = shop.card(shop.stamps)
    kept, taken = give(shop, card, "kept", stamps=3), give(shop, card, "taken", stamps=4)
    done, failed = at_once(
        16, lambda n: reverse(runtime.books(), shop.act(f"back {n}"), taken.entry.id)
    )
    assert len(done) == 1
    assert all(isinstance(error, AlreadyReversedError) for error in failed)
    books = audit(runtime.ledger(), card.id)
    assert books.card.state.stamps == kept.entry.stamps
    assert [each.reverses for each in books.entries] == [None, None, taken.entry.id]


@pytest.mark.parametrize(("refund", "granted"), [(300, 3), (100, 10), (1000, 1), (999, 1)])
def test_refunds_that_race_never_exceed_what_was_paid(
    shop: Shop, refund: int, granted: int
) -> None:
    card = shop.card(shop.points)
    buy(shop, card, "before", 50)
    bought = buy(shop, card, "bought", 1_000)
    done, failed = at_once(
        16,
        lambda n: reverse(runtime.books(), shop.act(f"back {n}"), bought.entry.id, refund=refund),
    )
    assert len(done) == granted
    assert all(isinstance(error, InvalidError | AlreadyReversedError) for error in failed)
    net = 1_050 - granted * refund
    state = audit(runtime.ledger(), card.id).card.state
    assert (state.points, state.carry) == divmod(net, 100)
    assert runtime.ledger().mark(bought.entry.id).amount == granted * refund


def test_the_same_refund_delivered_by_many_is_paid_once(shop: Shop) -> None:
    card = shop.card(shop.points)
    bought = buy(shop, card, "bought", 1_000)
    done, failed = at_once(
        16, lambda _: reverse(runtime.books(), shop.act("back"), bought.entry.id, refund=400)
    )
    assert not failed
    assert len({answer(each) for each in done}) == 1
    assert audit(runtime.ledger(), card.id).card.state.points == 6


def test_the_same_key_enrols_one_card(world: World, shop: Shop) -> None:
    person = Member(merchant_id=shop.merchant_id, name="Ada", email="ada@example.com")
    before = world.all_keys()
    done, failed = at_once(
        16, lambda _: enrol(reception(), shop.act("join"), shop.stamps.id, person)
    )
    assert not failed
    assert Counter(each.replayed for each in done) == {False: 1, True: 15}
    assert len({each.card for each in done}) == 1
    made = Counter(pk[:2] for pk, _ in world.all_keys() - before)
    # A head, a member, a barcode and a typed code, an e-mail, an idempotency key.
    assert made == {"C#": 1, "U#": 1, "B#": 2, "F#": 1, "I#": 1}


def test_a_card_is_found_again_as_it_was_first_enrolled(shop: Shop) -> None:
    person = Member(merchant_id=shop.merchant_id)
    first = enrol(reception(), shop.act("join"), shop.points.id, person)
    give(shop, first.card, "later", points=3)
    again = enrol(reception(), shop.act("join"), shop.points.id, person)
    assert again.replayed
    assert (again.card, again.program) == (first.card, first.program)
