"""A card: a member's account in a programme, and the state that its entries have left it in."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from wallet.domain.ids import ALPHABET, CardId, MemberId, MerchantId, ProgramId
from wallet.domain.programs import Cost, Program

# Room for 16,383 designs; of the 40 bits that a tag has for a version, 26 are left for the card's.
_DESIGN_BITS = 14
_TALLY_KEY_CHARS = 8


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """Whether a card can be used."""

    ACTIVE = "active"
    CLOSED = "closed"
    VOID = "void"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Points or stamps that end together; `expires_at` is None for those that never do.

    The lots of a card add up to its balance; a balance below zero has none.
    """

    units: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripening:
    """Points or stamps that begin to count at `ripens_at`, and end as a lot does."""

    units: int
    ripens_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a card has counted up for a rule, a limit or a reward, since the window began.

    A milestone's is minor units short of the next step; a challenge's is a bit for each day; all
    others' is a plain count. `key` is made by `tally_key`.
    """

    key: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOffer:
    """An offer of the programme that this card has until `expires_at`; `id` is its own."""

    id: str
    offer: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A reward put by until `until`; `digest` is that of the hold's entry."""

    digest: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a card's tier hangs on: sums of the period since `since` and of those before it."""

    floor: int
    last: int
    sum: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that entries change. Times are whole seconds: so they are stored.

    `carry` is minor units not yet turned into points; `owed` what a refund could not take.
    `visits` purchases that counted; `earned_at` and `used_at` when something was last earned, and
    last earned or spent.
    """

    points: int = 0
    stamps: int = 0
    owed: int = 0
    carry: int = 0
    lots: tuple[Lot, ...] = ()
    tallies: tuple[Tally, ...] = ()
    ripening: tuple[Ripening, ...] = ()
    visits: int = 0
    earned_at: datetime | None = None
    used_at: datetime | None = None
    offers: tuple[HeldOffer, ...] = ()
    holds: tuple[Hold, ...] = ()
    status: Status = Status.ACTIVE
    merged_into: CardId | None = None
    standing: Standing | None = None

    @property
    def pending(self) -> int:
        """What ripens later."""
        return sum(each.units for each in self.ripening)

    def tally(self, key: str) -> Tally | None:
        """The tally of that key, if anything has been counted."""
        return next((tally for tally in self.tallies if tally.key == key), None)

    def missing(self, cost: Cost) -> Cost:
        """What a cost still lacks."""
        return Cost(
            points=max(cost.points - self.points, 0), stamps=max(cost.stamps - self.stamps, 0)
        )


def tally_key(kind: str, name: str) -> str:
    """Eight characters that stand for a rule, a limit or a reward: entries hold many of them."""
    number = int.from_bytes(hashlib.sha256(f"{kind}\n{name}".encode()).digest()[:8])
    return "".join(ALPHABET[number // 62**place % 62] for place in range(_TALLY_KEY_CHARS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The head of a card's history.

    `version` grows by one with every change of the head, `seq` with every entry. `referred_by` is
    the card whose holder brought this one's.

    `modified` is the second of the last change, pushed forward where two fall into one, so that it
    strictly increases: a phone asks by it whether it is up to date. `last_hash` is the hash of the
    newest entry.
    """

    id: CardId
    merchant_id: MerchantId
    program_id: ProgramId
    member_id: MemberId
    barcode: str
    code: str
    secret: bytes
    locale: str
    version: int
    seq: int
    state: State
    last_hash: bytes
    created_at: datetime
    updated_at: datetime
    modified: int
    referred_by: CardId | None = None

    @property
    def is_referred(self) -> bool:
        """Whether a friend brought the card's holder."""
        return self.referred_by is not None

    @property
    def serial(self) -> str:
        """The serial number of the card's passes."""
        return self.id

    def pass_version(self, program: Program) -> int:
        """Grows with every change of the card, and with every change of its design.

        Both stand in one number side by side, so that no two pairs share one: a process that
        still sees the design of a minute ago must not take a card's change for the design's.
        """
        return (self.version << _DESIGN_BITS) + program.design_version

    def pass_modified(self, program: Program) -> int:
        """The second at which the pass last changed, strictly increasing with its version.

        `modified` grows by a second or more with each version of the head, the other summand by
        exactly one with each version of the design, so the sum grows whichever of them changed,
        and in whatever order.
        """
        return self.modified + program.design_version - 1
