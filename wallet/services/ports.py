"""What the use cases need from outside, in their own words.

Storage and clients implement these; tests bring fakes. What a single use case needs stands there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, Reversed
from wallet.domain.ids import (
    ApiKeyId,
    CardId,
    EntryId,
    MemberId,
    MerchantId,
    ProgramId,
)
from wallet.domain.merchants import ApiKey, Member, Merchant
from wallet.domain.programs import Program

if TYPE_CHECKING:
    # A cold start that only reads a card pays for neither.
    from wallet.domain.consents import Consent
    from wallet.domain.purchases import Item, Purchase
    from wallet.services.agenda import Appointment, RollCall

Clock = Callable[[], datetime]
Chance = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A location's own reference for a purchase, which counts once whatever the key."""

    merchant_id: MerchantId
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """So many pieces of a reward given (or, below zero, given back), of `most` in all."""

    program_id: ProgramId
    reward_id: str
    given: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCode:
    """A single-use code that an entry uses up."""

    merchant_id: MerchantId
    code: str


Claim = Receipt | Stock | UsedCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: the head as read, the head as it will be, the entry between them.

    `fingerprint` tells the request from others under the same key. A reversal brings the mark it
    read and the one it leaves. `basket` is kept beside the entry; `claims` are what must hold
    outside the card for the commit to be made.
    """

    before: Card
    after: Card
    entry: Entry
    fingerprint: bytes
    mark: tuple[Reversed, Reversed] | None = None
    basket: "Purchase | None" = None
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry that stands in the ledger, and the fingerprint of the request that made it."""

    entry: Entry
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A claim of the change does not hold. `standing` is the entry that has the receipt."""

    claim: Claim
    standing: EntryId | None = None


class Ledger(Protocol):
    """Heads and entries. `append` is the unit of work: all of a change or nothing."""

    def head(self, card_id: CardId) -> Card | None:
        """The newest head, strongly consistent."""

    def entry(self, entry_id: EntryId) -> Written | None:
        """One entry, strongly consistent."""

    def mark(self, entry_id: EntryId) -> Reversed:
        """How much of an entry has been reversed, strongly consistent."""

    def basket(self, entry_id: EntryId) -> "tuple[int, tuple[Item, ...]] | None":
        """The tax and the items of a purchase, where they were kept."""

    def receipt(self, receipt: Receipt) -> EntryId | None:
        """The entry that a reference was counted in, strongly consistent."""

    def append(self, *changes: Change) -> Literal["written", "conflict"] | Written | Refused:
        """Commits all of the changes at once, or says why not.

        `conflict` when a head has moved on; the standing entry when the first one's key has been
        used; a claim that does not hold.
        """

    def entries(
        self, card_id: CardId, *, before: int | None, limit: int
    ) -> tuple[Sequence[Entry], bool]:
        """Entries with a `seq` below `before`, newest first, and whether older ones are left."""

    def entries_after(self, card_id: CardId, seq: int, *, limit: int) -> Sequence[Entry]:
        """At most `limit` entries with a greater `seq`, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A new member with a first card.

    `sealed` is the member's personal data, encrypted; `finders` its blind indexes, `birthday` that
    of a birthday; `consents` what they allowed as they joined. `welcome` is the card's first entry
    where the programme has a welcome; `card` is as that left it. `appointments` go into the
    agenda.
    """

    card: Card
    sealed: bytes
    finders: tuple[str, ...]
    program_version: int
    digest: str
    fingerprint: bytes
    consents: "tuple[Consent, ...]" = ()
    birthday: str | None = None
    appointments: "tuple[Appointment, ...]" = ()
    welcome: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What an idempotency key enrolled: the card as it was first, its version, its request."""

    card: Card
    program_version: int
    fingerprint: bytes


class Members(Protocol):
    """Members and the first writing of their cards."""

    def enrol(self, enrolment: Enrolment) -> bool:
        """Writes member and card.

        False when something stands under the key already, or a code is taken.
        """

    def enrolled(self, merchant_id: MerchantId, digest: str) -> Enrolled | None:
        """What an idempotency key enrolled. Raises KeyReusedError if it made something else."""

    def sealed(self, member_id: MemberId) -> bytes | None:
        """A member's personal data, encrypted."""

    def by_barcode(self, barcode: str) -> CardId | None:
        """The card behind a barcode."""


class Vault(Protocol):
    """Encrypts personal data under a key of the merchant's own, yet lets it be looked up."""

    def seal(self, member_id: MemberId, member: Member) -> bytes:
        """The member's data, encrypted and bound to merchant and member."""

    def open(self, merchant_id: MerchantId, member_id: MemberId, sealed: bytes) -> Member:
        """What `seal` took."""

    def finder(self, merchant_id: MerchantId, kind: str, value: str) -> str:
        """A keyed digest by which a normalised e-mail or phone can be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A version to publish, and the newest version that was read (0: the program is new).

    `roll_call` is written with the version.
    """

    program: Program
    newest: int
    digest: str
    fingerprint: bytes
    roll_call: "RollCall | None" = None


class Programs(Protocol):
    """Programs by version."""

    def newest(self, program_id: ProgramId) -> Program | None:
        """The version published last, strongly consistent, whether or not it is in force yet."""

    def in_force(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force, strongly consistent."""

    def current(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force; may lag by at most a minute behind a publication elsewhere."""

    def at(self, program_id: ProgramId, moment: datetime) -> Program | None:
        """The version that was in force then; the oldest known one for what was before it."""

    def version(self, program_id: ProgramId, version: int) -> Program | None:
        """One version; never changes."""

    def publish(self, publication: Publication) -> bool:
        """Writes the version if none came in between; says whether it did."""

    def published(
        self, merchant_id: MerchantId, digest: str
    ) -> tuple[ProgramId, int, bytes] | None:
        """What was published under an idempotency key: program, version, fingerprint."""

    def note(self, publication: Publication) -> bool:
        """Keeps the answer to a PUT that changed nothing, so that its key too can be replayed.

        False when something stands under the key already.
        """


class Merchants(Protocol):
    """Merchants and their API keys. Of a key only a hash is kept."""

    def merchant(self, merchant_id: MerchantId) -> Merchant | None:
        """The merchant."""

    def add(self, merchant: Merchant) -> None:
        """Writes a new merchant."""

    def add_key(self, key: ApiKey, secret_digest: str) -> None:
        """Keeps a new key."""

    def key(self, merchant_id: MerchantId, secret_digest: str) -> ApiKey | None:
        """The key of that digest, revoked or not.

        May lag by at most a minute behind a revocation elsewhere.
        """

    def keys(self, merchant_id: MerchantId) -> Sequence[ApiKey]:
        """All keys, revoked ones too, oldest first."""

    def revoke_key(self, merchant_id: MerchantId, key_id: ApiKeyId, now: datetime) -> bool:
        """Revokes; False if there is no such key."""


class Heads(Protocol):
    """Many heads at once."""

    def heads(self, card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
        """The newest heads of those that exist, strongly consistent."""
