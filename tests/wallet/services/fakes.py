"""The ports in memory, for tests of use cases.

Each keeps to the contract of its port: the tests in tests/wallet/storage/test_*_contract.py run
over these and over DynamoDB alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from tests.wallet.services.fake_codes import FakeCodes
from wallet.domain.cards import Card
from wallet.domain.entries import Entry, Reversed
from wallet.domain.ids import CardId, DeviceId, EntryId, MerchantId, ProgramId, PushToken
from wallet.domain.programs import Program
from wallet.domain.purchases import Item
from wallet.services.agenda import RollCall
from wallet.services.fold_statistics import TOTAL, Tally
from wallet.services.phones import Registration, Told
from wallet.services.ports import (
    Change,
    Claim,
    Publication,
    Receipt,
    Refused,
    Stock,
    UsedCode,
    Written,
)


class Time:
    """A clock that moves by hand, or while somebody pauses."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.pauses: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


class FakeLedger:
    """The Ledger, Heads, ChangedHeads and Stocks ports; `codes` are those that it uses up."""

    def __init__(self) -> None:
        self.codes = FakeCodes()
        self._lock = Lock()
        self._heads: dict[CardId, Card] = {}
        self._written: dict[EntryId, Written] = {}
        self._marks: dict[EntryId, Reversed] = {}
        self._entries: dict[CardId, list[Entry]] = defaultdict(list)
        self._baskets: dict[EntryId, tuple[int, tuple[Item, ...]]] = {}
        self._receipts: dict[tuple[MerchantId, str], EntryId] = {}
        self._given: dict[tuple[ProgramId, str], int] = defaultdict(int)

    def put(self, card: Card) -> None:
        self._heads[card.id] = card

    def head(self, card_id: CardId) -> Card | None:
        return self._heads.get(card_id)

    def heads(self, card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
        return {each: self._heads[each] for each in card_ids if each in self._heads}

    def entry(self, entry_id: EntryId) -> Written | None:
        return self._written.get(entry_id)

    def mark(self, entry_id: EntryId) -> Reversed:
        return self._marks.get(entry_id, Reversed())

    def basket(self, entry_id: EntryId) -> tuple[int, tuple[Item, ...]] | None:
        return self._baskets.get(entry_id)

    def receipt(self, receipt: Receipt) -> EntryId | None:
        return self._receipts.get((receipt.merchant_id, receipt.digest))

    def given(self, program_id: ProgramId, reward_id: str) -> int:
        return self._given[program_id, reward_id]

    def append(self, *changes: Change) -> Literal["written", "conflict"] | Written | Refused:
        with self._lock:
            for change in changes:
                if change.entry.id in self._written:
                    return self._written[change.entry.id]
            claims = [claim for change in changes for claim in change.claims]
            refused = next(filter(None, map(self._refusal, claims)), None)
            if refused:
                return refused
            if not all(map(self._as_read, changes)):
                return "conflict"
            for claim in claims:
                self._claim(claim, changes[0].entry.id)
            for change in changes:
                self._write(change)
            return "written"

    def _refusal(self, claim: Claim) -> Refused | None:
        match claim:
            case Receipt():
                standing = self.receipt(claim)
                return Refused(claim=claim, standing=standing) if standing else None
            case Stock():
                given = self._given[claim.program_id, claim.reward_id]
                over = claim.given > 0 and given + claim.given > claim.most
                return Refused(claim=claim) if over else None
            case UsedCode():
                code = self.codes.code(claim.merchant_id, claim.code)
                return Refused(claim=claim) if code is None or code.used_by else None

    def _claim(self, claim: Claim, entry_id: EntryId) -> None:
        match claim:
            case Receipt():
                self._receipts[claim.merchant_id, claim.digest] = entry_id
            case Stock():
                self._given[claim.program_id, claim.reward_id] += claim.given
            case UsedCode():
                self.codes.use(claim.merchant_id, claim.code, entry_id)

    def _as_read(self, change: Change) -> bool:
        head = self._heads.get(change.before.id)
        if head is None or head.version != change.before.version:
            return False
        if change.mark is None or change.entry.reverses is None:
            return True
        return self.mark(change.entry.reverses) == change.mark[0]

    def _write(self, change: Change) -> None:
        entry = change.entry
        self._heads[change.after.id] = change.after
        self._written[entry.id] = Written(entry=entry, fingerprint=change.fingerprint)
        self._entries[entry.card_id].append(entry)
        if change.basket is not None:
            self._baskets[entry.id] = (change.basket.tax, change.basket.items)
        if change.mark is not None and entry.reverses is not None:
            self._marks[entry.reverses] = change.mark[1]

    def entries(
        self, card_id: CardId, *, before: int | None, limit: int
    ) -> tuple[Sequence[Entry], bool]:
        older = [
            entry
            for entry in reversed(self._entries[card_id])
            if before is None or entry.seq < before
        ]
        return older[:limit], len(older) > limit

    def entries_after(self, card_id: CardId, seq: int, *, limit: int) -> Sequence[Entry]:
        return [entry for entry in self._entries[card_id] if entry.seq > seq][:limit]

    def changed_since(self, since: datetime) -> Iterator[CardId]:
        return (card.id for card in self._heads.values() if card.updated_at >= since)


class FakePrograms:
    """The Programs port, without the minute for which the real one may lag behind."""

    def __init__(self, *programs: Program) -> None:
        self.roll_calls: list[RollCall] = []
        self._versions: dict[ProgramId, list[Program]] = defaultdict(list)
        self._answers: dict[tuple[MerchantId, str], tuple[ProgramId, int, bytes]] = {}
        for each in programs:
            self._versions[each.id].append(each)

    def newest(self, program_id: ProgramId) -> Program | None:
        return self._versions[program_id][-1] if self._versions[program_id] else None

    def in_force(self, program_id: ProgramId, now: datetime) -> Program | None:
        return self.current(program_id, now)

    def current(self, program_id: ProgramId, now: datetime) -> Program | None:
        begun = [each for each in self._versions[program_id] if each.effective_at <= now]
        return max(begun, key=lambda each: each.version, default=None)

    def at(self, program_id: ProgramId, moment: datetime) -> Program | None:
        return self.current(program_id, moment) or next(iter(self._versions[program_id]), None)

    def version(self, program_id: ProgramId, version: int) -> Program | None:
        found = (each for each in self._versions[program_id] if each.version == version)
        return next(found, None)

    def publish(self, publication: Publication) -> bool:
        program = publication.program
        newest = self.newest(program.id)
        taken = (program.merchant_id, publication.digest) in self._answers
        if (newest.version if newest else 0) != publication.newest or taken:
            return False
        self._versions[program.id].append(program)
        self.roll_calls += filter(None, [publication.roll_call])
        self.note(publication)
        return True

    def published(
        self, merchant_id: MerchantId, digest: str
    ) -> tuple[ProgramId, int, bytes] | None:
        return self._answers.get((merchant_id, digest))

    def note(self, publication: Publication) -> bool:
        program = publication.program
        answer = (program.id, program.version, publication.fingerprint)
        key = (program.merchant_id, publication.digest)
        return self._answers.setdefault(key, answer) is answer


class FakeDevices:
    """The Devices port."""

    def __init__(self) -> None:
        self._registered: dict[tuple[DeviceId, CardId], Registration] = {}
        self._pushed: dict[CardId, int] = {}

    def register(self, registration: Registration) -> bool:
        key = (registration.device_id, registration.card_id)
        new = key not in self._registered
        self._registered[key] = registration
        return new

    def unregister(self, device_id: DeviceId, card_id: CardId) -> None:
        self._registered.pop((device_id, card_id), None)

    def cards_of(self, device_id: DeviceId) -> Sequence[CardId]:
        return sorted(card for device, card in self._registered if device == device_id)

    def devices_of(self, card_id: CardId) -> Sequence[Registration]:
        return [each for (_, card), each in sorted(self._registered.items()) if card == card_id]

    def pushed_version(self, card_id: CardId) -> int:
        return self._pushed.get(card_id, 0)

    def note_pushed(self, card_id: CardId, version: int) -> None:
        self._pushed[card_id] = max(version, self.pushed_version(card_id))

    def forget_pushed(self, card_id: CardId) -> None:
        self._pushed.pop(card_id, None)


class FakeStatistics:
    """The Statistics port."""

    def __init__(self) -> None:
        self._counted: dict[CardId, int] = {}
        self._days: dict[tuple[ProgramId, str], Tally] = {}

    def counted(self, card_id: CardId) -> int:
        return self._counted.get(card_id, 0)

    def count(
        self,
        program_id: ProgramId,
        card_id: CardId,
        days: Mapping[str, Tally],
        *,
        after: int,
        upto: int,
    ) -> bool:
        if self.counted(card_id) != after:
            return False
        self._counted[card_id] = upto
        for day, tally in days.items():
            before = self._days.get((program_id, day), Tally())
            self._days[program_id, day] = before.plus(tally)
        return True

    def days(self, program_id: ProgramId, first: str, last: str) -> Mapping[str, Tally]:
        return {
            day: tally
            for (program, day), tally in sorted(self._days.items())
            if program == program_id and first <= day <= last
        }

    def total(self, program_id: ProgramId) -> Tally:
        return self._days.get((program_id, TOTAL), Tally())


class FakePushes:
    """The Pushes port: notes whom it told, and answers as it was taught."""

    def __init__(self) -> None:
        self.told: list[PushToken] = []
        self.calls = 0
        self.answers: dict[PushToken, Told] = {}

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        self.calls += bool(registrations)
        self.told += [each.push_token for each in registrations]
        return [
            self.answers.get(each.push_token) or Told(each, "delivered") for each in registrations
        ]
