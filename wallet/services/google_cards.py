"""Cards as Google Wallet is to show them: their bodies, and the pictures that these name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wallet.domain.cards import Card
from wallet.domain.endings import say_news
from wallet.domain.ids import MerchantId
from wallet.domain.programs import Program
from wallet.domain.sentences import nearest_reward
from wallet.google.api import Documents
from wallet.google.art import Art, hero_of, mark_of
from wallet.google.ids import IssuerId
from wallet.google.loyalty_class import write_class
from wallet.google.loyalty_object import News, write_object
from wallet.texts import texts

if TYPE_CHECKING:  # cryptography with it, which drawing and writing need not wait for
    from wallet.services.issue_pass import Logos

MARK_PIXELS = 660
"""Google asks for at least as many, and cuts a circle out of it."""


class Gallery(Protocol):
    """Keeps pictures where Google fetches them."""

    def has(self, name: str) -> bool:
        """Whether the picture is up."""

    def put(self, name: str, png: bytes) -> None:
        """Puts it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """What writing a card for Google needs: our issuer, our address, names, logos, a gallery."""

    issuer: IssuerId
    base_url: str
    merchant_name: Callable[[MerchantId], str]
    logos: "Logos"
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
                reward=reward.name if reward else "", sentence=say_news(card, program, language)
            ),
        ),
    )


def hang_pictures(stall: Stall, card: Card, program: Program) -> None:
    """Puts up the pictures of the card as it stands, where they are not up yet."""
    for art in (hero_of(card, program), mark_of(program)):
        if not stall.gallery.has(stored_name(art.name)):
            stall.gallery.put(stored_name(art.name), _drawn(stall.logos, art))


def stored_name(name: str) -> str:
    """Under which name the picture behind /art/{name}.png is kept."""
    return f"art/{name}.png"


def _drawn(logos: "Logos", art: Art) -> bytes:
    """The PNG. A logo that is gone leaves the seal in its place."""
    from wallet.art.marks import icon
    from wallet.art.round_logos import round_logo
    from wallet.art.strips import balance_hero, hero

    if art.kind != "hero":
        uploaded = logos.logo(art.design.logo) if art.design.logo else None
        if uploaded:
            return round_logo(uploaded, art.design.color, pixels=MARK_PIXELS)
        return icon(art.design, pixels=MARK_PIXELS)
    if art.stamps is None or art.target is None:
        return balance_hero(art.design)
    return hero(art.design, art.stamps, art.target)
