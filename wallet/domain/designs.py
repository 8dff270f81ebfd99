"""How a card looks: what a merchant chooses of it."""

from dataclasses import dataclass
from enum import StrEnum


class StampStyle(StrEnum):
    """How a given stamp is drawn."""

    PAD = "pad"
    RING = "ring"
    ROSETTE = "rosette"


class Picture(StrEnum):
    """What stands in the middle of a stamp."""

    CUP = "cup"
    LOAF = "loaf"
    SCISSORS = "scissors"
    DUMBBELL = "dumbbell"
    GIFT = "gift"
    FLOWER = "flower"
    BOOK = "book"
    PAW = "paw"
    NAIL = "nail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the card looks: one colour (`#rrggbb`), a stamp's style and picture.

    `logo` is the name of an uploaded one (the digest of its bytes); without it the seal stands in.
    """

    color: str
    style: StampStyle
    picture: Picture
    logo: str | None = None
