"""Claims: whoever holds a sale's link puts it on a card, once.

A sale without a known card waits 90 days. Its link is made from the sale and a key of ours, so
that it is the same whenever the sale is told, and nothing needs to be kept for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wallet.domain.cards import Card
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.hooks import Hook, Sale
from wallet.domain.ids import entry_id, is_id
from wallet.domain.programs import Program
from wallet.domain.tokens import same
from wallet.services.commit import program_in_force
from wallet.services.find_cards import find_shown
from wallet.services.holders import held_card
from wallet.services.ports import Vault
from wallet.services.sales_desk import SalesDesk, Taken
from wallet.services.till_sales import CLAIMED, check_fits, settle

LIFETIME = timedelta(days=90)
TYPED_CHARS_MAX = 300


class Refusal(StrEnum):
    """Why a claim is not taken."""

    UNKNOWN_CARD = "unknown"
    OTHER_PROGRAM = "other"
    TAKEN = "taken"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A sale that has found its card."""

    taken: Taken
    card: Card


def claim_token(vault: Vault, sale: Sale) -> str:
    """What stands in the link: the sale, so that it is found at once, and a proof."""
    return f"{sale.digest}-{vault.finder(sale.merchant_id, 'claim', sale.digest)}"


def claim_ends(sale: Sale) -> datetime:
    """Until when a sale waits."""
    return sale.created_at + LIFETIME


def sale_of_claim(desk: SalesDesk, token: str) -> Sale | None:
    """The sale that a link is for, claimed or not; None for a link that is none."""
    digest, dash, proof = token.partition("-")
    if not dash or not is_id(digest) or not is_id(proof):
        return None
    sale = desk.sales.sale(digest)
    if sale is None or not same(token, claim_token(desk.finder.counter.vault, sale)):
        return None
    return sale


def program_of_sale(desk: SalesDesk, sale: Sale, hook: Hook | None, *, now: datetime) -> Program:
    """The programme that the sale counts in, or would: its card's, else one that can take it.

    Raises NotFoundError where the merchant has none.
    """
    books = desk.finder.counter.books
    card = books.ledger.head(sale.card_id) if sale.card_id else None
    if card is not None:
        return program_in_force(books, card, now)
    named = hook.program_id if hook else None
    own = [named] if named else desk.finder.programs.of_merchant(sale.merchant_id)
    read = [books.programs.current(program_id, now) for program_id in own]
    programs = [program for program in read if program is not None]
    suiting = [program for program in programs if program.currency == sale.currency]
    if not programs:
        raise NotFoundError("program")
    return (suiting or programs)[0]


def claim(desk: SalesDesk, sale: Sale, typed: str, *, now: datetime) -> Claimed | Refusal:
    """Puts a sale on the card whose code, barcode or link was typed.

    The same card may claim again, and gets the same. Raises as `commit` does.
    """
    card = _card(desk, sale, typed)
    if sale.card_id is not None and (card is None or card.id != sale.card_id):
        return Refusal.TAKEN
    if card is None:
        return Refusal.UNKNOWN_CARD
    if sale.card_id is None:
        refusal = _match(desk, sale, card, now=now)
        if refusal:
            return refusal
    standing = desk.sales.sale(sale.digest)
    if standing is None or standing.card_id != card.id:
        return Refusal.TAKEN
    taken = settle(desk, standing, now=now, reason=CLAIMED)
    return Claimed(taken=taken, card=taken.card or card)


def finish(desk: SalesDesk, sale: Sale, *, now: datetime) -> None:
    """Gives what a claimed sale is worth, where its claim was cut short.

    A till system sends again what failed; who holds a link looks again. Raises as `commit` does.
    """
    if sale.card_id is None or sale.shown:
        return
    ledger = desk.finder.counter.books.ledger
    is_settled = ledger.entry(entry_id(sale.card_id, sale.digest)) is not None
    if not is_settled or any(not refund.done for refund in desk.sales.refunds(sale.digest)):
        settle(desk, sale, now=now, reason=CLAIMED)


def _match(desk: SalesDesk, sale: Sale, card: Card, *, now: datetime) -> Refusal | None:
    if now >= claim_ends(sale):
        return Refusal.ENDED
    try:
        check_fits(desk, card, sale, now=now)
    except InvalidError:
        return Refusal.OTHER_PROGRAM
    desk.sales.match(sale.digest, card.id, "")
    return None


def _card(desk: SalesDesk, sale: Sale, typed: str) -> Card | None:
    """The merchant's card behind a code, a barcode, or the link of a card's page."""
    text = typed.strip()[:TYPED_CHARS_MAX]
    ledger = desk.finder.counter.books.ledger
    card = held_card(ledger, text.rstrip("/").rpartition("/")[2].partition("?")[0])
    if card is None:
        found = find_shown(desk.finder.counter, sale.merchant_id, text)
        card = ledger.head(found) if found else None
    return card if card and card.merchant_id == sale.merchant_id else None
