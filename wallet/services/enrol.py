"""Enrol: a new member with a first card, from what a caller says of the person.

What the programme gives for a welcome is the card's first entry, in the same transaction.
"""

from dataclasses import dataclass, replace

from wallet.domain.cards import Card, State
from wallet.domain.consents import Consent
from wallet.domain.entries import GENESIS
from wallet.domain.errors import ContentionError, KeyReusedError, NotFoundError
from wallet.domain.ids import (
    ID_BYTES,
    CardId,
    MemberId,
    ProgramId,
    encode_code,
    encode_id,
    entry_id,
)
from wallet.domain.ledger import WELCOME_DIGEST, bonus
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.domain.tokens import SECRET_BYTES
from wallet.domain.vocabulary import RuleKind
from wallet.services.birthdays import Birthday, birthday_of
from wallet.services.commit import Act, Decided, changed
from wallet.services.ports import Chance, Change, Enrolled, Enrolment, Members, Programs, Vault

_CODE_BYTES = 7
# A typed code has 50 bits: once in a long while one is taken already, and the next draw is not.
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What an enrolment needs."""

    members: Members
    programs: Programs
    vault: Vault
    chance: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The new card, and whether an earlier call had made it."""

    card: Card
    program: Program
    replayed: bool


def enrol(
    reception: Reception,
    act: Act,
    program_id: ProgramId,
    member: Member,
    *,
    consents: tuple[Consent, ...] = (),
    referred_by: CardId | None = None,
) -> Welcome:
    """Makes a member with a card, once for an idempotency key.

    `referred_by` is the card whose holder brought the member (`find_referrer.py`).

    Raises NotFoundError for a program that is unknown, another merchant's or not in force yet, and
    KeyReusedError.
    """
    program = reception.programs.current(program_id, act.now)
    if program is None or program.merchant_id != act.merchant_id:
        raise NotFoundError("program")
    for _ in range(_TRIES):
        drawn = _drawn(reception, act, program, member, referred_by)
        enrolment = replace(drawn, consents=consents)
        if reception.members.enrol(enrolment):
            return Welcome(card=enrolment.card, program=program, replayed=False)
        before = reception.members.enrolled(act.merchant_id, act.digest)
        if before:
            return _replay(reception, act, program, before)
    raise ContentionError(program_id)


def _drawn(
    reception: Reception,
    act: Act,
    program: Program,
    member: Member,
    referred_by: CardId | None,
) -> Enrolment:
    chance, now = reception.chance, cut(act.now)
    member_id = MemberId(encode_id(chance(ID_BYTES)))
    card = Card(
        id=CardId(encode_id(chance(ID_BYTES))),
        merchant_id=act.merchant_id,
        program_id=program.id,
        member_id=member_id,
        barcode=encode_id(chance(ID_BYTES)),
        code=encode_code(chance(_CODE_BYTES)),
        secret=chance(SECRET_BYTES),
        locale=member.locale or program.locale,
        version=1,
        seq=0,
        state=State(),
        last_hash=GENESIS,
        created_at=now,
        updated_at=now,
        modified=int(now.timestamp()),
        referred_by=referred_by,
    )
    welcome = _welcome(act, card, program)
    birthday = _birthday(reception, act, card, program, member)
    return Enrolment(
        card=welcome.after if welcome else card,
        sealed=reception.vault.seal(member_id, member),
        finders=finders_of(reception.vault, member),
        program_version=program.version,
        digest=act.digest,
        fingerprint=act.fingerprint,
        birthday=birthday.finder if birthday else None,
        appointments=birthday.soon if birthday else (),
        welcome=welcome,
    )


def _welcome(act: Act, card: Card, program: Program) -> Change | None:
    """The first entry of a card whose programme gives something for a welcome."""
    rules = program.rules_of(RuleKind.WELCOME)
    if not rules:
        return None
    draft = bonus(program, card, *rules, digest=WELCOME_DIGEST, occurred_at=cut(act.now))
    decided = Decided(draft=replace(draft, reason="welcome"), program=program)
    return changed(act, card, decided, entry_id(card.id, WELCOME_DIGEST))


def _birthday(
    reception: Reception, act: Act, card: Card, program: Program, member: Member
) -> Birthday | None:
    if member.birthday is None:
        return None
    return birthday_of(reception.vault, card, program, member.birthday, now=act.now)


def finders_of(vault: Vault, member: Member) -> tuple[str, ...]:
    """The blind indexes of a member's e-mail and phone."""
    said = (("email", member.email), ("phone", member.phone))
    return tuple(vault.finder(member.merchant_id, kind, value) for kind, value in said if value)


def _replay(reception: Reception, act: Act, program: Program, before: Enrolled) -> Welcome:
    version = reception.programs.version(program.id, before.program_version)
    same = before.fingerprint == act.fingerprint and before.card.program_id == program.id
    if not same or version is None:
        raise KeyReusedError
    return Welcome(card=before.card, program=version, replayed=True)
