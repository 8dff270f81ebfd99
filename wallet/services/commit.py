"""How every change of a card is made: read the head, decide, commit; if others were faster, again.

What each caller gets is the same whether the entry was written now or long ago under the same
idempotency key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from wallet.domain.cards import Card, State
from wallet.domain.drafts import Draft, gives_nothing, head_after, seal
from wallet.domain.entries import Entry, Reversed
from wallet.domain.errors import (
    CodeUsedError,
    ContentionError,
    KeyReusedError,
    NotFoundError,
    OutOfStockError,
    ReferenceUsedError,
    WalletError,
)
from wallet.domain.ids import CardId, EntryId, MerchantId, entry_id, split_entry_id
from wallet.domain.programs import Program
from wallet.services.ports import (
    Change,
    Claim,
    Ledger,
    Programs,
    Receipt,
    Refused,
    Stock,
    Written,
)

if TYPE_CHECKING:
    from wallet.domain.purchases import Purchase

Retries = Callable[[], Iterator[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What a change of a card needs.

    `retries` yields once for each try, pausing in between, until the time is up.
    """

    ledger: Ledger
    programs: Programs
    retries: Retries


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who asks, when, and under which idempotency key.

    `digest` is the key's within its scope (`ids.key_digest`), `fingerprint` the request's
    (`canonical.fingerprint`).
    """

    merchant_id: MerchantId
    actor: str
    digest: str
    fingerprint: bytes
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A draft, and the version that decided it.

    For a reversal the mark as read and as left; for a purchase the basket, where it is to be
    kept; what else must hold for the commit, and what happens to other cards with it.
    """

    draft: Draft
    program: Program
    mark: tuple[Reversed, Reversed] | None = None
    basket: "Purchase | None" = None
    claims: tuple[Claim, ...] = ()
    also: "tuple[Also, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """What happens to another card in the same transaction, under the same key."""

    card: Card
    decided: Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The entry, the card right after it, and whether an earlier call had written it."""

    entry: Entry
    card: Card
    program: Program
    replayed: bool


def commit(
    books: Books, act: Act, card_id: CardId, decide: Callable[[Card], Decided]
) -> Committed:
    """Makes one change of a card, exactly once for an idempotency key.

    Raises NotFoundError for a card that is unknown or another merchant's, KeyReusedError when the
    key made another request, ContentionError when others were faster until the time was up, and
    whatever `decide` raises.
    """
    key = entry_id(card_id, act.digest)
    for _ in books.retries():
        card = own_card(books.ledger, act.merchant_id, card_id)
        try:
            decided = decide(card)
        except WalletError:
            # The first call may have changed what is now against it: a redeem is refused once its
            # points are gone.
            standing = books.ledger.entry(key)
            if standing is None:
                raise
            return _replay(books, act, card, standing)
        change = changed(act, card, decided, key)
        others = [
            changed(act, also.card, also.decided, entry_id(also.card.id, act.digest))
            for also in decided.also
        ]
        outcome = books.ledger.append(change, *others)
        match outcome:
            case Written():
                return _replay(books, act, card, outcome)
            case Refused():
                return _refused(books, card, change, outcome)
            case "written":
                return Committed(
                    entry=change.entry, card=change.after, program=decided.program, replayed=False
                )
    raise ContentionError(card_id)


class _NothingGivenError(WalletError):
    """No rule gives anything, so nothing is to be written."""


def commit_gift(
    books: Books, act: Act, card_id: CardId, decide: Callable[[Card], Decided]
) -> Committed | None:
    """Commits a bonus as `commit` does. None, and nothing is written, where it gives nothing."""

    def decide_gift(card: Card) -> Decided:
        decided = decide(card)
        if gives_nothing(card, decided.draft):
            raise _NothingGivenError
        return decided

    try:
        return commit(books, act, card_id, decide_gift)
    except _NothingGivenError:
        return None


def changed(act: Act, card: Card, decided: Decided, key: EntryId) -> Change:
    """The change that a decision makes of a card."""
    after, entry = seal(
        card, decided.draft, decided.program, entry_id=key, actor=act.actor, now=act.now
    )
    return Change(
        before=card,
        after=after,
        entry=entry,
        fingerprint=act.fingerprint,
        mark=decided.mark,
        basket=decided.basket,
        claims=(*decided.claims, *_stock(decided)),
    )


def own_card(ledger: Ledger, merchant_id: MerchantId, card_id: CardId) -> Card:
    """The merchant's card. Another's is as unknown as none."""
    card = ledger.head(card_id)
    if card is None or card.merchant_id != merchant_id:
        raise NotFoundError("card")
    return card


def named_entry(ledger: Ledger, text: str) -> Entry | None:
    """The entry of that id, whoever's it is; None as well for a text that is no entry's id."""
    parts = split_entry_id(text)
    found = ledger.entry(entry_id(*parts)) if parts else None
    return found.entry if found else None


def own_entry(ledger: Ledger, merchant_id: MerchantId, text: str) -> tuple[Card, Entry]:
    """The entry of that id and its card. Another merchant's is as unknown as none."""
    entry = named_entry(ledger, text)
    if entry is None:
        raise NotFoundError("entry")
    return own_card(ledger, merchant_id, entry.card_id), entry


def program_in_force(books: Books, card: Card, now: datetime) -> Program:
    """The version of the card's program that is in force."""
    program = books.programs.current(card.program_id, now)
    if program is None:
        raise NotFoundError("program")
    return program


def program_version(books: Books, card: Card, version: int) -> Program:
    """A version of the card's program that an entry names."""
    program = books.programs.version(card.program_id, version)
    if program is None:
        raise NotFoundError("program")
    return program


def program_at(books: Books, card: Card, moment: datetime) -> Program:
    """The version of the card's program that was in force then."""
    program = books.programs.at(card.program_id, moment)
    if program is None:
        raise NotFoundError("program")
    return program


def state_before(books: Books, entry: Entry) -> State:
    """The state that a card was in right before an entry."""
    older, _ = books.ledger.entries(entry.card_id, before=entry.seq, limit=1)
    return older[0].after if older else State()


def _stock(decided: Decided) -> tuple[Stock, ...]:
    """The pieces of a reward that a draft gives, or gives back."""
    if decided.draft.stock is None:
        return ()
    reward_id, more = decided.draft.stock
    reward = decided.program.reward(reward_id)
    most = reward.stock if reward else None
    # What was counted as given is given back whatever the programme says of it by now.
    if most is None and more < 0:
        return ()
    return (
        Stock(program_id=decided.program.id, reward_id=reward_id, given=-more, most=most or 0),
    )


def _refused(books: Books, card: Card, change: Change, refused: Refused) -> Committed:
    """What a claim that does not hold means to the caller.

    The same sale told under another key counts once: the answer is that of the first time.
    """
    match refused.claim:
        case Stock():
            raise OutOfStockError
        case Receipt():
            standing = books.ledger.entry(refused.standing) if refused.standing else None
            if standing is None or not is_same_sale(card, standing.entry, change.entry):
                raise ReferenceUsedError
            return told_again(books, card, standing.entry)
        case _:
            raise CodeUsedError


def is_same_sale(card: Card, standing: Entry, sale: "Entry | Purchase") -> bool:
    """Whether the entry is of this very sale to the card."""
    counted = (standing.card_id, standing.amount, standing.currency)
    return counted == (card.id, sale.amount, sale.currency)


def _replay(books: Books, act: Act, card: Card, standing: Written) -> Committed:
    if standing.fingerprint != act.fingerprint:
        raise KeyReusedError
    return told_again(books, card, standing.entry)


def told_again(books: Books, card: Card, entry: Entry) -> Committed:
    """The answer that the entry's own request got."""
    return Committed(
        entry=entry,
        # Of when it was modified the entry does not tell.
        card=replace(head_after(card, entry), modified=card.modified),
        program=program_version(books, card, entry.program_version),
        replayed=True,
    )
