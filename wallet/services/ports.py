"""What the use cases need from outside, in their own words.

Storage and clients implement these; tests bring fakes. What a single use case needs stands there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from wallet.domain.cards import Card
from wallet.domain.consents import Consent
from wallet.domain.entries import Entry
from wallet.domain.ids import (
    ApiKeyId,
    CardId,
    DeviceId,
    EntryId,
    MemberId,
    MerchantId,
    ProgramId,
    PushToken,
)
from wallet.domain.ledger import Reversed
from wallet.domain.merchants import ApiKey, Member, Merchant
from wallet.domain.programs import Program

Clock = Callable[[], datetime]
Chance = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: the head as read, the head as it will be, the entry between them.

    `fingerprint` tells the request from others under the same key. A reversal brings the mark it
    read and the one it leaves.
    """

    before: Card
    after: Card
    entry: Entry
    fingerprint: bytes
    mark: tuple[Reversed, Reversed] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry that stands in the ledger, and the fingerprint of the request that made it."""

    entry: Entry
    fingerprint: bytes


class Ledger(Protocol):
    """Heads and entries. `append` is the unit of work: all of a change or nothing."""

    def head(self, card_id: CardId) -> Card | None:
        """The newest head, strongly consistent."""

    def entry(self, entry_id: EntryId) -> Written | None:
        """One entry, strongly consistent."""

    def mark(self, entry_id: EntryId) -> Reversed:
        """How much of an entry has been reversed, strongly consistent."""

    def append(self, change: Change) -> Literal["written", "conflict"] | Written:
        """Commits, or says why not.

        `conflict` when the head has moved on; the standing entry when the key has been used.
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

    `sealed` is the member's personal data, encrypted; `finders` its blind indexes; `consents` what
    they allowed as they joined.
    """

    card: Card
    sealed: bytes
    finders: tuple[str, ...]
    program_version: int
    digest: str
    fingerprint: bytes
    consents: tuple[Consent, ...] = ()


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
    """A version to publish, and the newest version that was read (0: the program is new)."""

    program: Program
    newest: int
    digest: str
    fingerprint: bytes


class Programs(Protocol):
    """Programs by version."""

    def newest(self, program_id: ProgramId) -> Program | None:
        """The version published last, strongly consistent, whether or not it is in force yet."""

    def in_force(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force, strongly consistent."""

    def current(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force; may lag by at most a minute behind a publication elsewhere."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A device that wants to hear of a card's changes."""

    device_id: DeviceId
    card_id: CardId
    push_token: PushToken
    registered_at: datetime


class Devices(Protocol):
    """Phones registered with the PassKit web service."""

    def register(self, registration: Registration) -> bool:
        """Keeps it, with its newest push token; says whether it is new."""

    def unregister(self, device_id: DeviceId, card_id: CardId) -> None:
        """Forgets it; nothing happens if it is unknown."""

    def cards_of(self, device_id: DeviceId) -> Sequence[CardId]:
        """The cards that a device is registered for, strongly consistent."""

    def devices_of(self, card_id: CardId) -> Sequence[Registration]:
        """The devices registered for a card, strongly consistent."""

    def pushed_version(self, card_id: CardId) -> int:
        """The newest pass version that all devices have been told of; 0 for none."""

    def note_pushed(self, card_id: CardId, version: int) -> None:
        """Raises the pushed version; never lowers it."""

    def forget_pushed(self, card_id: CardId) -> None:
        """Takes the pushed version away: the next message tells all devices again."""


class Heads(Protocol):
    """Many heads at once."""

    def heads(self, card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
        """The newest heads of those that exist, strongly consistent."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one push."""

    registration: Registration
    outcome: Literal["delivered", "gone", "retry", "rejected"]
    reason: str = ""
    gone_since: datetime | None = None


class Pushes(Protocol):
    """Tells phones that something changed. Never raises for what the network or Apple does."""

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        """Sends one push to each."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a card at Google."""

    outcome: Literal["delivered", "retry", "rejected"]
    reason: str = ""


class GoogleWallet(Protocol):
    """Brings cards to Google Wallet. Never raises for what the network or Google does."""

    def show(self, cards: Sequence[tuple[Card, Program]]) -> Sequence[Shown]:
        """Brings each card there as it stands; what became of each, in the same order."""


class PushQueue(Protocol):
    """Messages to the push worker, one group a card, so that a card's pushes keep their order."""

    def send(self, cards: Mapping[CardId, str]) -> Sequence[CardId]:
        """Queues each card under a deduplication id; returns those that could not be queued."""
