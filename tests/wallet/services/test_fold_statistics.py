"""The days of a programme: each entry once, on the day that it was in the shop."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.wallet.services import made
from tests.wallet.services.fakes import FakeLedger, FakePrograms, FakeStatistics
from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.drafts import Draft, seal
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import ContentionError
from wallet.domain.ids import CardId, ProgramId, entry_id
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.purchases import Purchase
from wallet.domain.vocabulary import RewardKind
from wallet.services.fold_statistics import (
    ENTRIES_MAX,
    Onlooker,
    Statistics,
    Tally,
    fold_statistics,
    tally,
)
from wallet.services.ports import Change

WARSAW = made.program(time_zone="Europe/Warsaw")
ALWAYS = ("0001-01-01", "9999-12-31")


class Counts:
    """Cards of a programme, and their days."""

    def __init__(self, *programs: Program) -> None:
        self.ledger, self.statistics = FakeLedger(), FakeStatistics()
        self.programs = FakePrograms(*programs)

    def fold(
        self,
        *cards: CardId,
        statistics: Statistics | None = None,
        shown_to: Onlooker = lambda *_: None,
    ) -> None:
        figures = statistics or self.statistics
        fold_statistics(self.ledger, self.programs, figures, cards, shown_to=shown_to)

    def days(self, program_id: ProgramId = WARSAW.id) -> Mapping[str, Tally]:
        return self.statistics.days(program_id, *ALWAYS)

    def buy(self, program: Program, card: CardId, at: datetime, amount: int = 100) -> Entry:
        head = self.ledger.head(card)
        assert head is not None
        purchase = Purchase(amount=amount, currency="EUR")
        digest = made.new_id()
        draft = ledger.earn(
            program, head, purchase, digest=digest, location_id=None, occurred_at=at
        )
        return self.write(program, head, draft, digest)

    def write(self, program: Program, head: Card, draft: Draft, digest: str) -> Entry:
        after, entry = seal(
            head,
            draft,
            program,
            entry_id=entry_id(head.id, digest),
            actor="a",
            now=made.NOW,
        )
        change = Change(before=head, after=after, entry=entry, fingerprint=bytes(16))
        assert self.ledger.append(change) == "written"
        return entry

    def card(self, program: Program = WARSAW) -> CardId:
        card = made.card(program)
        self.ledger.put(card)
        return card.id


@pytest.fixture
def counts() -> Counts:
    return Counts(WARSAW)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 1, 31, 22, 59, 59, 999_000, tzinfo=UTC), "2026-01-31"),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), "2026-02-01"),
        # Summer time: two hours ahead of UTC.
        (datetime(2026, 7, 31, 21, 59, 59, tzinfo=UTC), "2026-07-31"),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "2026-08-01"),
    ],
)
def test_a_day_is_the_shops(counts: Counts, at: datetime, day: str) -> None:
    card = counts.card()
    counts.buy(WARSAW, card, at)
    counts.fold(card)
    assert list(counts.days()) == [day]


def test_a_day_is_that_of_the_version_the_entry_was_made_under() -> None:
    moved = made.next_version(WARSAW, time_zone="Pacific/Auckland")
    counts = Counts(WARSAW, moved)
    card, noon = counts.card(), datetime(2026, 5, 5, 12, 30, tzinfo=UTC)
    counts.buy(WARSAW, card, noon)
    counts.buy(moved, card, noon)
    counts.fold(card)
    assert list(counts.days()) == ["2026-05-05", "2026-05-06"]


def test_what_was_counted_is_not_counted_again(counts: Counts) -> None:
    card = counts.card()
    counts.buy(WARSAW, card, made.NOW, amount=250)
    counts.fold(card, card)
    counts.fold(card)
    counts.buy(WARSAW, card, made.NOW, amount=150)
    counts.fold(card)
    (day,) = counts.days().values()
    assert day == Tally(entries=2, earns=2, points_given=4, turnover=400)


def test_an_unknown_card_is_passed_over(counts: Counts) -> None:
    counts.fold(CardId(made.new_id()))
    assert counts.days() == {}


def test_more_entries_than_one_write_holds_are_all_counted(counts: Counts) -> None:
    card, total = counts.card(), 2 * ENTRIES_MAX + 7
    for number in range(total):
        counts.buy(WARSAW, card, made.NOW + timedelta(days=number))
    watched = Watched()
    counts.fold(card, statistics=watched)
    assert len(watched.days(WARSAW.id, *ALWAYS)) == total
    # DynamoDB takes 100 items in a transaction: the days, and the card's own mark.
    assert max(watched.sizes) + 1 <= 100


class Watched(FakeStatistics):
    """Notes how many days each write touches."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def count(
        self,
        program_id: ProgramId,
        card_id: CardId,
        days: Mapping[str, Tally],
        *,
        after: int,
        upto: int,
    ) -> bool:
        self.sizes.append(len(days))
        return super().count(program_id, card_id, days, after=after, upto=upto)


class Beaten(FakeStatistics):
    """Somebody else counts the same card at the same time, some times or always."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def count(
        self,
        program_id: ProgramId,
        card_id: CardId,
        days: Mapping[str, Tally],
        *,
        after: int,
        upto: int,
    ) -> bool:
        if self.times:
            self.times -= 1
            return False
        return super().count(program_id, card_id, days, after=after, upto=upto)


def test_others_who_count_at_the_same_time_are_given_way(counts: Counts) -> None:
    card = counts.card()
    counts.buy(WARSAW, card, made.NOW)
    beaten = Beaten(times=3)
    counts.fold(card, statistics=beaten)
    assert beaten.counted(card) == 1


def test_if_others_never_stop_the_batch_comes_again(counts: Counts) -> None:
    card = counts.card()
    counts.buy(WARSAW, card, made.NOW)
    with pytest.raises(ContentionError):
        counts.fold(card, statistics=Beaten(times=1_000))


EARN, REDEEM, REVERSE = EntryKind.EARN, EntryKind.REDEEM, EntryKind.REVERSE
GIVING = replace(
    WARSAW,
    rewards=(
        *WARSAW.rewards,
        Reward(
            id="tree",
            name="A tree",
            kind=RewardKind.DONATION,
            cost=Cost(points=9),
            amount=200,
            cause="the forest",
        ),
    ),
)


@pytest.mark.parametrize(
    ("changed", "of", "adds"),
    [
        (
            {"points": 3, "amount": 350},
            None,
            Tally(entries=1, earns=1, points_given=3, turnover=350),
        ),
        ({"stamps": 2}, None, Tally(entries=1, earns=1, stamps_given=2)),
        ({"kind": REDEEM, "points": -9}, None, Tally(entries=1, redeems=1, points_taken=9)),
        (
            {"kind": REDEEM, "points": -9, "amount": 90},
            None,
            Tally(entries=1, redeems=1, points_taken=9),
        ),
        (
            {"kind": REDEEM, "points": -9, "reward_id": "tree"},
            None,
            Tally(entries=1, redeems=1, points_taken=9, donated=200),
        ),
        # A hold takes, its capture is the reward; a release gives back what was taken.
        ({"kind": EntryKind.HOLD, "points": -9}, None, Tally(entries=1, points_taken=9)),
        (
            {"kind": EntryKind.CAPTURE, "reward_id": "tree"},
            None,
            Tally(entries=1, redeems=1, donated=200),
        ),
        ({"kind": EntryKind.RELEASE, "points": 9}, None, Tally(entries=1, points_taken=-9)),
        ({"kind": EntryKind.EXPIRE, "points": -4}, None, Tally(entries=1, lapsed=4)),
        ({"kind": EntryKind.MERGE, "points": 40}, None, Tally(entries=1)),
        # Part of a purchase: the visit stays.
        (
            {"kind": REVERSE, "points": -3, "amount": 350},
            {"amount": 700},
            Tally(entries=1, reversals=1, points_given=-3, turnover=-350),
        ),
        (
            {"kind": REVERSE, "points": -7, "amount": 700},
            {"amount": 700},
            Tally(entries=1, earns=-1, reversals=1, points_given=-7, turnover=-700),
        ),
        (
            {"kind": REVERSE, "stamps": 10},
            {"kind": REDEEM, "reward_id": "tree"},
            Tally(entries=1, redeems=-1, reversals=1, stamps_taken=-10, donated=-200),
        ),
        # What was adjusted away comes back: no reward is undone.
        (
            {"kind": REVERSE, "points": 5},
            {"kind": EntryKind.ADJUST},
            Tally(entries=1, reversals=1, points_taken=-5),
        ),
    ],
)
def test_what_an_entry_adds(
    changed: dict[str, Any], of: dict[str, Any] | None, adds: Tally
) -> None:
    plain = replace(made.change(WARSAW, made.card(WARSAW), "1").entry, points=0)
    target = replace(plain, **of) if of is not None else None
    assert tally(replace(plain, **changed), GIVING, target) == adds


def test_the_total_is_the_sum_of_all_days(counts: Counts) -> None:
    card = counts.card()
    for days in (0, 1, 1, 400):
        counts.buy(WARSAW, card, made.NOW + timedelta(days=days), amount=300)
    counts.fold(card)
    assert len(counts.days()) == 3
    assert counts.statistics.total(WARSAW.id).turnover == 1_200
    assert counts.statistics.total(ProgramId("another")) == Tally()


@pytest.mark.parametrize("seed", range(20))
def test_in_whatever_order_cards_are_named_the_days_are_the_same(
    counts: Counts, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  a seed, to be repeated
    cards = [counts.card() for _ in range(4)]
    expected: Counter[str] = Counter()
    for _ in range(60):
        at = made.NOW + timedelta(hours=chance.randrange(200))
        card, amount = chance.choice(cards), chance.randrange(1, 9) * 100
        counts.buy(WARSAW, card, at, amount=amount)
        expected[(at + timedelta(hours=1)).date().isoformat()] += amount
        if chance.random() < 0.3:
            counts.fold(*chance.choices(cards, k=3))
    counts.fold(*cards)
    assert {day: each.turnover for day, each in counts.days().items()} == expected


def test_the_first_year_west_of_utc_does_not_stop_the_count() -> None:
    american = made.program(time_zone="America/New_York")
    counts = Counts(american)
    card = counts.card(american)
    counts.buy(american, card, datetime(1, 1, 1, tzinfo=UTC))
    counts.fold(card)
    assert list(counts.days(american.id)) == ["0001-01-01"]


def test_an_onlooker_sees_each_entry_and_what_it_took_back_until_it_does_not_fail() -> None:
    counts, seen = Counts(WARSAW), list[tuple[CardId, list[Entry], list[Entry]]]()
    card = counts.card()
    bought = counts.buy(WARSAW, card, made.NOW)

    def look(head: Card, new: Sequence[Entry], taken_back: Sequence[Entry]) -> None:
        seen.append((head.id, list(new), list(taken_back)))

    def fail(head: Card, new: Sequence[Entry], taken_back: Sequence[Entry]) -> None:
        look(head, new, taken_back)
        raise ContentionError(card)

    with pytest.raises(ContentionError):
        counts.fold(card, shown_to=fail)
    assert counts.days() == {}
    counts.fold(card, shown_to=look)
    counts.fold(card, shown_to=look)
    assert seen == [(card, [bought], [])] * 2
    assert [day.earns for day in counts.days().values()] == [1]
