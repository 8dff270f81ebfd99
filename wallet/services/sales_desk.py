"""What taking a till system's messages needs, and what becomes of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.entries import Entry
from wallet.domain.hooks import HookId, Refund, Sale
from wallet.domain.ids import CardId
from wallet.domain.programs import Program
from wallet.services.commit import Act, Committed, own_card, program_in_force
from wallet.services.named_cards import Finder


class Sales(Protocol):
    """Sales that hooks told of. Every reading is strongly consistent."""

    def sale(self, digest: str) -> Sale | None:
        """A sale."""

    def add(self, sale: Sale) -> bool:
        """Keeps a sale, if none stands there; says whether it did."""

    def match(self, digest: str, card_id: CardId, shown: str) -> bool:
        """Makes an unmatched sale a card's; says whether it did."""

    def refunds(self, digest: str) -> Sequence[Refund]:
        """The refunds of a sale, in the order in which they came."""

    def add_refund(self, digest: str, refund: Refund) -> Refund:
        """Keeps a refund, whether or not its sale is known; gives what stands there."""

    def note_done(self, digest: str, refund: Refund) -> None:
        """Marks a refund whose card has followed."""

    def note_moved(self, digest: str, refund: Refund, card_id: CardId) -> None:
        """Keeps from which card a refund is taken, where the sale's own has been merged."""

    def pin(self, digest: str, shown: str, card_id: CardId) -> CardId:
        """The card that a way of naming it meant, when it was first used in a sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDesk:
    """What taking sales needs."""

    finder: Finder
    sales: Sales


class Status(StrEnum):
    """What became of a message."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PENDING = "pending"
    IGNORED = "ignored"


class Why(StrEnum):
    """Why a message was ignored."""

    UNKNOWN_TYPE = "unknown-type"
    NOTHING_LEFT = "nothing-left"
    CARD_CLOSED = "card-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message: its entry, and the card after all that followed from it.

    `waiting` is the sale that nobody has claimed yet; `why` is said of what is ignored.
    """

    status: Status
    entry: Entry | None = None
    card: Card | None = None
    program: Program | None = None
    waiting: Sale | None = None
    why: Why | None = None


def actor(hook_id: HookId) -> str:
    """How the ledger names a hook."""
    return f"hook:{hook_id}"


def act_of(sale: Sale, digest: str, request: dict[str, object], now: datetime) -> Act:
    """What a message does to a card: in the hook's name, under a key of its own."""
    return Act(
        merchant_id=sale.merchant_id,
        actor=actor(sale.hook_id),
        digest=digest,
        fingerprint=fingerprint("hook", request),
        now=now,
    )


def outcome(desk: SalesDesk, committed: Committed, *, now: datetime) -> Taken:
    """What a change of a card is to the sender: the card as it stands, also after a replay."""
    books, card = desk.finder.counter.books, committed.card
    if committed.replayed:
        card = own_card(books.ledger, card.merchant_id, card.id)
    return Taken(
        status=Status.DUPLICATE if committed.replayed else Status.APPLIED,
        entry=committed.entry,
        card=card,
        program=program_in_force(books, card, now),
    )
