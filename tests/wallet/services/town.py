"""Cards whose dues come up: a ledger, an agenda and a clock, all in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.wallet.services import made
from tests.wallet.services.fake_agenda import FakeAgenda
from tests.wallet.services.fakes import FakeLedger, FakePrograms, Time
from wallet.domain.cards import Card, State
from wallet.domain.entries import Entry
from wallet.domain.ids import CardId, ProgramId, key_digest
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.purchases import Purchase
from wallet.services.commit import Act, Books
from wallet.services.earn import Circumstances, earn
from wallet.services.keep_calendar import Kept, Office, keep_calendar
from wallet.services.note_dues import note_dues
from wallet.services.put_program import put_program

NOW = made.NOW
DAY = timedelta(days=1)
RULE = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}


def programme(*more_rules: Mapping[str, object], **terms: object) -> Program:
    document = {
        "name": "Shop",
        "kind": "points",
        "locale": "en",
        "currency": "EUR",
        "time_zone": "UTC",
        "rules": [RULE, *more_rules],
        "rewards": [{"id": "cup", "name": "Cup", "kind": "gift", "cost": {"points": 5}}],
        "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
        **terms,
    }
    like = made.program()
    return version_of(
        read_terms(document),
        id=like.id,
        merchant_id=like.merchant_id,
        version=1,
        design_version=1,
        effective_at=NOW - 400 * DAY,
    )


class Flaky(FakeLedger):
    """A ledger that dies or fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: set[CardId] = set()

    def head(self, card_id: CardId) -> Card | None:
        if card_id in self.broken:
            raise RuntimeError("this card cannot be read")
        return super().head(card_id)


class Finder:
    """A blind index that can be read, for tests."""

    def finder(self, merchant_id: str, kind: str, value: str) -> str:
        return f"{merchant_id} {kind} {value}"


@dataclass
class Town:
    """Cards, their agenda, and a clock."""

    programs: FakePrograms
    ledger: Flaky = field(default_factory=Flaky)
    agenda: FakeAgenda = field(default_factory=FakeAgenda)
    clock: Time = field(default_factory=lambda: Time(NOW))
    alarms: list[str] = field(default_factory=list)
    program_alarms: list[ProgramId | None] = field(default_factory=list)
    members: list[CardId] = field(default_factory=list)
    time_left: int = 1_000_000

    @property
    def books(self) -> Books:
        return Books(ledger=self.ledger, programs=self.programs, retries=lambda: iter([None] * 3))

    def act(self, key: str) -> Act:
        return Act(
            merchant_id=made.MERCHANT,
            actor="test",
            digest=key_digest("test", key),
            fingerprint=b"",
            now=self.clock(),
        )

    def card(self, program: Program, state: State | None = None) -> Card:
        card = made.card(program, now=self.clock())
        card = replace(card, state=state) if state else card
        self.ledger.put(card)
        self.members.append(card.id)
        self.note(None, card)
        return card

    def publish(self, like: Program, *, at: datetime | None = None) -> None:
        """Publishes the terms of another programme as the next version, in force now or later."""
        newest = self.programs.newest(like.id)
        act = self.act(f"publish {newest.version if newest else 0}")
        put_program(self.programs, act, like.id, like, effective_at=at)
        for call in self.programs.roll_calls:
            self.agenda.put_roll_call(call)
        self.programs.roll_calls.clear()

    def cards(
        self, program_id: ProgramId, *, after: str, limit: int
    ) -> tuple[Sequence[CardId], str]:
        """The Roll port: newest first. All programmes of a town are one."""
        del program_id
        begin = int(after or "0")
        found = list(reversed(self.members))[begin : begin + limit]
        return found, str(begin + limit) if begin + limit < len(self.members) else ""

    def note(self, before: Card | None, after: Card) -> None:
        note_dues(self.agenda, self.programs, [(before, after)], now=self.clock())

    def buy(self, card: Card, amount: int = 1_000, *, at: datetime | None = None) -> Card:
        before = self.head(card)
        key = f"buy {before.seq}"
        circumstances = Circumstances(occurred_at=at)
        bought = Purchase(amount=amount, currency="EUR")
        after = earn(self.books, self.act(key), card.id, bought, circumstances).card
        self.note(before, after)
        return after

    def head(self, card: Card) -> Card:
        head = self.ledger.head(card.id)
        assert head
        return head

    def run(self, *, at: datetime | None = None) -> Kept:
        self.clock.now = at or self.clock.now
        return keep_calendar(self.office())

    def office(self) -> Office:
        def has_time() -> bool:
            self.time_left -= 1
            return self.time_left >= 0

        return Office(
            books=self.books,
            heads=self.ledger,
            roll=self,
            agenda=self.agenda,
            vault=Finder(),
            clock=self.clock,
            has_time=has_time,
            alarm=lambda card_id, _error: self.alarms.append(card_id),
            alarm_of_program=lambda program_id, _error: self.program_alarms.append(program_id),
        )

    def told(self, card: Card) -> Sequence[Entry]:
        """What happened to a card, oldest first."""
        return list(reversed(self.ledger.entries(card.id, before=None, limit=100)[0]))

    def reasons(self, card: Card) -> Sequence[str | None]:
        return [each.reason for each in self.told(card)]

    def noted(self, card: Card) -> Sequence[datetime]:
        return sorted(each.at for each in self.agenda.noted if each.card_id == card.id)


def town(*programs: Program) -> Town:
    return Town(programs=FakePrograms(*programs))
