"""The items of a sale, as the engine takes them and as a digest."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from chalice_app.schemas import Item

if TYPE_CHECKING:
    from wallet.domain import purchases

_CHARS = 32


def basket_digest(items: Sequence[Item] | None) -> str | None:
    """Enough to tell that two sales are one, and of bounded size; None for no items."""
    if not items:
        return None
    return hashlib.sha256(msgspec.json.encode(items, order="sorted")).hexdigest()[:_CHARS]


def basket_items(items: Sequence[Item] | None) -> "tuple[purchases.Item, ...]":
    """What rules look at; names are for people."""
    from wallet.domain import purchases

    return tuple(
        purchases.Item(
            sku=each.sku, category=each.category, quantity=each.quantity, amount=each.amount
        )
        for each in items or ()
    )
