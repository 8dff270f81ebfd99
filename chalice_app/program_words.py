"""What a programme says of itself in few words: the promise, what a reward costs."""

from chalice_app.formats import number
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.vocabulary import ProgramKind
from wallet.texts import texts


def promise(program: Program, language: str) -> str:
    """What the nearest reward takes: the one sentence that makes somebody join."""
    say = texts(language)
    reward = min(program.rewards, key=_price, default=None)
    if reward is None:
        return say.gettext("Your loyalty card")
    count = _price(reward)
    if reward.cost.stamps:
        sentence = say.ngettext("{reward} for {count} stamp", "{reward} for {count} stamps", count)
    else:
        sentence = say.ngettext("{reward} for {count} point", "{reward} for {count} points", count)
    return sentence.format(reward=reward.name, count=number(count, language))


def cost_in_words(cost: Cost, language: str) -> str:
    """`10 stamps`."""
    return (
        units(cost.stamps, ProgramKind.STAMPS, language)
        if cost.stamps
        else units(cost.points, ProgramKind.POINTS, language)
    )


def units(count: int, kind: ProgramKind, language: str) -> str:
    """`10 stamps`, `1 point`."""
    say, shown = texts(language), number(count, language)
    if kind is ProgramKind.STAMPS:
        return say.ngettext("{count} stamp", "{count} stamps", count).format(count=shown)
    return say.ngettext("{count} point", "{count} points", count).format(count=shown)


def _price(reward: Reward) -> int:
    return reward.cost.units
