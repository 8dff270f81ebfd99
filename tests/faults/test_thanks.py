"""The thanks for friends, however the stream's batches come: as many as there are friends who
bought and kept it, on the real engine.
"""

import random
from datetime import timedelta

import pytest

from cli.__main__ import main
from handlers import ledger_stream
from tests.audit import audit
from tests.faults.crowd import at_once
from tests.faults.deliveries import (
    FORMS,
    Form,
    Records,
    deliver,
    deliver_all,
    for_function,
    in_tens,
)
from tests.wallet.services.brought import FRIEND
from tests.world import POINTS, Services, Shop, World, reception
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.entries import EntryKind
from wallet.domain.ids import ProgramId
from wallet.domain.merchants import Member
from wallet.domain.program_document import read_terms
from wallet.domain.purchases import Purchase
from wallet.domain.referrals import is_paid
from wallet.domain.times import write_time
from wallet.services.earn import earn
from wallet.services.enrol import enrol
from wallet.services.put_program import put_program
from wallet.services.reverse import reverse

FRIENDS = 6


class Club:
    """A card whose holder brings friends, who buy, and bring some of it back."""

    def __init__(self, shop: Shop, chance: random.Random) -> None:
        self.shop, self._chance = shop, chance
        terms = read_terms({**POINTS, "rules": [FRIEND]})
        program_id = ProgramId(f"club-{chance.randrange(10**9)}")
        self.program = put_program(
            runtime.programs(), shop.act(f"put {program_id}"), program_id, terms
        ).program
        self.referrer = shop.card(self.program)
        self.friends = [self._brought(f"{program_id} {number}") for number in range(FRIENDS)]

    def _brought(self, key: str) -> Card:
        person = Member(merchant_id=self.shop.merchant_id)
        act = self.shop.act(key)
        return enrol(reception(), act, self.program.id, person, referred_by=self.referrer.id).card

    def live(self, *friends: Card) -> None:
        """Each friend buys some times; about half of it is brought back, or a part of it."""
        for friend in friends or self.friends:
            for turn in range(3):
                amount = self._chance.choice([1_999, 2_000, 5_000])
                key = f"{friend.id} {turn}"
                bought = Purchase(amount=amount, currency=self.program.currency)
                made = earn(runtime.books(), self.shop.act(key), friend.id, bought).entry
                if self._chance.random() < 0.5:
                    part = self._chance.choice([1, 1_500, None])
                    back = self.shop.act(f"{key} back")
                    reverse(runtime.books(), back, made.id, refund=part)

    def paid(self) -> int:
        """How many friends have bought, and kept enough of it."""
        heads = runtime.ledger().heads(friend.id for friend in self.friends)
        return sum(is_paid(card.state, self.program.rules[0]) for card in heads.values())

    def thanked(self) -> int:
        """For how many of them the thanks stand: each given once, and taken back once at most."""
        entries, _ = runtime.ledger().entries(self.referrer.id, before=None, limit=100)
        given = [entry.id for entry in entries if entry.kind is EntryKind.BONUS]
        back = [entry.reverses for entry in entries if entry.kind is EntryKind.REVERSE]
        assert len(set(back)) == len(back)
        assert set(back) <= set(given)
        standing = len(given) - len(back)
        assert audit(runtime.ledger(), self.referrer.id).card.state.points == 50 * standing
        return standing


@pytest.fixture
def club(shop: Shop, request: pytest.FixtureRequest) -> Club:
    return Club(shop, random.Random(request.node.name))  # noqa: S311  a seed, to be repeated


def told(world: World, club: Club) -> Records:
    """What the stream tells of the club's days, once they are over."""
    stream = world.stream()
    stream.new()
    club.live()
    assert club.paid()
    return for_function("fold_statistics", stream.new())


@pytest.mark.parametrize("form", FORMS)
def test_however_batches_come(world: World, club: Club, form: Form) -> None:
    records = told(world, club)
    for batch in form(records, random.Random(3)):  # noqa: S311  a seed, to be repeated
        deliver(ledger_stream.fold_statistics, "fold_statistics", batch)
    assert club.thanked() == club.paid()


def test_two_readers_at_once(world: World, club: Club) -> None:
    batches = in_tens(told(world, club))

    def read(_reader: int) -> None:
        deliver_all(ledger_stream.fold_statistics, "fold_statistics", batches)

    _, failed = at_once(2, read)
    assert not failed
    assert club.thanked() == club.paid()


def test_told_as_it_happens(world: World, club: Club) -> None:
    stream = world.stream()
    stream.new()
    for friend in club.friends:
        club.live(friend)
        for batch in in_tens(for_function("fold_statistics", stream.new())):
            deliver(ledger_stream.fold_statistics, "fold_statistics", batch)
    assert club.paid()
    assert club.thanked() == club.paid()


def test_the_sweep_makes_up_for_what_the_stream_lost(
    world: World, services: Services, club: Club, capsys: pytest.CaptureFixture[str]
) -> None:
    assert services.push_queue
    told(world, club)
    assert club.thanked() == 0
    assert main(["sweep", write_time(runtime.now() - timedelta(days=1))]) == 0
    assert club.thanked() == club.paid()
    assert runtime.statistics().total(club.program.id).earns > 0
    assert "cards changed since then" in capsys.readouterr().out
