"""What a card says of rewards, in every wallet the same."""

from collections.abc import Callable
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.programs import Program, Reward
from wallet.domain.vocabulary import ProgramKind


class Texts(Protocol):
    """A language's catalogue, as gettext gives it."""

    def gettext(self, message: str, /) -> str:
        """The message in this language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """The message in the form that the number asks for."""


def say_next(
    card: Card, program: Program, texts: Texts, *, write: Callable[[int], str] = str
) -> str:
    """The one sentence that a barista could say aloud: what is ready, or how much is missing.

    `write` is how the language writes a number.
    """
    reward = nearest_reward(card, program)
    if reward is None:
        return ""
    missing = card.state.missing(reward.cost).units
    if not missing:
        return texts.gettext("Ready: {reward}. Show your card at the till.").format(
            reward=reward.name
        )
    sentence = (
        texts.ngettext("{count} more stamp: {reward}", "{count} more stamps: {reward}", missing)
        if program.kind is ProgramKind.STAMPS
        else texts.ngettext(
            "{count} more point: {reward}", "{count} more points: {reward}", missing
        )
    )
    return sentence.format(count=write(missing), reward=reward.name)


def nearest_reward(card: Card, program: Program) -> Reward | None:
    """The dearest reward that the card can pay for, else the cheapest that it cannot."""
    ordered = sorted(program.rewards, key=_price)
    ready = [reward for reward in ordered if not card.state.missing(reward.cost).units]
    return ready[-1] if ready else next(iter(ordered), None)


def _price(reward: Reward) -> int:
    return reward.cost.units
