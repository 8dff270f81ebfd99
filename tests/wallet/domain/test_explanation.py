"""Explanations: worked out from the history, they come to what the entries say, or say not so."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.golden.cases import Case, all_cases
from tests.golden.telling import played, run, stories
from tests.golden.test_machine import Cards
from wallet.domain.entries import EntryKind, Line
from wallet.domain.explanation.explain import explain
from wallet.domain.explanation.moves import worth
from wallet.domain.explanation.steps import Say
from wallet.domain.explanation.story import Story
from wallet.domain.gains import units_of
from wallet.domain.vocabulary import Debt

SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}
PROGRAM = {
    "kind": "points",
    "rules": [SPEND, {"id": "happy", "kind": "multiplier", "percent": 150}],
    "limits": [{"id": "a-day", "per": "day", "points": 15}],
    "rewards": [{"id": "cake", "name": "Cake", "kind": "gift", "cost": {"points": 5}}],
}
HISTORY = [
    {"at": "2027-03-02 10:00:00", "buy": 1250},
    {"at": "2027-03-02 11:00:00", "refund": [1, 300]},
    {"at": "2027-03-02 12:00:00", "refund": [1, 400]},
    {"at": "2027-03-02 13:00:00", "redeem": "cake"},
    {"at": "2027-03-02 14:00:00", "adjust": 3},
]


def check(story: Story) -> None:
    """Agrees; the steps of each rule are its line, and all of them what the card is worth more."""
    explained, kind = explain(story), story.program.kind
    entry = story.entry
    assert explained.agrees, entry
    assert Say.DIFFERS not in {say for step in explained.steps for say in step.says}
    by_rule: Counter[str] = Counter()
    for step in explained.steps:
        by_rule[step.rule_id or ""] += step.adds
    whole = by_rule.total()
    if entry.lines:
        lines = {line.rule_id: units_of([line], kind) for line in entry.lines}
        assert {rule: adds for rule, adds in by_rule.items() if adds} == lines
    elif entry.kind is EntryKind.RIPEN:
        assert whole == story.before.pending - entry.after.pending
    elif story.program.refunds.debt is not Debt.ZERO:
        assert whole == worth(entry.after, story.program) - worth(story.before, story.program)


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_every_entry_of_the_golden_table(case: Case) -> None:
    for story in stories(run(case)):
        check(story)


class Explained(Cards):
    """Whatever happens to the cards of whatever programme, each entry can be explained."""

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            for story in stories(self.shop):
                assert explain(story).agrees, story.entry


def test_whatever_happens() -> None:
    run_state_machine_as_test(
        Explained,
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def told(number: int) -> Story:
    """One entry of the history above."""
    return list(stories(played({"program": PROGRAM, "history": HISTORY})))[number]


def test_it_is_no_echo_of_the_entry() -> None:
    for number in range(len(HISTORY)):
        check(told(number))


SPOILED: list[tuple[int, Callable[[Story], Story]]] = [
    (0, lambda story: _entry(story, lines=story.entry.lines[:1])),
    (0, lambda story: _entry(story, lines=(Line(rule_id="spend", points=13, stamps=0),))),
    (0, lambda story: _entry(story, points=story.entry.points + 1)),
    (0, lambda story: _entry(story, amount=1350)),
    (0, lambda story: _entry(story, after=replace(story.entry.after, carry=51))),
    (0, lambda story: replace(story, program=replace(story.program, limits=()))),
    (1, lambda story: _entry(story, amount=400)),
    (1, lambda story: replace(story, target=None)),
    (2, lambda story: _entry(story, amount=4000)),
    (3, lambda story: _entry(story, reward_id="pie")),
    (3, lambda story: _entry(story, points=-4)),
    (4, lambda story: _entry(story, points=4)),
]


def _entry(story: Story, **changes: Any) -> Story:
    if "amount" in changes and story.purchase:
        purchase = replace(story.purchase, amount=changes["amount"])
        story = replace(story, purchase=purchase)
    return replace(story, entry=replace(story.entry, **changes))


@pytest.mark.parametrize("number", range(len(SPOILED)))
def test_an_entry_that_is_not_so_is_found_out(number: int) -> None:
    which, spoil = SPOILED[number]
    explained = explain(spoil(told(which)))
    assert not explained.agrees
    assert explained.steps[-1].says == (Say.DIFFERS,)
    assert explained.steps[0].says == (Say.VERSION,)
