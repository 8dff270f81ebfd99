"""A welcome is the first entry of its card, in one transaction with it.

What it leaves is noted.
"""

import os
from collections.abc import Mapping
from datetime import UTC, timedelta

from handlers import ledger_stream
from tests.audit import audit
from tests.faults.crowd import at_once
from tests.faults.deliveries import deliver, for_function
from tests.wallet.services import made
from tests.world import MASTER, POINTS, STAMPS, Shop, World, reception
from wallet import runtime
from wallet.clients.vault import MemberVault
from wallet.domain.calendar import local_day
from wallet.domain.cards import Card
from wallet.domain.ids import ProgramId
from wallet.domain.merchants import Member
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift
from wallet.services.agenda import Appointment, shard_of
from wallet.services.birthdays import finders_of
from wallet.services.earn import earn
from wallet.services.enrol import enrol
from wallet.services.put_program import put_program

WELCOME = (
    {"id": "hello", "kind": "welcome", "points": 20},
    {"id": "present", "kind": "welcome", "offer": "tea"},
)
HELLO: Mapping[str, object] = {
    **POINTS,
    "rules": list(WELCOME),
    "offers": [{"id": "tea", "name": "Tea", "kind": "gift", "days": 5}],
    "expiry": {"months": 12},
}


def published(shop: Shop, terms: Mapping[str, object] = HELLO) -> Program:
    program_id = ProgramId(f"hello-{made.new_id()}")
    act = shop.act(program_id)
    return put_program(runtime.programs(), act, program_id, read_terms(terms)).program


def joined(shop: Shop, program: Program, key: str = "join", **member: str) -> Card:
    person = Member(merchant_id=shop.merchant_id, **member)
    return enrol(reception(), shop.act(key), program.id, person).card


def noted(card: Card) -> list[Appointment]:
    """Where the agenda of the next two years has a card."""
    today = runtime.now().astimezone(UTC).date()
    until = runtime.now() + timedelta(days=800)
    days = (today + timedelta(days=ahead) for ahead in range(-1, 400))
    pages = (
        runtime.agenda().page(day, shard_of(card.id), until=until, after=None) for day in days
    )
    return [each for page in pages for each in page if each.card_id == card.id]


def test_a_welcome_is_entry_one_and_the_answer_shows_it(shop: Shop) -> None:
    program = published(shop)
    card = joined(shop, program)
    books = audit(runtime.ledger(), card.id)
    (entry,) = books.entries
    assert books.card == card
    assert (entry.kind, entry.reason, entry.points) == ("bonus", "welcome", 20)
    assert [offer.offer for offer in card.state.offers] == ["tea"]


def test_a_replay_shows_the_card_after_its_welcome_whatever_came_later(shop: Shop) -> None:
    program = published(shop)
    card = joined(shop, program)
    earn(runtime.books(), shop.act("more"), card.id, Gift(points=3))
    assert joined(shop, program) == card
    assert audit(runtime.ledger(), card.id).card.state.points == 23


def test_of_many_at_once_one_is_welcomed(world: World, shop: Shop) -> None:
    program = published(shop)
    before = world.all_keys()
    done, failed = at_once(8, lambda _: joined(shop, program))
    assert not failed
    (card,) = set(done)
    entries = [sk for pk, sk in world.all_keys() - before if pk == f"C#{card.id}" and sk != "H"]
    assert len(entries) == 1


def test_a_programme_without_a_welcome_writes_no_entry(shop: Shop) -> None:
    card = joined(shop, published(shop, STAMPS))
    assert audit(runtime.ledger(), card.id).entries == []
    assert (card.version, card.seq) == (1, 0)


def test_a_birthday_is_found_by_its_blind_index_and_a_near_one_is_noted(shop: Shop) -> None:
    program = published(shop)
    today = local_day(runtime.now(), program.time_zone)
    near = joined(shop, program, "near", birthday=f"{today:%m-%d}")
    far = joined(shop, program, "far", birthday=f"{today + timedelta(days=9):%m-%d}")
    vault = MemberVault(lambda: MASTER, os.urandom)
    finder, *_ = finders_of(vault, today + timedelta(days=9))
    assert far.id in runtime.agenda().born_on(finder, after=None)
    assert near.id not in runtime.agenda().born_on(finder, after=None)
    assert [each.birthday for each in noted(near)] == [today]
    assert noted(far) == []


def test_the_stream_notes_what_a_welcome_leaves_due(world: World, shop: Shop) -> None:
    """First the offer, then the points.

    Only the first of them is noted, however often it comes.
    """
    card = joined(shop, published(shop))
    records = for_function("fold_statistics", world.stream().new())
    for _ in range(2):
        deliver(ledger_stream.fold_statistics, "fold_statistics", records)
    ends = card.state.offers[0].expires_at + timedelta(seconds=1)
    assert noted(card) == [Appointment(at=ends, card_id=card.id)]
