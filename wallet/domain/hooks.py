"""A hook: the address at which a shop's till system or web shop tells of its sales."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from wallet.domain.ids import CardId, MerchantId, ProgramId, key_digest
from wallet.domain.purchases import Item, Purchase

HookId = NewType("HookId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A hook, its secrets encrypted.

    `program_id` is where a member named by e-mail or phone is looked for; None: in all programs of
    the merchant. `old_sealed` is the secret before the last rotation.
    """

    id: HookId
    merchant_id: MerchantId
    program_id: ProgramId | None
    sealed: bytes
    created_at: datetime
    old_sealed: bytes | None = None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None


class Naming(StrEnum):
    """How a sender names a card."""

    BARCODE = "barcode"
    ID = "id"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A card as a sender named it, known or not."""

    by: Naming
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale that a hook told of, kept so that refunds and a claim find it.

    `digest` names it among all sales, and is the idempotency key of its entry; `sale_id` is the
    sender's own word for it. `card_id` is set once: with it the sale is that card's for ever.
    `shown` is a keyed digest of how the card was named; `items` and `tax` are for the programme's
    rules, whichever card the sale comes to.
    """

    digest: str
    hook_id: HookId
    merchant_id: MerchantId
    sale_id: str
    amount: int
    currency: str
    basket: str | None
    location_id: str | None
    occurred_at: datetime
    created_at: datetime
    shown: str | None = None
    card_id: CardId | None = None
    tax: int = 0
    items: tuple[Item, ...] = ()

    @property
    def purchase(self) -> Purchase:
        """What was paid."""
        return Purchase(
            amount=self.amount,
            currency=self.currency,
            reference=self.sale_id,
            basket=self.basket,
            tax=self.tax,
            items=self.items,
        )

    def facts(self) -> dict[str, object]:
        """What may not differ when the sale is told again; `basket` stands for the items."""
        facts: dict[str, object] = {
            "sale_id": self.sale_id,
            "amount": self.amount,
            "currency": self.currency,
            "basket": self.basket,
            "location_id": self.location_id,
        }
        # Sales of before there was a tax have their entries under a fingerprint without one.
        return facts | ({"tax": self.tax} if self.tax else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A part of a sale that was paid back; `done` once the card has followed.

    `card_id` is the card that it is taken from where the sale's own was merged into another.
    """

    digest: str
    refund_id: str
    amount: int
    created_at: datetime
    done: bool = False
    card_id: CardId | None = None


def sale_digest(hook_id: HookId, sale_id: str) -> str:
    """Names a sale among those of all hooks."""
    return hook_digest(hook_id, f"sale {sale_id}")


def hook_digest(hook_id: HookId, key: str) -> str:
    """An idempotency key of a hook's own scope."""
    return key_digest(f"hook:{hook_id}", key)
