"""How a card looks in each wallet, for pages that show it before it exists."""

from collections.abc import Mapping

from msgspec import Struct

from chalice_app.qr import Qr, qr_code
from wallet.art.names import ArtKind, card_art
from wallet.domain.designs import Design, Picture, StampStyle
from wallet.texts import texts

_CODE = "STEM-PEL0-01"


class Face(Struct, frozen=True, kw_only=True):
    """What both wallets show of a card; `alt` says in words what the strip shows."""

    name: str
    label: str
    balance: str
    reward: str
    strip: str
    hero: str
    alt: str
    picture: str
    logo: str | None
    code: str
    qr: Qr


def sample_stamps(target: int) -> int:
    """How full a card is shown: three places in five."""
    return (target * 6 + 5) // 10


def sample_face(
    design: Design, *, name: str, reward: str, target: int | None, points: int, language: str
) -> Face:
    """A card as it will look: three fifths full, or with so many points."""
    say = texts(language)
    stamps = sample_stamps(target) if target else 0
    if target is None:
        label, balance = say.gettext("Points"), str(points)
        alt = say.ngettext("{count} point", "{count} points", points).format(count=points)
    else:
        label, balance = say.gettext("Stamps"), f"{stamps} / {target}"
        alt = say.gettext("{count} of {target} stamps").format(count=stamps, target=target)
    return Face(
        name=name,
        label=label,
        balance=balance,
        reward=reward,
        strip=art_url(design, ArtKind.STRIP2, stamps, target),
        hero=art_url(design, ArtKind.HERO, stamps, target),
        alt=alt,
        picture=design.picture,
        logo=f"/logo/{design.logo}.png" if design.logo else None,
        code=_CODE,
        qr=qr_code(_CODE),
    )


def art_url(design: Design, kind: ArtKind, stamps: int, target: int | None) -> str:
    """Where a picture of a card is served."""
    return f"/art/{card_art(design, kind, stamps=stamps, target=target).name}.png"


_LANDING: Mapping[str, tuple[str, str]] = {
    "pl": ("Kawiarnia Lipowa", "Kawa gratis"),
    "hu": ("Kis Kovász Pékség", "Ajándék kenyér"),
    "en": ("Harbour Lane Coffee", "A free coffee"),
}


def landing_passes(language: str) -> Face:
    """The made-up card on the first page; its colours stand in welcome.css."""
    name, reward = _LANDING[language]
    design = Design(color="#1f5b45", style=StampStyle.PAD, picture=Picture.CUP)
    if language == "hu":
        design = Design(color="#1f5b45", style=StampStyle.RING, picture=Picture.LOAF)
    return sample_face(design, name=name, reward=reward, target=10, points=0, language=language)
