"""Refunds of a till system's sales.

Refunds never take more than was paid: what is beyond it is cut off. So the net amount is the same
in whatever order they come.
"""

from datetime import datetime

from wallet.domain.errors import (
    AlreadyReversedError,
    CardNotActiveError,
    KeyReusedError,
    NotFoundError,
)
from wallet.domain.hooks import HookId, Refund, Sale, hook_digest
from wallet.domain.ids import CardId, entry_id
from wallet.domain.times import cut
from wallet.services.commit import Committed, own_card
from wallet.services.find_cards import follow
from wallet.services.reverse import reverse
from wallet.services.sales_desk import SalesDesk, Status, Taken, Why, act_of, outcome


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


def take_refund(desk: SalesDesk, digest: str, refund: Refund, *, now: datetime) -> Taken:
    """Takes back what a refund stands for, once; before its sale it waits.

    Raises KeyReusedError for a refund that was told otherwise before, and as `commit` does.
    """
    standing = desk.sales.add_refund(digest, refund)
    if standing.amount != refund.amount:
        raise KeyReusedError
    sale = desk.sales.sale(digest)
    if sale is None or sale.card_id is None:
        return Taken(status=Status.PENDING)
    return take_back(desk, sale, sale.card_id, standing, now=now)


def take_back(
    desk: SalesDesk, sale: Sale, card_id: CardId, refund: Refund, *, now: datetime
) -> Taken:
    """Takes a refund from the card of its sale, once. Raises as `commit` does."""
    try:
        back = _reversed(desk, sale, card_id, refund, now)
    except NotFoundError:
        # The sale's own call is about to write its entry, and looks for refunds after that.
        return Taken(status=Status.PENDING)
    except AlreadyReversedError:
        desk.sales.note_done(sale.digest, refund)
        return Taken(status=Status.IGNORED, why=Why.NOTHING_LEFT)
    except CardNotActiveError:
        # What it holds is out of use, and whoever refunds can do nothing about that.
        desk.sales.note_done(sale.digest, refund)
        return Taken(status=Status.IGNORED, why=Why.CARD_CLOSED)
    if not refund.done:
        desk.sales.note_done(sale.digest, refund)
    return outcome(desk, back, now=now)


def _reversed(
    desk: SalesDesk, sale: Sale, card_id: CardId, refund: Refund, now: datetime
) -> Committed:
    """Takes the refund from the sale's card, or from the one that has what that held.

    Once it was tried on another card, it is tried there again: so it is taken once, also where
    the merge has been taken back since.
    """
    books = desk.finder.counter.books
    act = act_of(
        sale, refund.digest, {"refund_id": refund.refund_id, "amount": refund.amount}, now
    )
    target = entry_id(card_id, sale.digest)
    on = refund.card_id or card_id
    try:
        return reverse(books, act, target, refund=refund.amount, clip=True, on=on)
    except CardNotActiveError:
        left = follow(books, own_card(books.ledger, sale.merchant_id, on)).id
        if left == on:
            raise
        desk.sales.note_moved(sale.digest, refund, left)
        return reverse(books, act, target, refund=refund.amount, clip=True, on=left)
