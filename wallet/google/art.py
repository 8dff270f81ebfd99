"""The names of the pictures that a pass in Google Wallet shows.

Google fetches a picture by its address and keeps it, so another picture must have another
address. A name is made from all that the picture is drawn from: cards in the same state share
one, and nobody can tell from it whose card it is.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from wallet.domain.cards import Card
from wallet.domain.designs import Design
from wallet.domain.programs import Program

# Goes into every name: to be raised when pictures are drawn differently.
FORM = 1
_NAME_CHARS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Art:
    """One picture: the seal, the uploaded logo, or the hero of a card with so many of its stamps.

    `stamps` lies between 0 and `target`; a card that counts points has neither.
    """

    kind: Literal["hero", "seal", "logo"]
    design: Design
    stamps: int | None = None
    target: int | None = None

    @property
    def name(self) -> str:
        """32 hexadecimal digits; the same for the same picture."""
        design = self.design
        drawn: tuple[object, ...] = (self.kind, design.color, design.logo)
        if self.kind != "logo":
            shapes = (design.style, design.picture)
            drawn = (self.kind, design.color, *shapes, self.stamps, self.target)
        digest = hashlib.sha256("\n".join(map(str, (FORM, *drawn))).encode())
        return digest.hexdigest()[:_NAME_CHARS]

    def url(self, base_url: str) -> str:
        """Where Google fetches it."""
        return f"{base_url}/art/{self.name}.png"


def mark_of(program: Program) -> Art:
    """The round mark of the programme: its logo, else its seal."""
    return Art(kind="logo" if program.design.logo else "seal", design=program.design)


def hero_of(card: Card, program: Program) -> Art:
    """The stamp card as it stands; a card with more stamps than places is drawn full."""
    target = program.stamps_target
    if target is None:
        return Art(kind="hero", design=program.design)
    stamps = min(max(card.state.stamps, 0), target)
    return Art(kind="hero", design=program.design, stamps=stamps, target=target)
