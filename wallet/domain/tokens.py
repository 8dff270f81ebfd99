"""Secrets that a card's holder carries, made one way from the card's own random bytes.

Each use has its own label, so one kind does not give the other. A token opens only its own card.
"""

import hashlib
import hmac

from wallet.domain.ids import ID_BYTES, CardId, encode_id, is_id

SECRET_BYTES = 16


def apple_token(secret: bytes) -> str:
    """The `authenticationToken` of a pass: 44 characters (Apple asks for at least 16)."""
    digest = hashlib.sha256(b"apple pass\n" + secret).digest()
    return encode_id(digest[:ID_BYTES]) + encode_id(digest[ID_BYTES:])


def link_token(card_id: CardId, secret: bytes) -> str:
    """What stands in a card's links: the card's id, so that it is found at once, and a proof."""
    digest = hashlib.sha256(b"card link\n" + secret).digest()
    return f"{card_id}-{encode_id(digest[:ID_BYTES])}"


def card_of_link(token: str) -> CardId | None:
    """The card that a link token names, whether or not its proof is right."""
    card, dash, proof = token.partition("-")
    return CardId(card) if dash and is_id(card) and is_id(proof) else None


def same(given: str, right: str) -> bool:
    """Whether a token is the right one, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(), right.encode())
