"""The counter: one stamp for one coffee at two tills, and an undo that is asked for again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import pytest

from tests.wallet.services import made
from tests.wallet.services.fakes import FakeLedger, FakePrograms
from wallet.domain.cards import Card
from wallet.domain.ids import CardId, MemberId, MerchantId, key_digest
from wallet.domain.merchants import Member
from wallet.domain.purchases import Gift
from wallet.domain.vocabulary import ProgramKind
from wallet.services import counter
from wallet.services.commit import Act, Books, Committed
from wallet.services.counter import TooLateError, TooSoonError
from wallet.services.find_cards import Counter, find_shown, is_shown
from wallet.services.ports import Change, Refused, Written

STAMPS = made.program(ProgramKind.STAMPS)
ONE = Gift(stamps=1)


class Overtaken(FakeLedger):
    """A ledger in which somebody is faster, once."""

    def __init__(self) -> None:
        super().__init__()
        self.faster: Callable[[], object] | None = None

    def append(self, *changes: Change) -> Literal["written", "conflict"] | Written | Refused:
        faster, self.faster = self.faster, None
        if faster:
            faster()
        return super().append(*changes)


class Drawer:
    """The cards and the vault, as far as giving uses them: not at all, but for a barcode."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def by_barcode(self, barcode: str) -> CardId | None:
        return self.card.id if barcode == self.card.barcode else None

    def by_code(self, merchant_id: MerchantId, code: str) -> CardId | None:
        ours = merchant_id == self.card.merchant_id and code == self.card.code
        return self.card.id if ours else None

    def by_finder(self, finder: str) -> Sequence[CardId]:
        raise NotImplementedError

    def sealed(self, member_id: MemberId) -> bytes | None:
        raise NotImplementedError

    def seal(self, member_id: MemberId, member: Member) -> bytes:
        raise NotImplementedError

    def open(self, merchant_id: MerchantId, member_id: MemberId, sealed: bytes) -> Member:
        raise NotImplementedError

    def finder(self, merchant_id: MerchantId, kind: str, value: str) -> str:
        raise NotImplementedError


@dataclass
class Shop:
    """A card at two tills."""

    ledger: Overtaken = field(default_factory=Overtaken)
    card: Card = field(default_factory=lambda: made.card(STAMPS))

    def __post_init__(self) -> None:
        self.ledger.put(self.card)

    @property
    def counter(self) -> Counter:
        def retries() -> Iterator[None]:
            yield from [None] * 3

        books = Books(ledger=self.ledger, programs=FakePrograms(STAMPS), retries=retries)
        drawer = Drawer(self.card)
        return Counter(books=books, cards=drawer, vault=drawer)

    def give(self, key: str, *, now: datetime = made.NOW, again: bool = False) -> Committed:
        return counter.give(
            self.counter, act(key, now), self.card, ONE, location_id=None, again=again
        )

    def stamps(self) -> int:
        head = self.ledger.head(self.card.id)
        assert head
        return head.state.stamps


def act(key: str, now: datetime) -> Act:
    return Act(
        merchant_id=made.MERCHANT,
        actor=counter.actor("till"),
        digest=key_digest("till", key),
        fingerprint=key.encode(),
        now=now,
    )


@pytest.mark.parametrize("ahead_seconds", [-1, 0, 1])
def test_two_tills_at_the_same_moment_stamp_once_and_ask(ahead_seconds: int) -> None:
    shop = Shop()
    theirs = made.NOW + timedelta(seconds=ahead_seconds)
    shop.ledger.faster = lambda: shop.give("other", now=theirs)
    with pytest.raises(TooSoonError):
        shop.give("mine")
    assert shop.stamps() == 1
    assert shop.give("mine", again=True).entry.reason == counter.REPEATED
    assert shop.stamps() == 2


def test_an_undo_whose_answer_was_lost_is_answered_again_after_its_time() -> None:
    shop = Shop()
    given = shop.give("mine").entry.id
    inside, after = made.NOW + counter.UNDO, made.NOW + counter.UNDO * 2
    first = counter.take_back(shop.counter, act("undo", inside), given)
    assert counter.take_back(shop.counter, act("undo", after), given).entry == first.entry
    assert shop.stamps() == 0
    with pytest.raises(TooLateError):
        counter.take_back(shop.counter, act("undo once more", after), given)


@pytest.mark.parametrize("before", ["", "]Q1", "]Q3", " ]d2"])
def test_what_a_scanner_puts_before_a_code_is_no_part_of_it(before: str) -> None:
    shop = Shop()
    for code in (shop.card.barcode, shop.card.code):
        assert find_shown(shop.counter, made.MERCHANT, before + code) == shop.card.id
        assert is_shown(shop.card, before + code)
    assert find_shown(shop.counter, made.MERCHANT, f"x{shop.card.barcode}") is None
    assert not is_shown(shop.card, f"]Q1]Q1{shop.card.barcode}")
