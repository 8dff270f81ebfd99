"""What a till system may tell through a hook, and what it is answered.

A message may say more than we know of: a field that is unknown is passed over, so that one shape
of message can serve several receivers.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chalice_app.baskets import basket_digest, basket_items
from chalice_app.documents import card_document
from chalice_app.schemas import ITEMS_MAX, CardOut, EntryOut, Item
from wallet.domain.bounds import AMOUNT_MAX, REFERENCE_BYTES_MAX
from wallet.domain.drafts import check_occurred
from wallet.domain.entries import entry_document
from wallet.domain.errors import InvalidError
from wallet.domain.hooks import Hook, Named, Naming, Sale, sale_digest
from wallet.domain.program_document import clean_text
from wallet.domain.times import cut, read_time
from wallet.services.sales_desk import Status, Taken
from wallet.services.till_rewards import Quote

# In Python, though not in JSON Schema, `$` lets a newline pass at the end.
_END = r"$(?!\n)"
_WORD = Annotated[str, Meta(min_length=1, max_length=64)]
_AMOUNT = Annotated[int, Meta(ge=1, le=AMOUNT_MAX)]
_CONTACT = Annotated[str, Meta(min_length=1, max_length=254)]
_PLACE = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}" + _END)]
_TIME = Annotated[str, Meta(description="RFC 3339, with Z or an offset")]


class Envelope(Struct):
    """Any message, also of a type that we do not know."""

    type: Annotated[str, Meta(min_length=1, max_length=128)]


class CardIn(Struct):
    """A card, by exactly one of its names."""

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
    tax: Annotated[int, Meta(ge=0, le=AMOUNT_MAX, description="minor units in it")] | None = None
    items: Annotated[list[HookItem], Meta(max_length=ITEMS_MAX)] | None = None
    occurred_at: _TIME | None = None
    location_id: _PLACE | None = None


class RefundIn(Struct):
    """A refund of a sale, or of a part of it."""

    sale_id: _WORD
    refund_id: _WORD
    amount: _AMOUNT


class RewardIn(Struct):
    """A reward in a sale; `confirmed`: a member of the staff agrees, where it asks for that."""

    sale_id: _WORD
    card: CardIn
    reward_id: _WORD
    confirmed: bool = False
    location_id: _PLACE | None = None


class SaleCompleted(Struct, tag_field="type", tag="sale.completed"):
    """A sale; it happened when its message says, unless it has a time of its own."""

    data: SaleIn
    timestamp: _TIME | None = None


class SaleRefunded(Struct, tag_field="type", tag="sale.refunded"):
    """A refund, before or after its sale."""

    data: RefundIn
    timestamp: _TIME | None = None


class RewardQuoted(Struct, tag_field="type", tag="reward.quoted"):
    """What would a reward take? Changes nothing."""

    data: RewardIn
    timestamp: _TIME | None = None


class RewardRedeemed(Struct, tag_field="type", tag="reward.redeemed"):
    """A reward is taken."""

    data: RewardIn
    timestamp: _TIME | None = None


Message = SaleCompleted | SaleRefunded | RewardQuoted | RewardRedeemed


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
    """What became of a message. What does not apply is null; `reason` is of what is ignored."""

    status: Literal["applied", "duplicate", "pending", "ignored"]
    entry: EntryOut | None = None
    card: CardOut | None = None
    claim: ClaimOut | None = None
    reward: QuoteOut | None = None
    reason: Literal["unknown-type", "nothing-left", "card-closed"] | None = None


def read_sale(hook: Hook, message: SaleCompleted, *, now: datetime) -> Sale:
    """The sale. Raises InvalidError."""
    said = message.data
    sale_id = read_word("data.sale_id", said.sale_id)
    tax = said.tax or 0
    if tax > said.amount:
        raise InvalidError("data.tax", "is more than was paid")
    return Sale(
        digest=sale_digest(hook.id, sale_id),
        hook_id=hook.id,
        merchant_id=hook.merchant_id,
        sale_id=sale_id,
        amount=said.amount,
        currency=said.currency,
        basket=basket_digest(said.items),
        tax=tax,
        items=basket_items(said.items),
        location_id=said.location_id,
        occurred_at=_moment(message, now),
        created_at=cut(now),
    )


def read_word(field: str, text: str) -> str:
    """An id of the sender's own. Raises InvalidError for one that cannot be seen as it is."""
    if clean_text(text) != text:
        raise InvalidError(field, "has invisible characters, or spaces at its ends")
    if len(text.encode()) > REFERENCE_BYTES_MAX:
        raise InvalidError(field, f"is longer than {REFERENCE_BYTES_MAX} bytes")
    return text


def answer_document(taken: Taken, base_url: str, *, claim: ClaimOut | None = None) -> bytes:
    """The answer to a sale, a refund or a reward that was taken."""
    card = (
        card_document(taken.card, taken.program, base_url)
        if taken.card and taken.program
        else None
    )
    # As it stands, field for field: its hash is made from that.
    entry = entry_document(taken.entry) if taken.entry else None
    reason = taken.why.value if taken.why else None
    return _document(taken.status, entry=entry, card=card, claim=claim, reason=reason)


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
        available=quote.available,
        missing={unit: missing},
    )
    card = card_document(quote.card, quote.program, base_url)
    return _document(Status.APPLIED, card=card, reward=told)


def _document(status: Status, **members: object) -> bytes:
    """A HookAnswer."""
    nothing = dict.fromkeys(HookAnswer.__struct_fields__)
    return msgspec.json.encode({**nothing, "status": status.value, **members})


def _moment(message: SaleCompleted, now: datetime) -> datetime:
    stated = _time("data.occurred_at", message.data.occurred_at)
    happened = _time("timestamp", message.timestamp)
    try:
        return check_occurred(stated or happened, now)
    except InvalidError as error:
        raise InvalidError("data.occurred_at" if stated else "timestamp", error.reason) from None


def _time(field: str, text: str | None) -> datetime | None:
    at = read_time(text) if text is not None else None
    if text is not None and at is None:
        raise InvalidError(field, "must be an RFC 3339 time with Z or an offset")
    return at
