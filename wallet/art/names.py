"""Names of pictures: all that a picture is made of, so that whoever has the name can draw it.

`1-1f5b45-pad-cup-7-10-strip2`: form, colour, style, picture, stamps, target, kind. A card that
counts points has `points` in place of stamps and target. One picture has one name, so what is kept
under a name never changes; the form is to be raised when we draw otherwise.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from wallet.art.strips import balance_hero, balance_strip, hero, strip
from wallet.domain.designs import Design, Picture, StampStyle
from wallet.domain.programs import STAMPS_TARGET_MAX

FORM = 1
_STRIP_SCALE = 2

_NAME = re.compile(
    r"(?P<form>\d{1,3})-(?P<color>[0-9a-f]{6})-(?P<style>[a-z]+)-(?P<picture>[a-z]+)"
    r"(?:-(?P<points>points)|-(?P<stamps>0|[1-9]\d?)-(?P<target>[1-9]\d?))-(?P<kind>[a-z]+\d?)"
)


class ArtKind(StrEnum):
    """Which of a card's pictures: Apple's strip as pages show it, or Google's hero."""

    STRIP2 = "strip2"
    HERO = "hero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Art:
    """One picture. Without `target` the card counts points, and `stamps` says nothing."""

    kind: ArtKind
    color: str
    style: StampStyle
    picture: Picture
    stamps: int = 0
    target: int | None = None

    @property
    def name(self) -> str:
        """The one name of this picture."""
        state = ("points",) if self.target is None else (self.stamps, self.target)
        parts = (FORM, self.color[1:], self.style, self.picture, *state, self.kind)
        return "-".join(map(str, parts))

    def draw(self) -> bytes:
        """The PNG."""
        design = Design(color=self.color, style=self.style, picture=self.picture)
        if self.kind is ArtKind.HERO:
            if self.target is None:
                return balance_hero(design)
            return hero(design, self.stamps, self.target)
        if self.target is None:
            return balance_strip(design, scale=_STRIP_SCALE)
        return strip(design, self.stamps, self.target, scale=_STRIP_SCALE)


def card_art(design: Design, kind: ArtKind, *, stamps: int, target: int | None) -> Art:
    """The picture of a card: stamps below 0 are drawn as none, above the target as all."""
    return Art(
        kind=kind,
        color=design.color,
        style=design.style,
        picture=design.picture,
        stamps=0 if target is None else min(max(stamps, 0), target),
        target=target,
    )


def read_name(name: str) -> Art | None:
    """The picture of a name; None for a name that we would not give."""
    match = _NAME.fullmatch(name) if name.isascii() else None
    if match is None:
        return None
    try:
        art = Art(
            kind=ArtKind(match["kind"]),
            color=f"#{match['color']}",
            style=StampStyle(match["style"]),
            picture=Picture(match["picture"]),
            stamps=int(match["stamps"] or 0),
            target=int(match["target"]) if match["target"] else None,
        )
    except ValueError:
        return None
    possible = art.target is None or art.stamps <= art.target <= STAMPS_TARGET_MAX
    return art if possible and art.name == name else None
