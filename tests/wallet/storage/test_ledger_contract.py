"""What a ledger promises: the one in memory and the one in DynamoDB alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.storage.conftest import Kit
from wallet.domain.cards import Card, HeldOffer, Hold, Lot, Ripening, State, Status, Tally
from wallet.domain.entries import EntryKind, Line, Reversed
from wallet.domain.ids import CardId, EntryId, encode_id, entry_id
from wallet.domain.purchases import Item, Purchase
from wallet.services.ports import Change, Written

PROGRAM = made.program()
LATE = datetime(2031, 12, 31, 22, 59, 59, tzinfo=UTC)


@pytest.fixture
def card(kit: Kit) -> Card:
    card = made.card(PROGRAM)
    kit.put_head(card)
    return card


def written(kit: Kit, change: Change) -> Card:
    assert kit.ledger.append(change) == "written"
    return change.after


def test_a_head_comes_back_as_it_was_put(kit: Kit, card: Card) -> None:
    assert kit.ledger.head(card.id) == card


def test_what_was_never_written_is_none(kit: Kit) -> None:
    nobody = CardId(made.new_id())
    name = entry_id(nobody, made.new_id())
    assert kit.ledger.head(nobody) is None
    assert kit.ledger.entry(name) is None
    assert kit.ledger.mark(name) == Reversed()
    assert kit.ledger.entries(nobody, before=None, limit=5) == ([], False)
    assert list(kit.ledger.entries_after(nobody, 0, limit=9)) == []


def test_a_commit_moves_the_head_and_adds_the_entry(kit: Kit, card: Card) -> None:
    change = made.change(PROGRAM, card, "1", points=30)
    written(kit, change)
    assert kit.ledger.head(card.id) == change.after
    standing = Written(entry=change.entry, fingerprint=change.fingerprint)
    assert kit.ledger.entry(change.entry.id) == standing
    audit(kit.ledger, card.id)


def test_every_field_of_an_entry_comes_back(kit: Kit, card: Card) -> None:
    change = made.change(PROGRAM, card, "1")
    full = replace(
        change.entry,
        kind=EntryKind.REVERSE,
        points=-5,
        stamps=3,
        after=State(
            points=-12,
            stamps=4,
            owed=2,
            carry=99,
            lots=(Lot(units=7, expires_at=LATE), Lot(units=8, expires_at=None)),
            tallies=(Tally(key="abcdefgh", count=2, since=LATE),),
            ripening=(Ripening(units=3, ripens_at=LATE, expires_at=None),),
            visits=4,
            earned_at=LATE,
            used_at=LATE,
            offers=(HeldOffer(id="7K3M2QZT", offer="birthday", expires_at=LATE),),
            holds=(Hold(digest="0" * 22, until=LATE),),
            status=Status.MERGED,
            merged_into=CardId(made.new_id()),
        ),
        stamps_target=10,
        lines=(Line(rule_id="a", points=-5, stamps=0), Line(rule_id="b", points=0, stamps=3)),
        program_version=12,
        reason="żółć",
        location_id="shop-1",
        reference="2026/117 ☕",
        amount=10_000_000_000,
        currency="EUR",
        basket="ab" * 16,
        reward_id="cup",
        reverses=entry_id(card.id, made.new_id()),
        occurred_at=datetime(1999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        created_at=LATE + timedelta(milliseconds=1),
    )
    written(kit, replace(change, entry=full))
    standing = kit.ledger.entry(full.id)
    assert standing is not None
    assert standing.entry == full
    assert kit.ledger.entries(card.id, before=None, limit=1) == ([full], False)


def test_a_key_that_stands_is_told_first(kit: Kit, card: Card) -> None:
    """Also when the head has moved on, so that a late repeat is a replay and no conflict."""
    change = made.change(PROGRAM, card, "1", points=30)
    after = written(kit, change)
    standing = Written(entry=change.entry, fingerprint=change.fingerprint)
    assert kit.ledger.append(change) == standing
    written(kit, made.change(PROGRAM, after, "2"))
    assert kit.ledger.append(change) == standing
    assert kit.ledger.append(made.change(PROGRAM, after, "1", points=5)) == standing
    assert audit(kit.ledger, card.id).card.state.points == 31


def test_a_head_that_moved_on_is_a_conflict(kit: Kit, card: Card) -> None:
    written(kit, made.change(PROGRAM, card, "1"))
    late = made.change(PROGRAM, card, "2")
    assert kit.ledger.append(late) == "conflict"
    assert kit.ledger.entry(late.entry.id) is None
    audit(kit.ledger, card.id)


def test_a_head_that_is_not_there_is_a_conflict(kit: Kit) -> None:
    change = made.change(PROGRAM, made.card(PROGRAM), "1")
    assert kit.ledger.append(change) == "conflict"
    assert kit.ledger.head(change.before.id) is None
    assert kit.ledger.entry(change.entry.id) is None


def reversal(kit: Kit, card: Card, key: str, read: Reversed, left: Reversed) -> Change:
    """A change that brings a mark on the card's first entry."""
    first = kit.ledger.entries(card.id, before=2, limit=1)[0][0]
    change = made.change(PROGRAM, card, key)
    undoing = replace(change.entry, reverses=first.id)
    return replace(change, entry=undoing, mark=(read, left))


def test_a_mark_moves_with_the_commit(kit: Kit, card: Card) -> None:
    first = made.change(PROGRAM, card, "1")
    now = written(kit, first)
    part, whole = Reversed(amount=300), Reversed(amount=1_000, whole=True)
    now = written(kit, reversal(kit, now, "2", Reversed(), part))
    assert kit.ledger.mark(first.entry.id) == part
    now = written(kit, reversal(kit, now, "3", part, whole))
    assert kit.ledger.mark(first.entry.id) == whole


def test_a_mark_keeps_the_steps_that_were_taken(kit: Kit, card: Card) -> None:
    first = made.change(PROGRAM, card, "1")
    now = written(kit, first)
    part = Reversed(amount=300, taken=(("food", 2), ("spend", 10**9)))
    rest = Reversed(amount=1_000, whole=True)
    now = written(kit, reversal(kit, now, "2", Reversed(), part))
    assert kit.ledger.mark(first.entry.id) == part
    written(kit, reversal(kit, now, "3", part, rest))
    assert kit.ledger.mark(first.entry.id) == rest


BASKET = Purchase(
    amount=1_000,
    currency="EUR",
    tax=80,
    items=(
        Item(sku="latte-ż", category="drinks", quantity=2, amount=700),
        Item(category="bags", quantity=0, amount=-5),
        Item(sku="tip", quantity=10**6),
    ),
)


def test_a_basket_stands_beside_its_entry(kit: Kit, card: Card) -> None:
    change = replace(made.change(PROGRAM, card, "1"), basket=BASKET)
    assert kit.ledger.basket(change.entry.id) is None
    after = written(kit, change)
    assert kit.ledger.basket(change.entry.id) == (80, BASKET.items)
    bare = replace(made.change(PROGRAM, after, "2"), basket=replace(BASKET, items=()))
    after = written(kit, bare)
    assert kit.ledger.basket(bare.entry.id) == (80, ())
    assert [entry.seq for entry in audit(kit.ledger, card.id).entries] == [1, 2]
    # A replay, and what came too late, leave it as it is.
    other = replace(change, basket=bare.basket)
    assert kit.ledger.append(other) == Written(entry=change.entry, fingerprint=change.fingerprint)
    late = replace(made.change(PROGRAM, card, "3"), basket=BASKET)
    assert kit.ledger.append(late) == "conflict"
    assert kit.ledger.basket(late.entry.id) is None
    assert kit.ledger.basket(change.entry.id) == (80, BASKET.items)


@pytest.mark.parametrize("stale", [Reversed(), Reversed(amount=200), Reversed(amount=300)])
def test_a_mark_that_was_read_too_early_is_a_conflict(
    kit: Kit, card: Card, stale: Reversed
) -> None:
    first = made.change(PROGRAM, card, "1")
    now = written(kit, first)
    for key, read, left in (("2", 0, 200), ("3", 200, 300), ("4", 300, 400)):
        marks = (Reversed(amount=read), Reversed(amount=left))
        now = written(kit, reversal(kit, now, key, *marks))
    late = reversal(kit, now, "5", stale, Reversed(amount=900))
    assert kit.ledger.append(late) == "conflict"
    assert kit.ledger.head(card.id) == now
    assert kit.ledger.mark(first.entry.id) == Reversed(amount=400)


def test_pages_go_back_from_the_newest(kit: Kit, card: Card) -> None:
    now, seqs = card, []
    for number in range(5):
        now = written(kit, made.change(PROGRAM, now, f"{number}"))
    for before, limit in ((None, 2), (4, 2), (2, 2), (1, 2), (None, 5), (None, 9), (99, 1)):
        page, more = kit.ledger.entries(card.id, before=before, limit=limit)
        seqs.append(([entry.seq for entry in page], more))
    assert seqs == [
        ([5, 4], True),
        ([3, 2], True),
        ([1], False),
        ([], False),
        ([5, 4, 3, 2, 1], False),
        ([5, 4, 3, 2, 1], False),
        ([5], True),
    ]
    assert [entry.seq for entry in kit.ledger.entries_after(card.id, 3, limit=9)] == [4, 5]
    assert list(kit.ledger.entries_after(card.id, 5, limit=9)) == []


def test_cards_do_not_see_each_other(kit: Kit, card: Card) -> None:
    other = made.card(PROGRAM)
    kit.put_head(other)
    written(kit, made.change(PROGRAM, card, "the same key"))
    written(kit, made.change(PROGRAM, other, "the same key"))
    assert len(audit(kit.ledger, card.id).entries) == len(audit(kit.ledger, other.id).entries) == 1


def test_many_heads_come_at_once(kit: Kit) -> None:
    cards = [made.card(PROGRAM) for _ in range(120)]
    for each in cards:
        kit.put_head(each)
    unknown = CardId(encode_id(b"\xff" * 16))
    asked = [each.id for each in cards]
    assert kit.ledger.heads([*asked, unknown, asked[0]]) == {each.id: each for each in cards}
    assert kit.ledger.heads([]) == {}


def test_heads_are_found_by_the_time_of_their_last_change(kit: Kit, card: Card) -> None:
    later = made.NOW + timedelta(hours=1)
    fresh = made.card(PROGRAM, now=later)
    kit.put_head(fresh)
    written(kit, made.change(PROGRAM, card, "1"))
    found = set(kit.ledger.changed_since(later))
    assert fresh.id in found
    assert card.id not in found
    assert {card.id, fresh.id} <= set(kit.ledger.changed_since(made.NOW))


def test_a_name_that_is_none_is_refused(kit: Kit) -> None:
    if kit.kind == "dynamodb":
        with pytest.raises(ValueError, match="not an entry id"):
            kit.ledger.entry(EntryId("no entry"))
