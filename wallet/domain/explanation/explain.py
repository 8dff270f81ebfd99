"""Explains an entry: which rule, version, inputs, rounding and limit made each point.

The steps are worked out from what the ledger keeps, not from the entry's lines; `agrees` says
whether the entry, decided again from that, comes out as it stands. So it is a proof, not a story.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wallet.domain.drafts import Draft
from wallet.domain.entries import EntryKind
from wallet.domain.errors import WalletError
from wallet.domain.explanation.again import agrees, decided_again
from wallet.domain.explanation.moves import gained, lost
from wallet.domain.explanation.others import other_steps
from wallet.domain.explanation.purchase import pause, purchase_steps
from wallet.domain.explanation.refund import reversal_steps
from wallet.domain.explanation.steps import Instant, Say, Step, step
from wallet.domain.explanation.story import Story
from wallet.domain.formula import all_of, grants
from wallet.domain.ledger import COOL_DOWN_OVERRIDDEN
from wallet.domain.purchases import Purchase
from wallet.domain.valuation import value


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The steps that made an entry, and whether they make it again."""

    steps: tuple[Step, ...]
    agrees: bool


def explain(story: Story) -> Explanation:
    """How an entry came about."""
    again = decided_again(story)
    proved = agrees(story, again)
    steps = [_version(story)]
    try:
        steps += _steps(story, again)
    except WalletError:
        # A reversal that the rules would refuse: the ledger and the history do not agree.
        proved = False
    if not proved:
        steps.append(step(Say.DIFFERS))
    return Explanation(steps=tuple(steps), agrees=proved)


def _version(story: Story) -> Step:
    at = Instant(story.entry.occurred_at, story.program.time_zone)
    return step(Say.VERSION, version=story.program.version, moment=at)


def _steps(story: Story, again: Draft | None) -> Iterator[Step]:
    if story.entry.kind is EntryKind.REVERSE:
        yield from reversal_steps(story)
    elif story.entry.kind is EntryKind.EARN and story.purchase is not None:
        yield from _bought(story, story.purchase, again)
    else:
        yield from other_steps(story)


def _bought(story: Story, purchase: Purchase, again: Draft | None) -> Iterator[Step]:
    valuation = value(
        story.program,
        story.before,
        purchase,
        occurred_at=story.entry.occurred_at,
        location_id=story.entry.location_id,
        referred=story.card.is_referred,
    )
    if again and again.reason == COOL_DOWN_OVERRIDDEN:
        yield pause(valuation)
    yield from purchase_steps(valuation)
    after = again.after if again else story.entry.after
    yield from gained(story.before, after, story.program)
    yield from lost(story.before, after, story.program)
    offers = grants(valuation, net=all_of(valuation), taken={})
    missing = len(offers) - (len(after.offers) - len(story.before.offers))
    if missing > 0:
        yield step(Say.OFFERS_FULL, count=missing)
