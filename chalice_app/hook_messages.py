"""What a till system may tell through a hook, and what it is answered.

A message may say more than we know of: a field that is unknown is passed over, so that one shape
of message can serve several receivers.
"""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from chalice_app.api import read_body
from chalice_app.baskets import basket_digest
from chalice_app.documents import card_document
from chalice_app.schemas import ITEMS_MAX, CardOut, Item
from wallet.domain.entries import entry_document
from wallet.domain.errors import InvalidError
from wallet.domain.hooks import Hook, Named, Naming, Sale, sale_digest
from wallet.domain.ledger import AMOUNT_MAX, REFERENCE_BYTES_MAX
from wallet.domain.program_document import clean_text
from wallet.domain.times import cut, read_time
from wallet.services.till_rewards import Quote
from wallet.services.till_sales import Status, Taken

# In Python, though not in JSON Schema, `$` lets a newline pass at the end.
_END = r"$(?!\n)"
_WORD = Annotated[str, Meta(min_length=1, max_length=64)]
_AMOUNT = Annotated[int, Meta(ge=1, le=AMOUNT_MAX)]
_CONTACT = Annotated[str, Meta(min_length=1, max_length=254)]
_PLACE = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}" + _END)]

DataT = TypeVar("DataT")


class Envelope(Struct):
    """Any message."""

    type: Annotated[str, Meta(min_length=1, max_length=128)]
    data: msgspec.Raw
    timestamp: str | None = None


class CardIn(Struct):
    """A card, by one of its names."""

    barcode: _CONTACT | None = None
    id: _CONTACT | None = None
    email: _CONTACT | None = None
    phone: _CONTACT | None = None

    def named(self) -> Named | None:
        """The one name; None where the sender knows of no card. Raises InvalidError."""
        given = [
            Named(by=by, text=text)
            for by in Naming
            if (text := getattr(self, str(by))) is not None
        ]
        if len(given) > 1:
            raise InvalidError("data.card", "name the card in one way only")
        return given[0] if given else None


class HookItem(Item, forbid_unknown_fields=False, omit_defaults=True):
    """A line of a basket."""


class SaleIn(Struct):
    """A sale. `card` may be missing: then the sale waits for its claim."""

    sale_id: _WORD
    amount: _AMOUNT
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}" + _END)]
    card: CardIn | None = None
    items: Annotated[list[HookItem], Meta(max_length=ITEMS_MAX)] | None = None
    occurred_at: str | None = None
    location_id: _PLACE | None = None


class RefundIn(Struct):
    """A refund of a sale, or of a part of it."""

    sale_id: _WORD
    refund_id: _WORD
    amount: _AMOUNT


class RewardIn(Struct):
    """A reward in a sale."""

    sale_id: _WORD
    card: CardIn
    reward_id: _WORD


class ClaimOut(Struct):
    """Where a sale without a card is claimed, and until when."""

    url: str
    expires_at: str


class QuoteOut(Struct):
    """A reward for a card; `missing` and `cost` are {"points": n} or {"stamps": n}."""

    id: str
    name: str
    kind: str
    cost: dict[str, int]
    available: bool
    missing: dict[str, int]


class HookAnswer(Struct):
    """What became of a message. What does not apply is null."""

    status: str
    entry: dict[str, object] | None = None
    card: CardOut | None = None
    claim: ClaimOut | None = None
    reward: QuoteOut | None = None


def read_data(envelope: Envelope, form: type[DataT]) -> DataT:
    """The data of a message. Raises InvalidError with the field's whole path."""
    try:
        return read_body(bytes(envelope.data), form)
    except InvalidError as error:
        raise InvalidError(f"data.{error.field}".removesuffix(".$"), error.reason) from None


def read_sale(hook: Hook, said: SaleIn, happened: datetime | None, *, now: datetime) -> Sale:
    """The sale; it happened when it says, else when its message says. Raises InvalidError."""
    sale_id = read_word("data.sale_id", said.sale_id)
    return Sale(
        digest=sale_digest(hook.id, sale_id),
        hook_id=hook.id,
        merchant_id=hook.merchant_id,
        sale_id=sale_id,
        amount=said.amount,
        currency=said.currency,
        basket=basket_digest(said.items),
        location_id=said.location_id,
        occurred_at=_time("data.occurred_at", said.occurred_at) or happened or cut(now),
        created_at=cut(now),
    )


def read_word(field: str, text: str) -> str:
    """An id of the sender's own. Raises InvalidError for one that cannot be seen as it is."""
    if clean_text(text) != text:
        raise InvalidError(field, "has invisible characters, or spaces at its ends")
    if len(text.encode()) > REFERENCE_BYTES_MAX:
        raise InvalidError(field, f"is longer than {REFERENCE_BYTES_MAX} bytes")
    return text


def moment_of(envelope: Envelope) -> datetime | None:
    """When the message says that it happened. Raises InvalidError."""
    return _time("timestamp", envelope.timestamp)


def answer_document(taken: Taken, base_url: str, *, claim: ClaimOut | None = None) -> bytes:
    """The answer to a sale, a refund or a reward that was taken."""
    card = (
        card_document(taken.card, taken.program, base_url)
        if taken.card and taken.program
        else None
    )
    entry = entry_document(taken.entry) if taken.entry else None
    return msgspec.json.encode(
        HookAnswer(status=str(taken.status), entry=entry, card=card, claim=claim)
    )


def quote_document(quote: Quote, base_url: str) -> bytes:
    """The answer to the question what a reward would take."""
    reward = quote.reward
    unit = "stamps" if reward.cost.stamps else "points"
    missing = int(getattr(quote.missing, unit))
    told = QuoteOut(
        id=reward.id,
        name=reward.name,
        kind=str(reward.kind),
        cost={unit: getattr(reward.cost, unit)},
        available=missing == 0,
        missing={unit: missing},
    )
    card = card_document(quote.card, quote.program, base_url)
    return msgspec.json.encode(HookAnswer(status=str(Status.APPLIED), card=card, reward=told))


def _time(field: str, text: str | None) -> datetime | None:
    at = read_time(text) if text is not None else None
    if text is not None and at is None:
        raise InvalidError(field, "must be an RFC 3339 time with Z or an offset")
    return at
