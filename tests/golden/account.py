"""A card with all that a shop keeps of it, as the pure core needs it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.golden.expectations import end_text
from wallet.domain.cards import Card, State, Status
from wallet.domain.drafts import Draft, seal
from wallet.domain.entries import GENESIS, Entry, Reversed, entry_document, first_broken
from wallet.domain.ids import (
    CardId,
    EntryId,
    MemberId,
    MerchantId,
    ProgramId,
    encode_id,
    key_digest,
)
from wallet.domain.ids import entry_id as entry_id_of
from wallet.domain.programs import Program
from wallet.domain.purchases import Purchase
from wallet.domain.tallies import ended_units
from wallet.domain.tiers import tier_of
from wallet.domain.undoing import Target
from wallet.domain.vocabulary import Debt, ProgramKind

MERCHANT = MerchantId(encode_id(b"merchant" * 2))
PROGRAM = ProgramId("golden")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An entry with the card before it, the version that it was rated under, and its purchase."""

    entry: Entry
    before: State
    program: Program
    purchase: Purchase | None


@dataclass(slots=True, kw_only=True)
class Account:
    """A card, its entries as they were made, and what has been taken back of them.

    `receipts` the entry of each location and reference, `by_step` what a step wrote last, `offers`
    every offer that the card ever got; `birthday` month and day, `celebrated` those that were.
    """

    card: Card
    zone: str
    made: list[Made] = field(default_factory=list)
    marks: dict[EntryId, Reversed] = field(default_factory=dict)
    receipts: dict[tuple[str | None, str], Made] = field(default_factory=dict)
    by_step: dict[int, Made] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)
    birthday: tuple[int, int] | None = None
    celebrated: set[str] = field(default_factory=set)

    def write(
        self,
        draft: Draft,
        program: Program,
        key: str,
        now: datetime,
        purchase: Purchase | None = None,
    ) -> Made:
        """Makes a draft the card's next entry, and checks all that holds for every entry."""
        before = self.card.state
        self.card, entry = seal(
            self.card,
            draft,
            program,
            entry_id=entry_id_of(self.card.id, digest_of(key)),
            actor="key:golden",
            now=now,
        )
        one = Made(entry=entry, before=before, program=program, purchase=purchase)
        _check_lines(one)
        _check_state(self.card.state, program.kind)
        self.made.append(one)
        known = set(self.offers)
        self.offers += [each.id for each in entry.after.offers if each.id not in known]
        return one

    def target(self, one: Made) -> Target:
        """An entry of this card as a reversal needs it."""
        settled = one.entry.settles
        return Target(
            program=one.program,
            entry=one.entry,
            before=one.before,
            purchase=one.purchase,
            so_far=self.marks.get(one.entry.id, Reversed()),
            referred=self.card.referred_by is not None,
            held=self.target(self.held(settled.rpartition("-")[2])) if settled else None,
        )

    def held(self, digest: str) -> Made:
        """The hold of that digest."""
        return next(each for each in self.made if each.entry.id.endswith(f"-{digest}"))

    def seen(self, program: Program) -> dict[str, object]:
        """The card as a case describes it."""
        state = self.card.state
        return {
            "balance": units(state, program.kind),
            "pending": state.pending,
            "owed": state.owed,
            "carry": state.carry,
            "lots": {end_text(lot.expires_at, self.zone): lot.units for lot in state.lots},
            "offers": [
                f"{each.offer} until {end_text(each.expires_at, self.zone)}"
                for each in state.offers
            ],
            "visits": state.visits,
            "status": str(state.status),
            "tier": _tier(program, state),
            "entries": len(self.made),
            "kinds": tuple(str(each.entry.kind) for each in self.made),
        }

    def check_chain(self, kind: ProgramKind) -> None:
        """The entries stand in one unbroken chain and add up to the balance."""
        entries = [each.entry for each in self.made]
        assert first_broken([entry_document(entry) for entry in entries]) is None
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert len({entry.id for entry in entries}) == len(entries)
        assert sum(change(each, kind) for each in self.made) == units(self.card.state, kind)


def opened(name: str, zone: str, now: datetime) -> Account:
    """A new card."""
    card = Card(
        id=CardId(encode_id(name.encode().ljust(16))),
        merchant_id=MERCHANT,
        program_id=PROGRAM,
        member_id=MemberId(encode_id(name.encode().rjust(16))),
        barcode=encode_id(name.encode().center(16)),
        code="7K3M-Q2ZT-4H",
        secret=b"0123456789abcdef",
        locale="en",
        version=1,
        seq=0,
        state=State(),
        last_hash=GENESIS,
        created_at=now,
        updated_at=now,
        modified=int(now.timestamp()),
    )
    return Account(card=card, zone=zone)


def digest_of(key: str) -> str:
    """The digest of the key under which the shop writes an entry."""
    return key_digest("golden", key)


def units(state: State, kind: ProgramKind) -> int:
    """The balance."""
    return state.stamps if kind is ProgramKind.STAMPS else state.points


def change(one: Made, kind: ProgramKind) -> int:
    """By how much an entry changed the balance."""
    return one.entry.stamps if kind is ProgramKind.STAMPS else one.entry.points


def lines(made: Iterable[Made], kind: ProgramKind) -> dict[str, int]:
    """What each rule gave in these entries."""
    given: dict[str, int] = {}
    for one in made:
        for line in one.entry.lines:
            gave = line.stamps if kind is ProgramKind.STAMPS else line.points
            given[line.rule_id] = given.get(line.rule_id, 0) + gave
    return given


def _tier(program: Program, state: State) -> str:
    found = tier_of(program.tiers, state.standing) if program.tiers and state.standing else None
    return found.id if found else "none"


def _check_lines(one: Made) -> None:
    """What the rules gave is what the card got: at once, pending, or towards what it owed."""
    kind, after = one.program.kind, one.entry.after
    met = ended_units(one.before) - ended_units(after)
    if not one.entry.lines or one.program.refunds.debt is Debt.ZERO or met > 0:
        return
    got = change(one, kind) + after.pending - one.before.pending - after.owed + one.before.owed
    assert sum(lines([one], kind).values()) == got


def _check_state(state: State, kind: ProgramKind) -> None:
    held = units(state, kind)
    # A card that is merged into another holds nothing; one that is closed keeps what it has.
    assert sum(lot.units for lot in state.lots) == max(held, 0)
    assert all(lot.units > 0 for lot in state.lots)
    assert [each.key for each in state.tallies] == sorted({each.key for each in state.tallies})
    assert state.owed >= 0
    assert state.carry >= 0
    if state.status is Status.MERGED:
        assert held == 0
    times = [state.earned_at, state.used_at, *(each.since for each in state.tallies)]
    times += [lot.expires_at for lot in state.lots] + [each.expires_at for each in state.offers]
    assert all(at.microsecond == 0 and at.tzinfo is UTC for at in times if at)
