"""The counter: what a till does with a card that a customer shows, or names by a phone number.

A card that was shown (its barcode scanned, or the code under it typed) can earn and redeem; one
that was found by a phone number can only earn, since anybody may know a number. So a redeem brings
what was shown, and it is compared with the card here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.contacts import normal_phone
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import ConflictError, ForbiddenError, NotFoundError
from wallet.domain.ids import (
    CardId,
    EntryId,
    MemberId,
    MerchantId,
    entry_id,
    is_id,
    normal_code,
    split_entry_id,
)
from wallet.domain.ledger import Draft, Gift, Purchase
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.domain.tokens import same
from wallet.services.commit import (
    Act,
    Books,
    Committed,
    Decided,
    commit,
    own_card,
    program_in_force,
)
from wallet.services.ports import Vault
from wallet.services.redeem import redeem_reward
from wallet.services.reverse import reverse

COOL_DOWN = timedelta(minutes=2)
UNDO = timedelta(minutes=10)
# What the ledger says of a stamp that was given although one had been given just before.
REPEATED = "repeat confirmed at the till"
_ACTOR_PREFIX = "till:"
_TYPED_CHARS_MAX = 100
# What some scanners put before a code: of which kind it is (AIM: `]Q1` for a QR code).
_SCANNED_KIND = re.compile(r"\A\][A-Za-z][0-9A-Za-z]")
# So many newest entries tell when the card was last used and whether it rests.
_RECENT_ENTRIES = 10


class Cards(Protocol):
    """Leads from what is shown or said to cards, and from a card to its member."""

    def by_barcode(self, barcode: str) -> CardId | None:
        """The card behind a barcode, whoever's it is."""

    def by_code(self, merchant_id: MerchantId, code: str) -> CardId | None:
        """The merchant's card behind a typed code."""

    def by_finder(self, finder: str) -> Sequence[CardId]:
        """The cards of whoever has that e-mail or phone."""

    def sealed(self, member_id: MemberId) -> bytes | None:
        """A member's personal data, encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What a till needs."""

    books: Books
    cards: Cards
    vault: Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A card at the counter.

    `member` is None where the person has been forgotten; `last_at` the time of the newest entry;
    `rests_since` that of an earn so recent that another one is asked about.
    """

    card: Card
    program: Program
    member: Member | None
    last_at: datetime | None
    rests_since: datetime | None


class TooSoonError(ConflictError):
    """The card earned a moment ago; nobody has said yet that another one is meant."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


class TooLateError(ConflictError):
    """An entry is undone within ten minutes, or by its merchant elsewhere."""


def find_shown(counter: Counter, merchant_id: MerchantId, text: str) -> CardId | None:
    """The merchant's card whose barcode or typed code a text is. Another merchant's is none."""
    text = _bare(text)
    code = normal_code(text)
    found = counter.cards.by_barcode(text) if is_id(text) else None
    if found is None and code:
        found = counter.cards.by_code(merchant_id, code)
    card = counter.books.ledger.head(found) if found else None
    return card.id if card and card.merchant_id == merchant_id else None


def find_by_phone(
    counter: Counter, merchant_id: MerchantId, text: str, *, time_zones: Iterable[str]
) -> Sequence[CardId]:
    """The merchant's cards of whoever has that phone number.

    A number without its country is one of the places where the merchant's programmes run.
    """
    text = text.strip()[:_TYPED_CHARS_MAX]
    numbers = dict.fromkeys(normal_phone(text, zone) for zone in time_zones)
    finders = (counter.vault.finder(merchant_id, "phone", number) for number in numbers if number)
    found = (card_id for finder in finders for card_id in counter.cards.by_finder(finder))
    return list(dict.fromkeys(found))


def see(counter: Counter, merchant_id: MerchantId, card_id: CardId, *, now: datetime) -> Seen:
    """The card as a till shows it. Raises NotFoundError."""
    card = own_card(counter.books.ledger, merchant_id, card_id)
    return look(counter, card, program_in_force(counter.books, card, now), now=now)


def look(counter: Counter, card: Card, program: Program, *, now: datetime) -> Seen:
    """A card that was read already, as a till shows it."""
    entries = _recent(counter, card.id)
    return Seen(
        card=card,
        program=program,
        member=member_of(counter, card.merchant_id, card.member_id),
        last_at=entries[0].created_at if entries else None,
        rests_since=_rests_since(entries, now),
    )


def member_of(counter: Counter, merchant_id: MerchantId, member_id: MemberId) -> Member | None:
    """Whose card it is."""
    sealed = counter.cards.sealed(member_id)
    return counter.vault.open(merchant_id, member_id, sealed) if sealed else None


def own(counter: Counter, merchant_id: MerchantId, card_id: CardId) -> Card:
    """The merchant's card. Raises NotFoundError."""
    return own_card(counter.books.ledger, merchant_id, card_id)


def quote(program: Program, card: Card, award: Purchase | Gift, *, now: datetime) -> Draft:
    """What an earn would do, without doing it. Raises as `domain.ledger.earn` does."""
    return ledger.earn(program, card, award, location_id=None, occurred_at=cut(now))


def give(
    counter: Counter,
    act: Act,
    card: Card,
    award: Purchase | Gift,
    *,
    location_id: str | None,
    again: bool,
) -> Committed:
    """Earns at a till.

    Raises TooSoonError where the card rests and nobody said `again`; where somebody did, the entry
    says so. What was written under the key before is answered again, never asked about. Raises as
    `commit` and `domain.ledger.earn` do too.
    """

    def decide(head: Card) -> Decided:
        # Read after the head: what another till gives in between fails at the head's version, and
        # is seen here at the next try.
        since = _rests_since(_recent(counter, head.id), act.now)
        if since is not None and not again:
            raise TooSoonError(since)
        program = program_in_force(counter.books, head, act.now)
        draft = ledger.earn(
            program, head, award, location_id=location_id, occurred_at=cut(act.now)
        )
        reason = REPEATED if since is not None else None
        return Decided(draft=replace(draft, reason=reason), program=program)

    return commit(counter.books, act, card.id, decide)


def hand_over(
    counter: Counter, act: Act, card_id: CardId, reward_id: str, *, shown: str
) -> Committed:
    """Redeems at a till. Raises ForbiddenError where the card was not shown, and as
    `redeem_reward` does.
    """
    if not is_shown(own_card(counter.books.ledger, act.merchant_id, card_id), shown):
        raise ForbiddenError
    return redeem_reward(counter.books, act, card_id, reward_id)


def take_back(counter: Counter, act: Act, text: str) -> Committed:
    """Undoes what a till of this merchant did in the last ten minutes.

    Raises NotFoundError for any other entry, TooLateError, and as `reverse` does. An undo whose
    answer was lost is answered again, however late it is asked for.
    """
    parts = split_entry_id(text)
    if parts is None:
        raise NotFoundError("entry")
    own_card(counter.books.ledger, act.merchant_id, parts[0])
    written = counter.books.ledger.entry(EntryId(text))
    if written is None or not written.entry.actor.startswith(_ACTOR_PREFIX):
        raise NotFoundError("entry")
    late = act.now - written.entry.created_at > UNDO
    if late and not _stands(counter, act, written.entry.card_id):
        raise TooLateError
    return reverse(counter.books, act, text)


def is_shown(card: Card, shown: str) -> bool:
    """Whether a text is the card's barcode, or the code under it however it was typed."""
    text = _bare(shown)
    return same(text, card.barcode) or same(normal_code(text) or "", card.code)


def actor(till_id: str) -> str:
    """How the ledger names a till."""
    return _ACTOR_PREFIX + till_id


def _bare(text: str) -> str:
    """What was scanned or typed, without what scanners put around it."""
    return _SCANNED_KIND.sub("", text.strip()[:_TYPED_CHARS_MAX])


def _recent(counter: Counter, card_id: CardId) -> Sequence[Entry]:
    return counter.books.ledger.entries(card_id, before=None, limit=_RECENT_ENTRIES)[0]


def _stands(counter: Counter, act: Act, card_id: CardId) -> bool:
    return counter.books.ledger.entry(entry_id(card_id, act.digest)) is not None


def _rests_since(entries: Sequence[Entry], now: datetime) -> datetime | None:
    """When the card last earned, if that was within the cool-down and has not been undone.

    Another till's clock may be a little ahead of ours.
    """
    undone = {entry.reverses for entry in entries}
    return next(
        (
            entry.created_at
            for entry in entries
            if entry.kind is EntryKind.EARN
            and entry.id not in undone
            and abs(now - entry.created_at) < COOL_DOWN
        ),
        None,
    )
