"""Cards as Google Wallet is to show them: their bodies, and the pictures that these name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.ids import MerchantId
from wallet.domain.programs import Program
from wallet.domain.sentences import nearest_reward, say_next
from wallet.google.api import Documents
from wallet.google.art import Art, hero_of, seal_of
from wallet.google.ids import IssuerId
from wallet.google.loyalty_class import write_class
from wallet.google.loyalty_object import News, write_object
from wallet.texts import texts

SEAL_PIXELS = 660
"""Google asks for at least as many, and cuts a circle out of it."""


class Gallery(Protocol):
    """Keeps pictures where Google fetches them."""

    def has(self, name: str) -> bool:
        """Whether the picture is up."""

    def put(self, name: str, png: bytes) -> None:
        """Puts it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """What writing a card for Google needs: our issuer, our address, names, and a gallery."""

    issuer: IssuerId
    base_url: str
    merchant_name: Callable[[MerchantId], str]
    gallery: Gallery


def documents(stall: Stall, card: Card, program: Program) -> Documents:
    """The card and its programme as bodies for Google."""
    language = texts(card.locale)
    reward = nearest_reward(card, program)
    return Documents(
        class_body=write_class(
            program,
            issuer=stall.issuer,
            issuer_name=stall.merchant_name(program.merchant_id) or program.name,
            base_url=stall.base_url,
        ),
        object_body=write_object(
            card,
            program,
            issuer=stall.issuer,
            base_url=stall.base_url,
            texts=language,
            news=News(
                reward=reward.name if reward else "", sentence=say_next(card, program, language)
            ),
        ),
    )


def hang_pictures(stall: Stall, card: Card, program: Program) -> None:
    """Puts up the pictures of the card as it stands, where they are not up yet."""
    for art in (hero_of(card, program), seal_of(program)):
        if not stall.gallery.has(stored_name(art.name)):
            stall.gallery.put(stored_name(art.name), draw(art))


def stored_name(name: str) -> str:
    """Under which name the picture behind /art/{name}.png is kept."""
    return f"art/{name}.png"


def draw(art: Art) -> bytes:
    """The PNG."""
    from wallet.art.marks import icon
    from wallet.art.strips import balance_hero, hero

    if art.kind == "seal":
        return icon(art.design, pixels=SEAL_PIXELS)
    if art.stamps is None or art.target is None:
        return balance_hero(art.design)
    return hero(art.design, art.stamps, art.target)
