"""Join: a customer gives a name and a contact, or nothing, and has a card at once.

Nobody may learn from it who is a member. So whoever joins gets a new card and the same answer.
Where the contact has a card in the programme already, the new one is a spare card without the
contact, and a mail leads the contact's owner to the card that they have (docs/decisions/0008).
Nobody brought who was here before: a spare card for a known contact has no referral.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.consents import Consent, ConsentKind
from wallet.domain.contacts import Contact, ContactKind
from wallet.domain.errors import KeyReusedError
from wallet.domain.ids import CardId, MemberId, MerchantId, ProgramId, key_digest
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.domain.tokens import same
from wallet.services.card_letters import card_again, card_ready
from wallet.services.commit import Act
from wallet.services.enrol import Reception, Welcome, enrol
from wallet.services.letters import Letter
from wallet.services.ports import Heads, Members, Vault
from wallet.services.sessions import Edge, within_limit

ACTOR = "join"
KEY_SCOPE = "join"
# A shop's guests share one address of the internet, and a phone network's customers a few.
JOINS_MAX = 100
JOINS_WINDOW = timedelta(minutes=10)
# So many mails an address gets from us, whoever asks for them.
MAILS_MAX = 3
MAILS_WINDOW = timedelta(hours=1)
_IPV4_BITS, _IPV6_BITS = 24, 48
_PUBLISHABLE = "pk_"


class Finding(Members, Protocol):
    """Members who can be found by their contact."""

    def by_finder(self, finder: str) -> Sequence[CardId]:
        """The cards of whoever has that e-mail or phone; strongly consistent."""


class Consents(Protocol):
    """What members allowed, and took back."""

    def add(self, member_id: MemberId, consent: Consent) -> None:
        """Writes an act; one of the same kind and millisecond is the same act."""

    def acts(self, member_id: MemberId) -> Sequence[Consent]:
        """What a member gave and took back, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDesk:
    """What joining needs."""

    reception: Reception
    members: Finding
    heads: Heads
    edge: Edge
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a customer said. Without `contact` the card holds no data that leads to a person.

    `consents` are the texts that were ticked. `key` was made with the form: the same key is the
    same act. `referred_by` is the card whose holder sent them.
    """

    name: str | None
    contact: Contact | None
    language: str
    consents: Mapping[ConsentKind, str]
    key: str
    referred_by: CardId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The card to show, and the letter to send, if any.

    Neither tells whether the contact was known.
    """

    card: Card
    letter: Letter | None


def join(desk: FrontDesk, program: Program, said: Application, *, now: datetime) -> Joined:
    """A card for whoever asks.

    Of several at once with one contact, one gets the contact's card.
    """
    form = _Form(program=program, said=said, now=now)
    if said.contact is None:
        return Joined(card=_nameless(desk, form).card, letter=None)
    finder = _finder(desk.reception.vault, program.merchant_id, said.contact)
    known = _known(desk, program, finder)
    own = _standing(desk, form, finder) if known else None
    if own:
        return Joined(card=own, letter=None)
    welcome = None if known else _own(desk, form, finder)
    if welcome:
        write, led_to = card_ready, welcome.card
    else:
        welcome = _spare(desk, form, finder)
        write, led_to = card_again, known or _known(desk, program, finder) or welcome.card
    mails = not welcome.replayed and _may_mail(desk.edge, program, said.contact, now)
    letter = write(led_to, program, said.contact.value, said.language, desk.base_url)
    return Joined(card=welcome.card, letter=letter if mails else None)


def find_again(
    desk: FrontDesk, program: Program, contact: Contact, language: str, *, now: datetime
) -> Letter | None:
    """The letter that leads to the contact's card; None where there is none, or too many asked."""
    known = _known(desk, program, _finder(desk.reception.vault, program.merchant_id, contact))
    if not _may_mail(desk.edge, program, contact, now) or known is None:
        return None
    return card_again(known, program, contact.value, language, desk.base_url)


def may_join(edge: Edge, program_id: ProgramId, source_ip: str, *, now: datetime) -> bool:
    """Whether one more may come from that corner of the internet; this one is counted."""
    who = f"join\n{program_id}\n{network_of(source_ip)}"
    return within_limit(edge, who, limit=JOINS_MAX, window=JOINS_WINDOW, now=now)


def network_of(source_ip: str) -> str:
    """The network that an address belongs to: one neighbour more is no stranger."""
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        return "unknown"
    bits = _IPV4_BITS if address.version == 4 else _IPV6_BITS  # noqa: PLR2004  IPv4
    return str(ipaddress.ip_network((address, bits), strict=False))


def publishable_key(vault: Vault, program: Program) -> str:
    """The key by which a web site of the shop names the programme. It opens nothing: no secret.

    Made from the programme and a key of ours, so that it is always the same and cannot be guessed.
    """
    return _PUBLISHABLE + vault.finder(program.merchant_id, "publishable", program.id)


def is_publishable_key(vault: Vault, program: Program, given: str) -> bool:
    """Whether that is the programme's key."""
    return same(given, publishable_key(vault, program))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A form as it came in."""

    program: Program
    said: Application
    now: datetime


def _standing(desk: FrontDesk, form: _Form, finder: str) -> Card | None:
    """The contact's card, if this very form made it."""
    key = _key(form.program, finder)
    before = desk.reception.members.enrolled(form.program.merchant_id, key)
    return before.card if before and before.fingerprint == _print(form.said) else None


def _own(desk: FrontDesk, form: _Form, finder: str) -> Welcome | None:
    """A card with the contact; None if another form was faster with the same contact."""
    try:
        return _enrolled(
            desk, form, form.said.contact, _key(form.program, finder), form.said.referred_by
        )
    except KeyReusedError:
        return None


def _nameless(desk: FrontDesk, form: _Form) -> Welcome:
    """A card for who gives no contact, once for a form."""
    return _enrolled(
        desk, form, None, _key(form.program, f"{form.said.key}\n"), form.said.referred_by
    )


def _spare(desk: FrontDesk, form: _Form, finder: str) -> Welcome:
    """A card without the contact, once for a form and what it said.

    Who goes back and corrects the address has sent another form, and a mail is due.
    """
    return _enrolled(desk, form, None, _key(form.program, f"{form.said.key}\n{finder}"), None)


def _enrolled(
    desk: FrontDesk,
    form: _Form,
    contact: Contact | None,
    digest: str,
    referred_by: CardId | None,
) -> Welcome:
    said = form.said
    act = Act(
        merchant_id=form.program.merchant_id,
        actor=ACTOR,
        digest=digest,
        fingerprint=_print(said),
        now=form.now,
    )
    member = Member(
        merchant_id=form.program.merchant_id,
        name=said.name,
        email=_value(contact, ContactKind.EMAIL),
        phone=_value(contact, ContactKind.PHONE),
        locale=said.language,
    )
    consents = tuple(
        Consent(kind=kind, given=True, text=text, language=said.language, at=cut(form.now))
        for kind, text in said.consents.items()
    )
    return enrol(
        desk.reception, act, form.program.id, member, consents=consents, referred_by=referred_by
    )


def _value(contact: Contact | None, kind: ContactKind) -> str | None:
    return contact.value if contact and contact.kind is kind else None


def _key(program: Program, what: str) -> str:
    return key_digest(KEY_SCOPE, f"{program.id}\n{what}")


def _print(said: Application) -> bytes:
    return fingerprint("join", {"key": said.key})


def _finder(vault: Vault, merchant_id: MerchantId, contact: Contact) -> str:
    return vault.finder(merchant_id, contact.kind, contact.value)


def _known(desk: FrontDesk, program: Program, finder: str) -> Card | None:
    """The contact's card in this programme; of several the one last used."""
    heads = desk.heads.heads(desk.members.by_finder(finder)).values()
    cards = [head for head in heads if head.program_id == program.id]
    return max(cards, key=lambda card: card.updated_at, default=None)


def _may_mail(edge: Edge, program: Program, contact: Contact, now: datetime) -> bool:
    who = f"mail\n{program.id}\n{contact.value}"
    return contact.kind is ContactKind.EMAIL and within_limit(
        edge, who, limit=MAILS_MAX, window=MAILS_WINDOW, now=now
    )
