"""A card: a member's account in a programme, and the state that its entries have left it in."""

from dataclasses import dataclass
from datetime import datetime

from wallet.domain.ids import CardId, MemberId, MerchantId, ProgramId
from wallet.domain.programs import Program

# Room for 16,383 designs; of the 40 bits that a tag has for a version, 26 are left for the card's.
_DESIGN_BITS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Points that end together; `expires_at` is None for those that never do.

    The lots of a card add up to its points; a balance below zero has none.
    """

    points: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """How far a card has come in a rule that counts several purchases."""

    rule_id: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that entries change.

    `carry` is minor units not yet turned into points; `owed` what a refund could not take.
    """

    points: int = 0
    stamps: int = 0
    pending: int = 0
    owed: int = 0
    carry: int = 0
    lots: tuple[Lot, ...] = ()
    challenges: tuple[Challenge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The head of a card's history.

    `version` grows by one with every change of the head, `seq` with every entry.

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


def add_lot(lots: tuple[Lot, ...], points: int, expires_at: datetime | None) -> tuple[Lot, ...]:
    """The lots with so many points more, soonest to end first.

    Points that end together are one lot.
    """
    kept = {lot.expires_at: lot.points for lot in lots}
    kept[expires_at] = kept.get(expires_at, 0) + points
    return tuple(
        Lot(points=kept[at], expires_at=at)
        for at in sorted(kept, key=lambda at: (at is None, at.timestamp() if at else 0))
        if kept[at]
    )


def take_points(lots: tuple[Lot, ...], points: int) -> tuple[Lot, ...]:
    """The lots after so many points were spent, soonest to end first.

    All gone if they hold fewer.
    """
    left = []
    for lot in lots:
        taken = min(points, lot.points)
        points -= taken
        if lot.points > taken:
            left.append(Lot(points=lot.points - taken, expires_at=lot.expires_at))
    return tuple(left)
