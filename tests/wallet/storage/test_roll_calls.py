"""Roll calls in DynamoDB: written with their version, and every card of the programme answers."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.faults.crowd import at_once
from tests.wallet.services import made
from tests.world import POINTS, Shop, World
from wallet import runtime
from wallet.domain.errors import ContentionError
from wallet.domain.ids import CardId
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.services.agenda import RollCall
from wallet.services.merge_cards import merge_cards
from wallet.services.ports import Publication
from wallet.services.put_program import put_program
from wallet.storage.member_roll import MemberRoll

SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}
BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}


def edit(shop: Shop, back: Mapping[str, object], key: str = "edit", over: int = 1) -> Program:
    """Publishes a version with a win-back, over the first one."""
    terms = read_terms({**POINTS, "rules": [SPEND, back]})
    act = shop.act(key)
    return put_program(runtime.programs(), act, shop.points.id, terms, over=over).program


def calls(shop: Shop) -> list[RollCall]:
    found = runtime.agenda().roll_calls(until=runtime.now() + timedelta(days=1))
    return [each for each in found if each.program_id == shop.points.id]


def on_the_roll(program: Program, *, limit: int) -> list[CardId]:
    found: list[CardId] = []
    after = ""
    while True:
        cards, after = MemberRoll().cards(program.id, after=after, limit=limit)
        assert len(cards) <= limit
        found += cards
        if not after:
            return found


def test_a_roll_call_is_written_with_its_version_and_once(shop: Shop) -> None:
    assert calls(shop) == []
    first, again = edit(shop, BACK), edit(shop, BACK)
    assert (first.version, again.version) == (2, 2)
    (call,) = calls(shop)
    assert call == RollCall(at=first.effective_at + timedelta(minutes=2), program_id=first.id)


def test_of_several_editors_only_the_one_who_was_first_calls_the_roll(shop: Shop) -> None:
    programs, errors = at_once(4, lambda n: edit(shop, {**BACK, "days": 10 + n}, f"edit {n}"))
    assert [program.version for program in programs] == [2]
    assert {type(error) for error in errors} == {ContentionError}
    assert len(calls(shop)) == 1


def test_a_version_that_is_not_written_leaves_no_roll_call(shop: Shop) -> None:
    late = Publication(
        program=made.next_version(shop.points),
        newest=0,
        digest="late",
        fingerprint=b"",
        roll_call=RollCall(at=runtime.now(), program_id=shop.points.id),
    )
    assert not runtime.programs().publish(late)
    assert calls(shop) == []


@pytest.mark.parametrize("limit", [2, 3, 5, 100])
def test_every_card_of_a_programme_and_no_other_is_on_the_roll(shop: Shop, limit: int) -> None:
    named = shop.card(shop.points, email="ada@example.com")
    own = [named, *(shop.card(shop.points) for _ in range(4))]
    shop.card(shop.stamps)
    merge_cards(runtime.books(), shop.act("merge"), own[0].id, own[1].id)
    assert sorted(on_the_roll(shop.points, limit=limit)) == sorted(card.id for card in own)


def test_a_programme_without_members_has_an_empty_roll(world: World, shop: Shop) -> None:
    assert world.core
    assert on_the_roll(shop.points, limit=100) == []
