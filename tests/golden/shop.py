"""A shop with a clock, around the pure core: versions of its programme, and all that falls due."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.golden.account import MERCHANT, PROGRAM, Account, digest_of, opened
from tests.golden.cases import Case
from wallet.domain import lapse, ledger, spending
from wallet.domain.calendar import birthday_in, day_start
from wallet.domain.cards import Status
from wallet.domain.drafts import Draft
from wallet.domain.errors import OutOfStockError
from wallet.domain.lapse import Due, Task
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.vocabulary import RuleKind

_MOMENT = timedelta(microseconds=1)


class Shop:
    """A merchant with a programme, one card, and for merges another."""

    def __init__(self, case: Case) -> None:
        self.clock = min(step.at for step in (*case.history, *case.other))
        self.card = opened("card", case.zone, self.clock)
        self.other = opened("other", case.zone, self.clock)
        self._versions = tuple(_versions(case))
        self._given: dict[str, int] = {}

    def in_force(self, at: datetime) -> Program:
        """The version in force then; before the first, the first."""
        past = [each for each in self._versions if each.effective_at <= at]
        return past[-1] if past else self._versions[0]

    def advance(self, to: datetime) -> None:
        """Works through all that is due by then, each version until the next is in force."""
        for version in self._versions:
            if self.clock < version.effective_at <= to:
                self._work(version.effective_at - _MOMENT)
        self._work(to)

    def count_stock(self, draft: Draft, program: Program) -> None:
        """Counts the pieces that a draft gives or brings back. Raises OutOfStockError."""
        if draft.stock is None:
            return
        reward_id, more = draft.stock
        reward = program.reward(reward_id)
        given = self._given.get(reward_id, 0) - more
        if reward and reward.stock is not None and given > reward.stock:
            raise OutOfStockError
        self._given[reward_id] = given

    def _work(self, to: datetime) -> None:
        program = self.in_force(to)
        for account in (self.card, self.other):
            for at, name in self._birthdays(account, program, to):
                self._lapse_all(account, program, at)
                self._celebrate(account, program, at, name)
            self._lapse_all(account, program, to)
        self.clock = to

    def _lapse_all(self, account: Account, program: Program, to: datetime) -> None:
        while due := lapse.due_now(program, account.card.state, to):
            self._lapse(account, program, due)

    def _lapse(self, account: Account, program: Program, due: Due) -> None:
        key = lapse.key_of(due, account.card)
        if due.task is Task.RELEASE:
            held = account.held(due.detail)
            draft = spending.release(
                program, account.card, held.entry, held.before, occurred_at=due.at
            )
            self.count_stock(draft, program)
        else:
            draft = lapse.lapse(program, account.card, due, digest=digest_of(key))
        # What is told of late may be due before it is known.
        account.write(draft, program, key, max(due.at, self.clock))

    def _birthdays(
        self, account: Account, program: Program, to: datetime
    ) -> Iterator[tuple[datetime, str]]:
        """The birthdays between the clock and then, with the name of each rule and year."""
        if account.birthday is None:
            return
        # Local years begin before those of UTC, or after.
        for year in range(self.clock.year, to.year + 2):
            at = day_start(birthday_in(year, *account.birthday), program.time_zone)
            for rule in program.rules:
                if rule.kind is RuleKind.BIRTHDAY and self.clock < at <= to:
                    yield at, f"birthday:{rule.id}:{year}"

    def _celebrate(self, account: Account, program: Program, at: datetime, name: str) -> None:
        if name in account.celebrated or account.card.state.status is not Status.ACTIVE:
            return
        account.celebrated.add(name)
        rule = next(rule for rule in program.rules if rule.id == name.split(":")[1])
        draft = ledger.bonus(program, account.card, rule, digest=digest_of(name), occurred_at=at)
        account.write(draft, program, name, at)


def _versions(case: Case) -> Iterator[Program]:
    newest = None
    for number, (since, document) in enumerate(case.programs, start=1):
        terms = read_terms(document)
        newest = version_of(
            terms,
            id=PROGRAM,
            merchant_id=MERCHANT,
            version=number,
            design_version=1,
            effective_at=since,
            timed_since=lapse.timed_since(newest, terms, since),
        )
        yield newest
