"""How every change of a card is made: read the head, decide, commit; if others were faster, again.

What each caller gets is the same whether the entry was written now or long ago under the same
idempotency key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from wallet.domain.cards import Card
from wallet.domain.entries import Entry
from wallet.domain.errors import ContentionError, KeyReusedError, NotFoundError, WalletError
from wallet.domain.ids import CardId, MerchantId, entry_id
from wallet.domain.ledger import Draft, Reversed, seal
from wallet.domain.programs import Program
from wallet.services.ports import Change, Ledger, Programs, Written

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
    """A draft, the version that decided it, and for a reversal the mark as read and as left."""

    draft: Draft
    program: Program
    mark: tuple[Reversed, Reversed] | None = None


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
        after, entry = seal(
            card, decided.draft, decided.program, entry_id=key, actor=act.actor, now=act.now
        )
        outcome = books.ledger.append(
            Change(
                before=card,
                after=after,
                entry=entry,
                fingerprint=act.fingerprint,
                mark=decided.mark,
            )
        )
        if isinstance(outcome, Written):
            return _replay(books, act, card, outcome)
        if outcome == "written":
            return Committed(entry=entry, card=after, program=decided.program, replayed=False)
    raise ContentionError(card_id)


def own_card(ledger: Ledger, merchant_id: MerchantId, card_id: CardId) -> Card:
    """The merchant's card. Another's is as unknown as none."""
    card = ledger.head(card_id)
    if card is None or card.merchant_id != merchant_id:
        raise NotFoundError("card")
    return card


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


def _replay(books: Books, act: Act, card: Card, standing: Written) -> Committed:
    if standing.fingerprint != act.fingerprint:
        raise KeyReusedError
    entry = standing.entry
    return Committed(
        entry=entry,
        card=replace(
            card,
            version=entry.card_version,
            seq=entry.seq,
            state=entry.after,
            last_hash=entry.hash,
            updated_at=entry.created_at,
        ),
        program=program_version(books, card, entry.program_version),
        replayed=True,
    )
