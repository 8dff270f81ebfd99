"""What a till system tells of its sales: who bought, what was paid, what was paid back.

Messages come more than once, in any order, on several workers at a time. So each is written down
under its own id before anything else looks for it, and each step can be taken again:

 - a sale is written, then becomes an entry under an idempotency key made from its id, then the
   refunds that wait for it are applied;
 - a refund is written, then looks for its sale's entry. Where it finds none, the sale has yet to
   look for refunds, and will find this one.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.drafts import check_occurred
from wallet.domain.errors import InvalidError, KeyReusedError, NotFoundError
from wallet.domain.hooks import Hook, Named, Sale
from wallet.domain.programs import Program
from wallet.services.commit import program_in_force
from wallet.services.earn import Circumstances, earn
from wallet.services.named_cards import find_card, shown_digest
from wallet.services.sales_desk import SalesDesk, Status, Taken, act_of, outcome
from wallet.services.till_refunds import take_back

CLAIMED = "claimed by its holder"


def take_sale(
    desk: SalesDesk, hook: Hook, told: Sale, named: Named | None, *, now: datetime
) -> Taken:
    """Earns for a sale, once; without a known card the sale waits for its claim.

    `told` is the sale as the message has it, without a card. Raises InvalidError for what the
    card's programme cannot take, KeyReusedError for a sale that was told otherwise before or was
    another card's, and as `commit` does.
    """
    check_occurred(told.occurred_at, now)
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


def settle(desk: SalesDesk, sale: Sale, *, now: datetime, reason: str | None = None) -> Taken:
    """Earns for a sale that has a card, and applies the refunds that came before it."""
    if sale.card_id is None:
        raise ValueError("a sale is settled on a card")
    earned = earn(
        desk.finder.counter.books,
        act_of(sale, sale.digest, sale.facts(), now),
        sale.card_id,
        sale.purchase,
        Circumstances(
            location_id=sale.location_id,
            occurred_at=sale.occurred_at,
            insist=True,
            reason=reason,
        ),
    )
    taken = outcome(desk, earned, now=now)
    for refund in desk.sales.refunds(sale.digest):
        if refund.done:
            continue
        back = take_back(desk, sale, sale.card_id, refund, now=now)
        if back.status is Status.APPLIED:
            taken = replace(taken, card=back.card, program=back.program)
    return taken


def check_fits(desk: SalesDesk, card: Card, sale: Sale, *, now: datetime) -> None:
    """Whether the card's programme can take the sale: nothing is kept that cannot count.

    Raises InvalidError.
    """
    program = program_in_force(desk.finder.counter.books, card, now)
    ledger.earn(
        program,
        card,
        sale.purchase,
        digest=sale.digest,
        location_id=sale.location_id,
        occurred_at=sale.occurred_at,
        insist=True,
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
