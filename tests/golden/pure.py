"""Runs a golden case through the pure functions alone: a shop with a clock and nothing else.

The shop does what services, queues and schedules do around the core: it moves the clock, does all
that is due before each step, keeps entries with the state before each, marks what was taken back,
finds the version in force when a thing occurred, counts a reference of a location once, and
celebrates birthdays.
"""

from collections.abc import Callable, Sequence

from tests.golden import acts
from tests.golden.account import Account, Made, change, lines
from tests.golden.cases import Case, Expect, Step
from tests.golden.expectations import refusal_name, unmet
from tests.golden.shop import Shop
from tests.golden.thanks import thank
from wallet.domain.errors import WalletError

Explain = Callable[[Shop, Account, Made], str]
"""Says in English how an entry came about."""


def run(case: Case, explain: Explain | None = None) -> None:
    """Runs a case to its end; an assertion fails where it differs from what is expected.

    Explanations are looked at only where there is somebody to give them.
    """
    shop = Shop(case)
    order = [(step, shop.other) for step in case.other]
    order += [(step, shop.card) for step in case.history]
    for step, account in sorted(order, key=lambda each: each[0].at):
        made = _do(shop, account, step)
        _check(shop, account, step, made)
        if step.expect.explain is not None and explain:
            said = " ".join(explain(shop, account, one) for one in made)
            assert step.expect.explain in said, f"step {step.number}: {said}"
    _check_end(shop, case.then)


def _do(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    """All that is due by then, then the step. What it wrote; the clock writes what was due."""
    before = len(account.made)
    shop.advance(step.at)
    due, before = account.made[before:], len(account.made)
    refused = None
    try:
        stands = acts.do(shop, account, step)
    except WalletError as error:
        stands, refused = [], refusal_name(error)
    assert refused == step.expect.error, f"step {step.number} is refused: {refused}"
    if stands:
        account.by_step[step.number] = stands[-1]
    made = account.made[before:]
    thank(shop, made, step.at)
    replayed = bool(stands) and not made
    assert replayed == step.expect.replayed, f"step {step.number} wrote {made}"
    return due if step.act == "until" else made


def _check(shop: Shop, account: Account, step: Step, made: Sequence[Made]) -> None:
    program = shop.in_force(shop.clock)
    seen = account.seen(program) | {
        "change": sum(change(one, program.kind) for one in made),
        "lines": lines(made, program.kind),
        "reason": made[-1].entry.reason if made else None,
        "version": made[-1].entry.program_version if made else None,
    }
    faults = unmet(step.expect, seen)
    assert not faults, f"step {step.number}: {faults}"


def _check_end(shop: Shop, then: Expect) -> None:
    program = shop.in_force(shop.clock)
    for account, expect in ((shop.card, then), (shop.other, then.other or Expect())):
        faults = unmet(expect, account.seen(program))
        assert not faults, f"in the end: {faults}"
        account.check_chain(program.kind)
