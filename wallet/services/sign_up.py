"""Sign up and sign in are one act: a link by mail, for an address that is known or not.

Nothing tells the two apart before the link is used: the same mail goes out, after the same work.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wallet.domain.ids import ID_BYTES, MemberId, MerchantId, encode_id
from wallet.domain.merchants import Member, Merchant
from wallet.domain.times import cut
from wallet.services.letters import Letter, Mailer
from wallet.services.ports import Chance, Vault
from wallet.services.sessions import (
    Edge,
    Session,
    SessionKind,
    look_at_ticket,
    make_ticket,
    open_session,
    take_ticket,
    within_limit,
)
from wallet.texts import texts

TICKET_LIFETIME = timedelta(minutes=15)
PURPOSE = "sign-in"
# Owners of merchants are nobody's members: their addresses are kept under a key of the platform's.
PLATFORM = MerchantId("platform")

_WINDOW = timedelta(minutes=15)
_PER_ADDRESS_MAX = 5
_PER_SOURCE_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose merchant it is; `finder` leads from the e-mail to it, `sealed` holds the e-mail."""

    finder: str
    sealed: bytes
    merchant: Merchant


class Owners(Protocol):
    """Who owns which merchant."""

    def merchant_of(self, finder: str) -> MerchantId | None:
        """The merchant of an owner, strongly consistent."""

    def add(self, owner: Owner) -> bool:
        """Writes a merchant and its owner; False if they stand already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the way in needs."""

    edge: Edge
    owners: Owners
    vault: Vault
    mailer: Mailer
    chance: Chance
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A session, its token, and whether a merchant was made for it."""

    token: str
    session: Session
    is_new: bool


def send_link(door: Door, email: str, *, language: str, source: str, now: datetime) -> bool:
    """Mails a link that lets its holder in once, within 15 minutes.

    False, and no mail, when too many were asked for of late: for the address, or from the source.
    The e-mail is in its normal form.
    """
    if not _within_limits(door, email, source, now):
        return False
    token = make_ticket(
        door.edge,
        door.chance,
        PURPOSE,
        {"email": email, "language": language},
        lifetime=TICKET_LIFETIME,
        now=now,
    )
    door.mailer.send(_letter(email, f"{door.base_url}/signup/{token}", language))
    return True


def address_of_link(door: Door, token: str, *, now: datetime) -> str | None:
    """Whose link it is; None for an unknown, used or ended one. The link stays as it is."""
    data = look_at_ticket(door.edge, PURPOSE, token, now=now)
    return data["email"] if data else None


def enter(door: Door, token: str, *, now: datetime) -> Entered | None:
    """Uses up a link: a session for its owner, whose merchant is made if there is none.

    None for an unknown, used or ended link.
    """
    data = take_ticket(door.edge, PURPOSE, token, now=now)
    if data is None:
        return None
    merchant_id, is_new = _merchant(door, data["email"], data["language"], now)
    session_token, session = open_session(
        door.edge, door.chance, SessionKind.CONSOLE, merchant_id, data["email"], now=now
    )
    return Entered(token=session_token, session=session, is_new=is_new)


def _within_limits(door: Door, email: str, source: str, now: datetime) -> bool:
    counted = [
        within_limit(door.edge, f"{PURPOSE} {who}", limit=limit, window=_WINDOW, now=now)
        for who, limit in ((email, _PER_ADDRESS_MAX), (source, _PER_SOURCE_MAX))
    ]
    return all(counted)


def _merchant(door: Door, email: str, language: str, now: datetime) -> tuple[MerchantId, bool]:
    finder = door.vault.finder(PLATFORM, "email", email)
    known = door.owners.merchant_of(finder)
    if known:
        return known, False
    # Made from the finder, so that two links opened at once make one merchant.
    digest = hashlib.sha256(f"merchant\n{finder}".encode()).digest()
    merchant = Merchant(
        id=MerchantId(encode_id(digest[:ID_BYTES])),
        name="",
        locale=language,
        created_at=cut(now),
    )
    person = Member(merchant_id=merchant.id, email=email)
    sealed = door.vault.seal(MemberId(finder), person)
    is_new = door.owners.add(Owner(finder=finder, sealed=sealed, merchant=merchant))
    return merchant.id, is_new


def _letter(email: str, link: str, language: str) -> Letter:
    say = texts(language).gettext
    lines = (
        say("Hello,"),
        say("here is your way in to Stempel. Open the link and press the button:"),
        link,
        say("The link works once, for 15 minutes."),
        say("If you did not ask for it, do nothing: without the link nobody gets in."),
    )
    return Letter(to=email, subject=say("Your link to Stempel"), text="\n\n".join(lines) + "\n")
