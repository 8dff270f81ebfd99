"""The items of a sale as a digest."""

import hashlib
from collections.abc import Sequence

import msgspec

from chalice_app.schemas import Item

_CHARS = 32


def basket_digest(items: Sequence[Item] | None) -> str | None:
    """Enough to tell that two sales are one, and of bounded size; None for no items."""
    if not items:
        return None
    return hashlib.sha256(msgspec.json.encode(items, order="sorted")).hexdigest()[:_CHARS]
