"""Values for tests of use cases, made without chance: each id is the next number."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wallet.domain import ledger
from wallet.domain.cards import Card, State
from wallet.domain.drafts import seal
from wallet.domain.entries import GENESIS
from wallet.domain.ids import (
    CardId,
    DeviceId,
    MemberId,
    MerchantId,
    ProgramId,
    PushToken,
    encode_id,
    entry_id,
    key_digest,
)
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.purchases import Gift
from wallet.domain.vocabulary import ProgramKind
from wallet.services.phones import Registration
from wallet.services.ports import Change

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MERCHANT = MerchantId(encode_id(bytes(16)))
_numbers = itertools.count(1)


def new_id() -> str:
    """An id that no other value of this run has."""
    return encode_id(next(_numbers).to_bytes(16))


def program(
    kind: ProgramKind = ProgramKind.POINTS, *, time_zone: str = "UTC", **more: object
) -> Program:
    """A programme in its first version: a stamp for a visit, or a point for 100 minor units.

    `more` are parts of its document, in the place of these.
    """
    stamps = kind is ProgramKind.STAMPS
    rule = {"kind": "stamps_per_purchase", "stamps": 1}
    if not stamps:
        rule = {"kind": "points_per_amount", "step": 100, "points": 1}
    terms = read_terms(
        {
            "name": "Shop",
            "kind": str(kind),
            "locale": "en",
            "currency": "EUR",
            "time_zone": time_zone,
            **({"stamps": {"target": 10}} if stamps else {}),
            "rules": [{"id": "rule", **rule}],
            "rewards": [{"id": "cup", "name": "Cup", "kind": "gift", "cost": {str(kind): 10}}],
            "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
            **more,
        }
    )
    return version_of(
        terms,
        id=ProgramId(f"program-{next(_numbers)}"),
        merchant_id=MERCHANT,
        version=1,
        design_version=1,
        effective_at=NOW - timedelta(days=1),
    )


def next_version(old: Program, **changes: object) -> Program:
    """The version after it."""
    return replace(old, version=old.version + 1, **changes)  # type: ignore[arg-type]


def card(of: Program, *, now: datetime = NOW) -> Card:
    """A card without entries."""
    return Card(
        id=CardId(new_id()),
        merchant_id=of.merchant_id,
        program_id=of.id,
        member_id=MemberId(new_id()),
        barcode=new_id(),
        code="7K3M-Q2ZT-4H",
        secret=bytes(range(16)),
        locale="en",
        version=1,
        seq=0,
        state=State(),
        last_hash=GENESIS,
        created_at=now,
        updated_at=now,
        modified=int(now.timestamp()),
    )


def change(of: Program, before: Card, key: str, *, points: int = 1, now: datetime = NOW) -> Change:
    """The commit of a gift of points to a card as it stands."""
    digest = key_digest("test", key)
    draft = ledger.earn(
        of, before, Gift(points=points), digest=digest, location_id=None, occurred_at=now
    )
    name = entry_id(before.id, digest)
    after, entry = seal(before, draft, of, entry_id=name, actor="test", now=now)
    return Change(before=before, after=after, entry=entry, fingerprint=key.encode().ljust(16))


def registration(of: Card, *, device: str = "", token: str = "") -> Registration:
    """A phone's wish to hear of the card."""
    return Registration(
        device_id=DeviceId(device or f"device-{next(_numbers)}"),
        card_id=of.id,
        push_token=PushToken(token or f"{next(_numbers):064x}"),
        registered_at=NOW,
    )
