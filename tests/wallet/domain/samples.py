"""A café that stamps and a bookshop that counts points, their cards, and a card's history as the
pure core makes it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wallet.domain import ledger, reversal, spending
from wallet.domain.cards import Card, State
from wallet.domain.drafts import Draft, seal
from wallet.domain.entries import GENESIS, Entry, EntryKind, Reversed
from wallet.domain.ids import CardId, EntryId, MemberId, MerchantId, ProgramId, entry_id
from wallet.domain.ids import encode_id as encode
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.purchases import Gift, Purchase
from wallet.domain.undoing import Target

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

CAFE: Mapping[str, Any] = {
    "name": "Kawiarnia Lipowa",
    "kind": "stamps",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "stamps": {"target": 10},
    "rules": [{"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}],
    "rewards": [
        {"id": "coffee", "name": "Kawa gratis", "kind": "free_product", "cost": {"stamps": 10}}
    ],
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}
BOOKS: Mapping[str, Any] = {
    "name": "Harbour Books",
    "kind": "points",
    "locale": "en",
    "currency": "EUR",
    "time_zone": "Europe/Dublin",
    "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
    "rewards": [
        {"id": "tote", "name": "A tote bag", "kind": "gift", "cost": {"points": 50}},
        {"id": "book", "name": "A paperback", "kind": "free_product", "cost": {"points": 150}},
    ],
    "design": {"color": "#f2c230", "style": "ring", "picture": "book"},
}


def program(document: Mapping[str, Any], **changes: Any) -> Program:
    first = version_of(
        read_terms(document),
        id=ProgramId("shop"),
        merchant_id=MerchantId(encode(b"merchant" * 2)),
        version=1,
        design_version=1,
        effective_at=NOW,
    )
    return replace(first, **changes)


def cafe(*, target: int = 10, stamps: int = 1) -> Program:
    """One reward, for a full card."""
    cost = {"stamps": target}
    return program(
        {
            **CAFE,
            "stamps": {"target": target},
            "rules": [{**CAFE["rules"][0], "stamps": stamps}],
            "rewards": [{**CAFE["rewards"][0], "cost": cost}],
        }
    )


def books(*, step: int = 100, points: int = 1) -> Program:
    return program({**BOOKS, "rules": [{**BOOKS["rules"][0], "step": step, "points": points}]})


def card(**changes: Any) -> Card:
    new = Card(
        id=CardId(encode(b"card" * 4)),
        merchant_id=MerchantId(encode(b"merchant" * 2)),
        program_id=ProgramId("shop"),
        member_id=MemberId(encode(b"memb" * 4)),
        barcode=encode(b"barcode." * 2),
        code="7K3M-Q2ZT-4H",
        secret=b"0123456789abcdef",
        locale="en",
        version=1,
        seq=0,
        state=State(),
        last_hash=GENESIS,
        created_at=NOW,
        updated_at=NOW,
        modified=int(NOW.timestamp()),
    )
    return replace(new, **changes)


class History:
    """A card with all its entries, oldest first."""

    def __init__(self, shop: Program) -> None:
        self.program = shop
        self.card = card()
        self.entries: list[Entry] = []
        self.now = NOW
        self._marks: dict[EntryId, Reversed] = {}

    @property
    def state(self) -> State:
        return self.card.state

    def earn(self, award: Purchase | Gift) -> Entry:
        draft = ledger.earn(
            self.program,
            self.card,
            award,
            digest=self._digest(),
            location_id=None,
            occurred_at=self.now,
        )
        return self._seal(draft)

    def buy(self, amount: int) -> Entry:
        return self.earn(Purchase(amount=amount, currency=self.program.currency))

    def redeem(self, reward_id: str) -> Entry:
        return self._seal(
            spending.redeem(self.program, self.card, reward_id, occurred_at=self.now)
        )

    def spend(self, points: int) -> Entry:
        return self._seal(
            spending.spend_points(self.program, self.card, points, occurred_at=self.now)
        )

    def reverse(
        self, entry: Entry, refund: int | None = None, *, under: Program | None = None
    ) -> Entry:
        """`under` is the version that the entry was made under."""
        bought = entry.kind is EntryKind.EARN and entry.amount is not None
        target = Target(
            program=under or self.program,
            entry=entry,
            before=self.entries[entry.seq - 2].after if entry.seq > 1 else State(),
            purchase=Purchase(amount=entry.amount or 0, currency=entry.currency or "")
            if bought
            else None,
            so_far=self._marks.get(entry.id, Reversed()),
        )
        draft, left = reversal.reverse(self.card, target, refund=refund, occurred_at=self.now)
        self._marks[entry.id] = left
        return self._seal(draft)

    def left(self, entry: Entry) -> int:
        """Minor units of a purchase that have not been refunded."""
        return (entry.amount or 0) - self._marks.get(entry.id, Reversed()).amount

    def _digest(self) -> str:
        return encode(len(self.entries).to_bytes(16))

    def _seal(self, draft: Draft) -> Entry:
        self.card, entry = seal(
            self.card,
            draft,
            self.program,
            entry_id=entry_id(self.card.id, self._digest()),
            actor="key:test",
            now=self.now,
        )
        self.entries.append(entry)
        return entry
