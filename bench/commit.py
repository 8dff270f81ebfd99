"""What the commit costs in DynamoDB, from the sizes of the items that it really writes.

`python -m bench.commit` prints the figures. The card is the fullest that the design has in mind:
12 lots, 6 challenges, a referral, 8 awards, and every other field as long as the API takes it.

Some commits bring one more item each: a purchase whose reference counts once (`receipt`), one
whose basket the rules look at, a reward of which pieces are counted (`stock`), a single-use code,
a reversal (`mark`). A merge is a commit of two cards.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pynamodb.models import Model

from bench.capacity import index_units, item_bytes, read_units, stored, write_units
from wallet.domain.bounds import REFERENCE_BYTES_MAX
from wallet.domain.cards import EPOCH, Card, Lot, State, Tally
from wallet.domain.entries import Entry, EntryKind, Line
from wallet.domain.ids import CardId, EntryId, MemberId, MerchantId, ProgramId, entry_id
from wallet.domain.purchases import Item, Purchase
from wallet.domain.times import to_millis
from wallet.services.ports import Change
from wallet.storage.ledger_rows import entry_row, head_row
from wallet.storage.packing import pack_basket, pack_taken
from wallet.storage.rows.cards import BasketRow, CodeRow, MarkRow, ReceiptRow, StockRow

BARS = {"earn_write_units": 5.0, "earn_read_units": 1.0}

LOTS, CHALLENGES, AWARDS = 12, 6, 8
# A basket of more lines than these takes two units more for each further kilobyte.
BASKET_LINES = 25

_AT = datetime(2027, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_ID = "z" * 22
_RULE = "r" * 24
_COUNT = 9_999_998
_POINTS = 999_999_999
# Minor units: a hundred million of the currency.
_AMOUNT = 9_999_999_999

_OF_TWO_CARDS = (EntryKind.MERGE, EntryKind.UNMERGE)


def measure() -> dict[str, float]:
    """Units and sizes of a commit, by name."""
    head = item_bytes(stored(head_row(full_card())))
    entries = {kind: item_bytes(stored(entry_row(full_change(kind)))) for kind in EntryKind}
    extras = {name: item_bytes(stored(row)) for name, row in _extras().items()}
    found: dict[str, float] = {"head_item_bytes": head}
    for name, size in extras.items():
        found[f"{name}_item_bytes"] = size
        found[f"{name}_more_write_units"] = write_units(size)
    # A reversal reads the basket, where it was kept.
    found["basket_more_read_units"] = read_units(extras["basket"])
    for kind, size in entries.items():
        more = [extras["mark"]] if kind is EntryKind.REVERSE else []
        units = write_units(head, size, *more) + index_units(size)
        found[f"{kind}_entry_item_bytes"] = size
        found[f"{kind}_write_units"] = units * (2 if kind in _OF_TWO_CARDS else 1)
        found[f"{kind}_read_units"] = read_units(head, *_read(kind, head, entries))
    return found


def _read(kind: EntryKind, head: int, entries: Mapping[EntryKind, int]) -> list[int]:
    """What is read besides the card's head.

    The state before an entry is in the one before it, which is asked for as a page of one: two
    entries are read, to know whether there are more.
    """
    before = 2 * max(entries.values())
    match kind:
        case EntryKind.REVERSE:
            return [entries[EntryKind.EARN], item_bytes(stored(_extras()["mark"])), before]
        case EntryKind.CAPTURE:
            return [entries[EntryKind.HOLD]]
        case EntryKind.RELEASE:
            return [entries[EntryKind.HOLD], before]
        case EntryKind.MERGE:
            return [head]
        case EntryKind.UNMERGE:
            return [head, entries[EntryKind.MERGE], entries[EntryKind.MERGE], before, before]
        case _:
            return []


def _extras() -> dict[str, Model]:
    """The items that a commit may bring besides head and entry."""
    taken = [(_RULE, _POINTS)] * AWARDS
    line = Item(sku="5901234123457", category="accessories", quantity=99, amount=9_999)
    basket = Purchase(amount=_AMOUNT, currency="PLN", tax=_AMOUNT, items=(line,) * BASKET_LINES)
    return {
        "receipt": ReceiptRow(f"Z#{_ID}#{_ID}", "H", entry=f"{_ID}-{_ID}"),
        "stock": StockRow(f"P#{'p' * 64}", f"S#{_RULE}", given=_COUNT),
        "code": CodeRow(
            f"X#{_ID}#7K3M-Q2ZT-4H",
            "H",
            program="p" * 64,
            action="a" * 40,
            batch=_ID,
            expires=to_millis(_AT),
            entry=f"{_ID}-{_ID}",
        ),
        "basket": BasketRow(f"C#{_ID}", f"K#{_ID}", packed=pack_basket(basket)),
        "mark": MarkRow(
            f"C#{_ID}", f"R#{_ID}", amount=_AMOUNT, whole=False, taken=pack_taken(taken)
        ),
    }


def full_card() -> Card:
    """The head of a card that holds as much as one does."""
    return Card(
        id=CardId(_ID),
        merchant_id=MerchantId(_ID),
        program_id=ProgramId("p" * 64),
        member_id=MemberId(_ID),
        barcode=_ID,
        code="7K3M-Q2ZT-4H",
        secret=bytes(16),
        locale="pl",
        version=_COUNT,
        seq=_COUNT,
        state=full_state(),
        last_hash=bytes(32),
        created_at=_AT,
        updated_at=_AT,
        modified=int(_AT.timestamp()),
        referred_by=CardId(_ID),
    )


def full_state() -> State:
    """Twelve months' worth of points, each ending with its own, six challenges, a referral."""
    days = [timedelta(days=number) for number in range(LOTS)]
    return State(
        points=_POINTS * LOTS,
        stamps=-999,
        owed=_POINTS,
        carry=_AMOUNT,
        lots=tuple(Lot(units=_POINTS, expires_at=_AT + day) for day in days),
        tallies=(
            *(Tally(key="k" * 8, count=9_999, since=_AT) for _ in range(CHALLENGES)),
            Tally(key="k" * 8, count=9_999, since=EPOCH),
        ),
        visits=_COUNT,
        earned_at=_AT,
        used_at=_AT,
    )


def full_change(kind: EntryKind) -> Change:
    """The commit of an entry that says as much as one of its kind can."""
    card = full_card()
    after = replace(card, version=_COUNT + 1, seq=_COUNT + 1)
    return Change(
        before=card,
        after=after,
        entry=_ENTRIES.get(kind, _explained)(_bare(kind, after)),
        fingerprint=bytes(16),
    )


def _bare(kind: EntryKind, card: Card) -> Entry:
    return Entry(
        id=entry_id(card.id, _ID),
        card_id=card.id,
        seq=card.seq,
        kind=kind,
        points=-_POINTS,
        stamps=-999,
        after=card.state,
        stamps_target=29,
        program_version=9_999,
        actor=f"key:{_ID}",
        occurred_at=_AT,
        created_at=_AT,
        card_version=card.version,
        hash=bytes(32),
    )


def _bought(entry: Entry) -> Entry:
    return replace(
        entry,
        lines=tuple(Line(rule_id=_RULE, points=_POINTS, stamps=-999) for _ in range(AWARDS)),
        location_id="l" * 64,
        reference="f" * REFERENCE_BYTES_MAX,
        amount=_AMOUNT,
        currency="PLN",
        basket="b" * 32,
    )


def _rewarded(entry: Entry) -> Entry:
    return replace(
        entry,
        reward_id=_RULE,
        location_id="l" * 64,
        reference="f" * REFERENCE_BYTES_MAX,
        settles=EntryId(f"{entry.card_id}-{_ID}"),
    )


def _refunded(entry: Entry) -> Entry:
    earned = replace(_bought(entry), basket=None)
    return replace(earned, reverses=EntryId(f"{entry.card_id}-{_ID}"))


def _explained(entry: Entry) -> Entry:
    return replace(
        entry,
        lines=tuple(Line(rule_id=_RULE, points=_POINTS, stamps=-999) for _ in range(AWARDS)),
        reason="r" * 64,
    )


_ENTRIES = {
    EntryKind.EARN: _bought,
    EntryKind.REDEEM: _rewarded,
    EntryKind.HOLD: _rewarded,
    EntryKind.CAPTURE: _rewarded,
    EntryKind.RELEASE: _rewarded,
    EntryKind.REVERSE: _refunded,
}


def main() -> None:
    """Prints the figures."""
    for name, figure in measure().items():
        sys.stdout.write(f"{name:28} {figure:8g}\n")


if __name__ == "__main__":
    main()
