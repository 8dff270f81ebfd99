"""Issues the .pkpass of a card as it stands.

A version that was signed once is kept and never signed again.
"""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from wallet.apple.bundle import Images, Sealed, seal
from wallet.apple.certificates import Cause, CertificateError
from wallet.apple.pass_json import Colors, Issuer, write_pass
from wallet.apple.signing import Signer
from wallet.domain.cards import Card
from wallet.domain.designs import Design
from wallet.domain.programs import Program
from wallet.domain.tokens import apple_token, link_token
from wallet.texts import texts

# Goes into the name under which a signed pass is kept: to be raised when passes are written
# differently.
FORM = 4
_DRAWN_MAX = 128


class PassStore(Protocol):
    """Keeps signed passes by name."""

    def get(self, name: str) -> bytes | None:
        """What was put under the name."""

    def put(self, name: str, data: bytes) -> None:
        """Keeps it."""


class Logos(Hashable, Protocol):
    """Keeps uploaded logos by name."""

    def logo(self, name: str) -> bytes | None:
        """The PNG of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What prints passes.

    The certificate with its key, a fingerprint of it, our address, the store, uploaded logos.
    """

    signer: Signer
    certificate: str
    base_url: str
    store: PassStore
    logos: Logos


def issue_pass(press: Press, card: Card, program: Program, *, now: datetime) -> Sealed | bytes:
    """The signed pass: as kept, or sealed now.

    Raises CertificateError once the certificate has ended: phones would refuse what it signs.
    """
    if now >= press.signer.not_after:
        raise CertificateError(Cause.EXPIRED, f"since {press.signer.not_after:%d %B %Y}")
    name = stored_name(press, card, program)
    kept = press.store.get(name)
    if kept is not None:
        return kept
    images = _images(press.logos, card, program)
    sealed = seal(images, _documents(press, card, program), press.signer, now)
    press.store.put(name, sealed.as_bytes())
    return sealed


def stored_name(press: Press, card: Card, program: Program) -> str:
    """The name of this version of the pass: of card, design, and what else is signed into it."""
    outside = f"{FORM}\n{press.certificate}\n{press.base_url}"
    digest = hashlib.sha256(outside.encode()).hexdigest()[:16]
    return f"passes/{card.id}/{card.version}-{program.design_version}-{digest}.pkpass"


def _documents(press: Press, card: Card, program: Program) -> Mapping[str, bytes]:
    from wallet.art.brand import brand

    colors = brand(program.design.color)
    return {
        "pass.json": write_pass(
            card,
            program,
            issuer=Issuer(
                pass_type=press.signer.pass_type,
                team=press.signer.team,
                web_service_url=f"{press.base_url}/apple",
            ),
            token=apple_token(card.secret),
            link=f"{press.base_url}/c/{link_token(card.id, card.secret)}",
            colors=Colors(
                background=program.design.color,
                foreground=colors.on_brand,
                label=colors.on_brand_2,
            ),
            texts=texts(card.locale),
        )
    }


def _images(logos: Logos, card: Card, program: Program) -> Images:
    target = program.stamps_target
    if target is None:
        return _drawn(logos, program.design, None, None)
    return _drawn(logos, program.design, min(max(card.state.stamps, 0), target), target)


@lru_cache(maxsize=_DRAWN_MAX)
def _drawn(logos: Logos, design: Design, stamps: int | None, target: int | None) -> Images:
    """A logo that is gone leaves the seal in its place."""
    from wallet.art.images import pass_images

    uploaded = logos.logo(design.logo) if design.logo else None
    return Images.of(pass_images(design, stamps=stamps, target=target, uploaded=uploaded))
