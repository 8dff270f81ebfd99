"""Whatever happens in whatever order, no card is out of the agenda when it has something due."""

import random
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.wallet.services import made
from tests.wallet.services.town import DAY, Town, programme, town
from wallet.domain.cards import Card
from wallet.domain.errors import WalletError
from wallet.domain.lapse import next_due
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift
from wallet.services.earn import earn
from wallet.services.note_dues import Turn, note_dues
from wallet.services.redeem import hold_reward

BACK = {"id": "back", "kind": "win_back", "days": 3, "points": 7}
TERMS: list[Program] = [
    programme(BACK, expiry={"months": 1, "remind_days": [7, 2]}, earning={"ripen_days": 2}),
    programme(),
    programme(expiry={"idle_months": 1, "remind_days": [10]}),
    programme(BACK),
]
STEPS = 120


@dataclass
class Weeks:
    """Some weeks in a town whose stream comes late, in batches, and now and then twice."""

    chance: random.Random
    program: Program
    place: Town
    cards: list[Card] = field(default_factory=list)
    stream: deque[Turn] = field(default_factory=deque)
    steps: int = 0

    def give(self) -> None:
        self.change(self.chance.choice(self.cards))

    def change(self, card: Card) -> None:
        self.steps += 1
        before = self.place.head(card)
        act, points = self.place.act(f"{self.steps}"), Gift(points=6)
        try:
            if before.state.points > 5 and self.chance.random() < 0.4:
                after = hold_reward(self.place.books, act, card.id, "cup", minutes=30).card
            else:
                after = earn(self.place.books, act, card.id, points).card
        except WalletError:
            return
        self.stream.append((before, after))

    def deliver(self) -> None:
        batch = [self.stream.popleft() for _ in range(self.chance.randint(0, len(self.stream)))]
        for _ in range(self.chance.choice([1, 1, 2])):
            note_dues(self.place.agenda, self.place.programs, batch, now=self.place.clock())

    def wait(self) -> None:
        self.place.clock.now += timedelta(minutes=self.chance.choice([1, 40, 700, 4_000]))
        self.place.time_left = self.chance.choice([2, 1_000])
        before = {card.id: self.place.head(card) for card in self.cards}
        self.place.run()
        for card in self.cards:
            after = self.place.head(card)
            if after != before[card.id]:
                self.stream.append((before[card.id], after))

    def edit(self) -> None:
        like = self.chance.choice(TERMS)
        new = replace(self.program, rules=like.rules, expiry=like.expiry, earning=like.earning)
        later = timedelta(minutes=self.chance.choice([1, 2_000]))
        self.place.publish(new, at=self.chance.choice([None, self.place.clock() + later]))

    def settle(self) -> None:
        while self.stream:
            self.deliver()

    def missing(self) -> list[Card]:
        """The cards that nobody will look at in time."""
        now = self.place.clock()
        late = []
        for card in map(self.place.head, self.cards):
            program = self.place.programs.current(card.program_id, now)
            due = next_due(program, card.state) if program else None
            noted = self.place.noted(card)
            if due and (not noted or noted[0] > max(due, now)):
                late.append(card)
        return late


def weeks(seed: int) -> Weeks:
    chance = random.Random(seed)  # noqa: S311  to be repeated
    program = chance.choice(TERMS)
    place = town(program)
    made_so = Weeks(chance=chance, program=program, place=place)
    made_so.cards = [place.card(program) for _ in range(3)]
    return made_so


@pytest.mark.parametrize("seed", range(40))
def test_every_card_with_something_due_stands_in_the_agenda(seed: int) -> None:
    story = weeks(seed)
    for _ in range(STEPS):
        story.chance.choice([story.give, story.give, story.deliver, story.wait])()
        if not story.stream:
            assert story.missing() == []
    story.settle()
    assert story.missing() == []


@pytest.mark.parametrize("seed", range(40))
def test_so_does_every_card_once_a_version_is_in_force_and_the_roll_was_called(seed: int) -> None:
    story = weeks(seed)
    settled = 0
    for _ in range(STEPS):
        story.chance.choice([story.give, story.deliver, story.wait, story.edit])()
        if not story.stream and not story.place.agenda.calls:
            settled += 1
            assert story.missing() == []
    story.settle()
    story.place.clock.now += 3 * DAY
    story.place.time_left = 1_000
    story.place.run()
    assert story.missing() == []
    assert settled
    assert story.place.clock() > made.NOW
