"""What the commit costs in DynamoDB, from the sizes of the items that it really writes.

No engine is asked: those that run here bill wrongly (DynamoDB Local reports 4 units for a
transaction of three items, where AWS bills 6). The rules are the published ones:

    sizes   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    units   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    index   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html

`python -m bench.commit` prints the figures. The card is the fullest that the design has in mind:
12 lots, 6 challenges, 8 awards, and every other field as long as the API takes it.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.models import Model

from wallet.domain.cards import Card, Challenge, Lot, State
from wallet.domain.entries import Entry, EntryKind, Line
from wallet.domain.ids import CardId, EntryId, MemberId, MerchantId, ProgramId, entry_id
from wallet.domain.ledger import REFERENCE_BYTES_MAX
from wallet.services.ports import Change
from wallet.storage.ledger import entry_row, head_row
from wallet.storage.tables import MarkRow

BARS = {"earn_write_units": 5.0, "earn_read_units": 1.0}

LOTS, CHALLENGES, AWARDS = 12, 6, 8
UNIT_BYTES = 1_024
_READ_UNIT_BYTES = 4_096
_TRANSACTIONAL = 2

_AT = datetime(2027, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_ID = "z" * 22
_RULE = "r" * 24
_COUNT = 9_999_998
_POINTS = 999_999_999
# Minor units: a hundred million of the currency.
_AMOUNT = 9_999_999_999

Item = Mapping[str, Mapping[str, Any]]


def item_bytes(item: Item) -> int:
    """The size of an item in the engine's own form, names included."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    """The size of an attribute's value, of the kinds that head and entries have."""
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "B":
            return len(held)
        case "N":
            return _number_bytes(held)
        case "BOOL":
            return 1
        case _:
            raise ValueError(f"no item of a commit has values of kind {kind}")


def _number_bytes(text: str) -> int:
    """About a byte for two significant digits, and one more.

    What the published rule leaves open is as DynamoDB Local, Amazon's own engine, has it: pairs of
    digits are counted from the point, and a minus costs one byte.
    """
    whole, _, fraction = text.lstrip("-").partition(".")
    digits = "0" * (len(whole) % 2) + whole + fraction + "0" * (len(fraction) % 2)
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    while pairs and pairs[0] == "00":
        pairs.pop(0)
    return len(pairs) + 1 + text.startswith("-")


def write_units(*sizes: int) -> int:
    """Of one transaction that writes items of these sizes."""
    return sum(_TRANSACTIONAL * _rounded(size, UNIT_BYTES) for size in sizes)


def index_units(size: int) -> int:
    """Of putting an item of this size, as projected, into a local secondary index."""
    return _rounded(size, UNIT_BYTES)


def read_units(*sizes: int) -> int:
    """Of strongly consistent reads of single items; one that does not exist costs as well."""
    return sum(_rounded(size, _READ_UNIT_BYTES) for size in sizes)


def _rounded(size: int, unit: int) -> int:
    return max(1, -(-size // unit))


def stored(row: Model) -> Item:
    """The item as it goes over the wire, attributes that are not set left out."""
    item: Item = row.serialize()
    return item


def measure() -> dict[str, float]:
    """Units and sizes of a commit, by name."""
    head = item_bytes(stored(head_row(full_card())))
    entries = {kind: item_bytes(stored(entry_row(full_change(kind)))) for kind in EntryKind}
    mark = item_bytes(stored(MarkRow(f"C#{_ID}", f"R#{_ID}", amount=_AMOUNT, whole=False)))
    found: dict[str, float] = {"head_item_bytes": head, "mark_item_bytes": mark}
    for kind, size in entries.items():
        more = [mark] if kind is EntryKind.REVERSE else []
        found[f"{kind}_entry_item_bytes"] = size
        found[f"{kind}_write_units"] = write_units(head, size, *more) + index_units(size)
        # A reversal reads the entry that it takes back, and the mark on it.
        read = [entries[EntryKind.EARN], mark] if kind is EntryKind.REVERSE else []
        found[f"{kind}_read_units"] = read_units(head, *read)
    return found


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
    )


def full_state() -> State:
    """Twelve months' worth of points, each ending with its own, and six challenges begun."""
    days = [timedelta(days=number) for number in range(LOTS)]
    return State(
        points=_POINTS * LOTS,
        stamps=-999,
        pending=_POINTS,
        owed=_POINTS,
        carry=_AMOUNT,
        lots=tuple(Lot(points=_POINTS, expires_at=_AT + day) for day in days),
        challenges=tuple(
            Challenge(rule_id=_RULE, count=9_999, since=_AT) for _ in range(CHALLENGES)
        ),
    )


def full_change(kind: EntryKind) -> Change:
    """The commit of an entry that says as much as one of its kind can."""
    card = full_card()
    after = replace(card, version=_COUNT + 1, seq=_COUNT + 1)
    return Change(
        before=card,
        after=after,
        entry=_ENTRIES[kind](_bare(kind, after)),
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


def _earn(entry: Entry) -> Entry:
    return replace(
        entry,
        lines=tuple(Line(rule_id=_RULE, points=_POINTS, stamps=-999) for _ in range(AWARDS)),
        location_id="l" * 64,
        reference="f" * REFERENCE_BYTES_MAX,
        amount=_AMOUNT,
        currency="PLN",
        basket="b" * 32,
    )


def _redeem(entry: Entry) -> Entry:
    return replace(
        entry, reward_id=_RULE, location_id="l" * 64, reference="f" * REFERENCE_BYTES_MAX
    )


def _reverse(entry: Entry) -> Entry:
    earned = replace(_earn(entry), basket=None)
    return replace(earned, reverses=EntryId(f"{entry.card_id}-{_ID}"))


_ENTRIES = {EntryKind.EARN: _earn, EntryKind.REDEEM: _redeem, EntryKind.REVERSE: _reverse}


def main() -> None:
    """Prints the figures."""
    for name, figure in measure().items():
        sys.stdout.write(f"{name:28} {figure:8g}\n")


if __name__ == "__main__":
    main()
