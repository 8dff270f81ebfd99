"""What a till system tells of its sales: who bought, what was paid, what was paid back.

Messages come more than once, in any order, on several workers at a time. So each is written down
under its own id before anything else looks for it, and each step can be taken again:

 - a sale is written, then becomes an entry under an idempotency key made from its id, then the
   refunds that wait for it are applied;
 - a refund is written, then looks for its sale's entry. Where it finds none, the sale has yet to
   look for refunds, and will find this one.

Refunds never take more than was paid: what is beyond it is cut off. So the net amount is the same
in whatever order they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from wallet.domain import ledger
from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.entries import Entry
from wallet.domain.errors import (
    AlreadyReversedError,
    InvalidError,
    KeyReusedError,
    NotFoundError,
)
from wallet.domain.hooks import Hook, HookId, Named, Refund, Sale, hook_digest
from wallet.domain.ids import CardId, entry_id
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.services.commit import Act, Committed, own_card, program_in_force
from wallet.services.earn import earn
from wallet.services.named_cards import Finder, find_card, shown_digest
from wallet.services.reverse import reverse

CLAIMED = "claimed by its holder"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message: its entry, and the card after all that followed from it.

    `waiting` is the sale that nobody has claimed yet.
    """

    status: Status
    entry: Entry | None = None
    card: Card | None = None
    program: Program | None = None
    waiting: Sale | None = None


def take_sale(
    desk: SalesDesk, hook: Hook, told: Sale, named: Named | None, *, now: datetime
) -> Taken:
    """Earns for a sale, once; without a known card the sale waits for its claim.

    `told` is the sale as the message has it, without a card. Raises InvalidError for what the
    card's programme cannot take, KeyReusedError for a sale that was told otherwise before or was
    another card's, and as `commit` does.
    """
    ledger.check_occurred(told.occurred_at, now)
    shown = shown_digest(desk.finder, hook, named) if named else None
    sale = desk.sales.sale(told.digest)
    # Told before in the same words, it is the card's that it was: an e-mail may lead to another
    # card by now.
    if sale is None or (named and sale.shown != shown):
        sale = _matched(desk, _Heard(hook=hook, told=told, named=named, shown=shown), sale, now)
    _check_same(sale, told)
    if sale.card_id is None:
        return Taken(status=Status.PENDING, waiting=sale)
    return settle(desk, sale, now=now)


def take_refund(desk: SalesDesk, digest: str, refund: Refund, *, now: datetime) -> Taken:
    """Takes back what a refund stands for, once; before its sale it waits.

    Raises KeyReusedError for a refund that was told otherwise before, and as `commit` does.
    """
    if desk.sales.add_refund(digest, refund).amount != refund.amount:
        raise KeyReusedError
    sale = desk.sales.sale(digest)
    if sale is None or sale.card_id is None:
        return Taken(status=Status.PENDING)
    return _take_back(desk, sale, sale.card_id, refund, now=now)


def settle(desk: SalesDesk, sale: Sale, *, now: datetime, reason: str | None = None) -> Taken:
    """Earns for a sale that has a card, and applies the refunds that came before it."""
    if sale.card_id is None:
        raise ValueError("a sale is settled on a card")
    earned = earn(
        desk.finder.counter.books,
        _act(sale, sale.digest, sale.facts(), now),
        sale.card_id,
        sale.purchase,
        location_id=sale.location_id,
        occurred_at=sale.occurred_at,
        reason=reason,
    )
    taken = outcome(desk, earned, now=now)
    for refund in desk.sales.refunds(sale.digest):
        if refund.done:
            continue
        back = _take_back(desk, sale, sale.card_id, refund, now=now)
        if back.status is Status.APPLIED:
            taken = replace(taken, card=back.card, program=back.program)
    return taken


def refund_of(
    hook_id: HookId, sale_id: str, refund_id: str, amount: int, *, now: datetime
) -> Refund:
    """A refund as a message tells of it. Some tills count the refunds of each sale from 1."""
    return Refund(
        digest=hook_digest(hook_id, f"refund {sale_id}\n{refund_id}"),
        refund_id=refund_id,
        amount=amount,
        created_at=cut(now),
    )


def actor(hook_id: HookId) -> str:
    """How the ledger names a hook."""
    return f"hook:{hook_id}"


def check_fits(desk: SalesDesk, card: Card, sale: Sale, *, now: datetime) -> None:
    """Whether the card's programme can take the sale: nothing is kept that cannot count.

    Raises InvalidError.
    """
    program = program_in_force(desk.finder.counter.books, card, now)
    ledger.earn(
        program,
        card,
        sale.purchase,
        location_id=sale.location_id,
        occurred_at=sale.occurred_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A message of a sale."""

    hook: Hook
    told: Sale
    named: Named | None
    shown: str | None


def _matched(desk: SalesDesk, heard: _Heard, sale: Sale | None, now: datetime) -> Sale:
    """The sale as it stands once this message has been heard: a card's, or still nobody's."""
    told, shown = heard.told, heard.shown
    card = _card(desk, heard, now)
    if card is None:
        _check_currency(desk, heard, now)
        return sale or _kept(desk, told)
    if sale is None or sale.card_id is None:
        check_fits(desk, card, told, now=now)
    sale = sale or _kept(desk, replace(told, card_id=card.id, shown=shown))
    _check_same(sale, told)
    if sale.card_id is None:
        desk.sales.match(sale.digest, card.id, shown or "")
        sale = _standing(desk, told)
    if sale.card_id != card.id and sale.shown != shown:
        raise KeyReusedError
    return sale


def _card(desk: SalesDesk, heard: _Heard, now: datetime) -> Card | None:
    def counts_in_it(program: Program) -> bool:
        return program.currency == heard.told.currency

    if heard.named is None:
        return None
    return find_card(desk.finder, heard.hook, heard.named, counts_in_it, now=now)


def _kept(desk: SalesDesk, sale: Sale) -> Sale:
    """The sale, or what another worker wrote at the same moment."""
    return sale if desk.sales.add(sale) else _standing(desk, sale)


def _standing(desk: SalesDesk, told: Sale) -> Sale:
    sale = desk.sales.sale(told.digest)
    if sale is None:
        raise NotFoundError("sale")
    return sale


def _check_same(sale: Sale, told: Sale) -> None:
    if sale.facts() != told.facts():
        raise KeyReusedError


def _check_currency(desk: SalesDesk, heard: _Heard, now: datetime) -> None:
    """A sale that waits must be one that the hook's programme can take."""
    if heard.hook.program_id is None:
        return
    program = desk.finder.counter.books.programs.current(heard.hook.program_id, now)
    if program and program.currency != heard.told.currency:
        raise InvalidError("purchase.currency", f"this programme counts in {program.currency}")


def _take_back(
    desk: SalesDesk, sale: Sale, card_id: CardId, refund: Refund, *, now: datetime
) -> Taken:
    act = _act(sale, refund.digest, {"refund_id": refund.refund_id, "amount": refund.amount}, now)
    target = entry_id(card_id, sale.digest)
    try:
        back = reverse(desk.finder.counter.books, act, target, refund=refund.amount, clip=True)
    except NotFoundError:
        # The sale's own call is about to write its entry, and looks for refunds after that.
        return Taken(status=Status.PENDING)
    except AlreadyReversedError:
        desk.sales.note_done(sale.digest, refund)
        return Taken(status=Status.IGNORED)
    if not refund.done:
        desk.sales.note_done(sale.digest, refund)
    return outcome(desk, back, now=now)


def _act(sale: Sale, digest: str, request: dict[str, object], now: datetime) -> Act:
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
