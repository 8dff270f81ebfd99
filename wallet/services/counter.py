"""The counter: what a till does with a card that a customer shows, or names by a phone number.

A card that was shown (its barcode scanned, or the code under it typed) can earn and redeem; one
that was found by a phone number can only earn, since anybody may know a number. So a redeem brings
what was shown, and it is compared with the card here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.drafts import Draft
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import (
    ConflictError,
    CoolDownError,
    ForbiddenError,
    NotFoundError,
)
from wallet.domain.gains import units_of
from wallet.domain.ids import (
    CardId,
    EntryId,
    MemberId,
    MerchantId,
    entry_id,
    key_digest,
    split_entry_id,
)
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift, Purchase
from wallet.domain.times import cut
from wallet.domain.vocabulary import ProgramKind, RuleKind
from wallet.services.commit import (
    Act,
    Committed,
    Decided,
    commit,
    own_card,
    program_in_force,
)
from wallet.services.earn import Circumstances, decide_earn
from wallet.services.find_cards import Counter, is_proof
from wallet.services.redeem import redeem_offer, redeem_reward
from wallet.services.reverse import reverse

COOL_DOWN = timedelta(minutes=2)
UNDO = timedelta(minutes=10)
# What the ledger says of a stamp that was given although one had been given just before.
REPEATED = "repeat confirmed at the till"
_ACTOR_PREFIX = "till:"
# So many newest entries tell when the card was last used and whether it rests.
_RECENT_ENTRIES = 10
# What is only quoted gets no key, and the offers in it no code that counts.
_QUOTED = key_digest("till", "quote")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is handed over: a reward of the programme, or an offer that the card has."""

    id: str
    is_offer: bool = False


class TooSoonError(ConflictError):
    """The card earned a moment ago; nobody has said yet that another one is meant."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


class TooLateError(ConflictError):
    """An entry is undone within ten minutes, or by its merchant elsewhere."""


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


def visit(program: Program) -> Purchase | Gift:
    """What one tap stands for, where stamps are collected.

    A purchase of which nobody knows what was paid, so that all rules and limits count; where no
    rule gives a stamp for a visit as such, or a smallest amount is asked for, the stamp itself:
    whoever taps has seen the bill.
    """
    rules = program.rules_of(RuleKind.STAMPS_PER_PURCHASE)
    needs_bill = program.earning.minimum or any(
        rule.when.minimum or rule.when.items for rule in rules
    )
    if not rules or needs_bill:
        return Gift(stamps=max([rule.stamps for rule in rules], default=1))
    return Purchase(amount=0, currency=program.currency)


def gained(draft: Draft | Entry, program: Program) -> int:
    """How much an earn gives, what has yet to ripen and what pays a debt included."""
    if draft.lines:
        return units_of(draft.lines, program.kind)
    return draft.stamps if program.kind is ProgramKind.STAMPS else draft.points


def quote(program: Program, card: Card, award: Purchase | Gift, *, now: datetime) -> Draft:
    """What an earn would do, without doing it. Raises as `domain.ledger.earn` does."""
    return ledger.earn(
        program,
        card,
        award,
        digest=_QUOTED,
        location_id=None,
        occurred_at=cut(now),
        insist=True,
    )


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
        told = Circumstances(
            location_id=location_id,
            insist=again,
            reason=REPEATED if since is not None else None,
        )
        try:
            return decide_earn(counter.books, act, head, award, told)
        except CoolDownError as error:
            raise TooSoonError(error.since) from None

    return commit(counter.books, act, card.id, decide)


def hand_over(
    counter: Counter,
    act: Act,
    card_id: CardId,
    thing: Thing,
    *,
    shown: str,
    location_id: str | None = None,
) -> Committed:
    """Redeems at a till: whoever taps there is the member of the staff who agrees.

    Raises ForbiddenError where the card was not shown, and as `redeem_reward` and `redeem_offer`
    do.
    """
    if not is_proof(counter, own_card(counter.books.ledger, act.merchant_id, card_id), shown):
        raise ForbiddenError
    if thing.is_offer:
        return redeem_offer(counter.books, act, card_id, thing.id)
    return redeem_reward(
        counter.books, act, card_id, thing.id, confirmed=True, location_id=location_id
    )


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


def actor(till_id: str) -> str:
    """How the ledger names a till."""
    return _ACTOR_PREFIX + till_id


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
