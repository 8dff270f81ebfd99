"""A change of a card: once for a key, whoever else changes it meanwhile."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.fakes import FakeLedger, FakePrograms
from tests.wallet.services.shop import PROGRAM, TRIES, Shop, same
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    ContentionError,
    InvalidError,
    KeyReusedError,
    NotFoundError,
    WalletError,
)
from wallet.domain.ids import CardId, MerchantId
from wallet.domain.purchases import Gift, Purchase
from wallet.services.commit import Committed
from wallet.services.earn import Circumstances, earn
from wallet.services.redeem import redeem_offer, redeem_points, redeem_reward
from wallet.services.reverse import reverse


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_change_is_written_once_and_told_again(shop: Shop) -> None:
    first = shop.give("key", 5)
    assert not first.replayed
    shop.give("another", 7)
    assert same(first, shop.give("key", 5))
    assert audit(shop.ledger, shop.card.id).card.state.points == 12


def test_a_repeat_is_told_under_the_version_it_was_made_under(shop: Shop) -> None:
    first = shop.give("key", 5)
    shop.programs = FakePrograms(PROGRAM, made.next_version(PROGRAM, name="New"))
    assert shop.give("another").program.name == "New"
    assert same(first, shop.give("key", 5))


def test_a_key_is_for_one_request(shop: Shop) -> None:
    shop.give("key", 5, request="five")
    with pytest.raises(KeyReusedError):
        shop.give("key", 6, request="six")
    assert audit(shop.ledger, shop.card.id).card.state.points == 5


def test_a_key_is_for_one_card(shop: Shop) -> None:
    shop.give("key")
    other = made.card(PROGRAM)
    shop.ledger.put(other)
    assert not earn(shop.books, shop.act("key"), other.id, Gift(points=1)).replayed


def test_a_redeem_is_told_again_though_its_points_are_gone(shop: Shop) -> None:
    shop.give("before", 10)
    first = shop.spend("key", 10)
    assert same(first, shop.spend("key", 10))
    with pytest.raises(BalanceTooSmallError):
        shop.spend("another", 10)


def test_a_refused_request_under_a_used_key_is_another_request(shop: Shop) -> None:
    shop.give("key", 5)
    act = replace(shop.act("key"), fingerprint=b"a redeem")
    with pytest.raises(KeyReusedError):
        redeem_points(shop.books, act, shop.card.id, 99)


def test_a_reversal_is_told_again_though_nothing_is_left_of_it(shop: Shop) -> None:
    given_ = shop.give("before", 10)
    first = reverse(shop.books, shop.act("key"), given_.entry.id)
    assert same(first, reverse(shop.books, shop.act("key"), given_.entry.id))
    with pytest.raises(AlreadyReversedError):
        reverse(shop.books, shop.act("another"), given_.entry.id)


def test_every_try_decides_on_the_newest_head(shop: Shop) -> None:
    rivals = itertools.count()
    shop.ledger.conflicts = TRIES - 1

    def rival() -> None:
        head = shop.ledger.head(shop.card.id)
        assert head is not None
        change = made.change(PROGRAM, head, f"rival {next(rivals)}")
        assert FakeLedger.append(shop.ledger, change) == "written"

    shop.ledger.between = rival
    done = shop.give("key", 100)
    assert done.entry.seq == TRIES
    assert audit(shop.ledger, shop.card.id).card.state.points == 100 + TRIES - 1


def test_others_who_take_the_points_meanwhile_are_seen(shop: Shop) -> None:
    shop.give("before", 10)
    shop.ledger.conflicts = 1
    shop.ledger.between = lambda: shop.spend("rival", 10)
    with pytest.raises(BalanceTooSmallError):
        shop.spend("key", 10)
    assert audit(shop.ledger, shop.card.id).card.state.points == 0


def test_contention_ends_when_the_tries_do(shop: Shop) -> None:
    shop.ledger.conflicts = TRIES
    with pytest.raises(ContentionError):
        shop.give("key")
    assert shop.tries == TRIES
    assert audit(shop.ledger, shop.card.id).entries == []


def refusals(shop: Shop) -> dict[str, tuple[Callable[[], object], type[WalletError]]]:
    books, act, card_id = shop.books, shop.act("key"), shop.card.id
    stranger = replace(act, merchant_id=MerchantId(made.new_id()))
    zloty = Purchase(amount=1, currency="PLN")
    late = made.NOW + timedelta(hours=1)
    nobody = CardId(made.new_id())
    return {
        "too much": (lambda: shop.spend("key", 11), BalanceTooSmallError),
        "no such reward": (lambda: redeem_reward(books, act, card_id, "none"), InvalidError),
        "no such offer": (lambda: redeem_offer(books, act, card_id, "none"), InvalidError),
        "another currency": (lambda: earn(books, act, card_id, zloty), InvalidError),
        "stamps for points": (lambda: earn(books, act, card_id, Gift(stamps=1)), InvalidError),
        "to come": (
            lambda: earn(books, act, card_id, Gift(points=1), Circumstances(occurred_at=late)),
            InvalidError,
        ),
        "no such card": (lambda: earn(books, act, nobody, Gift(points=1)), NotFoundError),
        "another's card": (lambda: earn(books, stranger, card_id, Gift(points=1)), NotFoundError),
        "no such entry": (
            lambda: reverse(books, act, f"{card_id}-{made.new_id()}"),
            NotFoundError,
        ),
        "no entry's name": (lambda: reverse(books, act, "name"), NotFoundError),
        "another's entry": (
            lambda: reverse(books, stranger, shop.give("before", 10).entry.id),
            NotFoundError,
        ),
    }


@pytest.mark.parametrize("name", refusals(Shop()))
def test_a_refusal_writes_nothing(shop: Shop, name: str) -> None:
    shop.give("before", 10)
    act, error = refusals(shop)[name]
    with pytest.raises(error):
        act()
    assert len(audit(shop.ledger, shop.card.id).entries) == 1


def test_a_card_of_a_program_that_is_not_there_is_refused(shop: Shop) -> None:
    shop.programs = FakePrograms()
    with pytest.raises(NotFoundError):
        shop.give("key")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "buy", "spend", "back"]),
        st.integers(min_value=1, max_value=1_000),
        st.integers(min_value=0, max_value=12),
        st.integers(min_value=0, max_value=2),
    ),
    max_size=25,
)


@given(STEPS)
def test_whatever_happens_the_books_are_right(steps: list[tuple[str, int, int, int]]) -> None:
    """Keys meet, conflicts come in between, refusals too: sums and chain hold."""
    shop, written = Shop(), set()
    for kind, number, key, conflicts in steps:
        shop.ledger.conflicts = conflicts
        try:
            done = done_by(shop, kind, number, key)
        except WalletError:
            continue
        finally:
            shop.ledger.conflicts = 0
        assert done.replayed == (done.entry.id in written)
        written.add(done.entry.id)
    books = audit(shop.ledger, shop.card.id)
    assert {entry.id for entry in books.entries} == written


def done_by(shop: Shop, kind: str, number: int, key: int) -> Committed:
    if kind == "give":
        return shop.give(f"{key}", number, request=f"give {number}")
    if kind == "buy":
        return shop.buy(f"{key}", number)
    if kind == "spend":
        return shop.spend(f"{key}", number)
    entries = audit(shop.ledger, shop.card.id).entries
    target = entries[number % len(entries)].id if entries else "none"
    return reverse(shop.books, shop.act(f"{key}"), target, refund=number if number % 2 else None)
