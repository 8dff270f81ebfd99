"""Referrals: who brings a friend is thanked, once the friend has bought and while that lasts.

The friend's own part is a line of the first purchase that qualifies (`formula.py`). The thanks
are an entry of another card, and follow from the stream (`services/settle_referrals.py`). Which
purchase it was stands in the friend's state: for each rule a tally, the number of the visit.
"""

from dataclasses import replace

from wallet.domain.cards import EPOCH, State, Tally, tally_key
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.programs import ALWAYS, NO_THANKS, Program, Rule
from wallet.domain.tallies import placed
from wallet.domain.vocabulary import RuleKind


def is_paid(state: State, rule: Rule) -> bool:
    """Whether a purchase of the card has paid this referral, and has not been undone."""
    return state.tally(_key(rule)) is not None


def with_paid(state: State, rule: Rule) -> State:
    """The state once its newest visit has paid the referral."""
    key = _key(rule)
    return placed(state, key, Tally(key=key, count=state.visits, since=EPOCH))


def without_paid(state: State, rule: Rule) -> State:
    """The state that waits for a purchase that qualifies, as at first."""
    return placed(state, _key(rule), None)


def may_have_paid(program: Program, entry: Entry) -> bool:
    """Whether an entry looks like a purchase that paid a referral; none that did looks otherwise.

    `program` is the version that the entry names.
    """
    if entry.kind is not EntryKind.EARN:
        return False
    tallies = (entry.after.tally(_key(rule)) for rule in program.rules_of(RuleKind.REFERRAL))
    return any(tally and tally.count == entry.after.visits for tally in tallies)


def for_referrer(rule: Rule) -> Rule:
    """The referral as it is for the card of whoever brought the friend."""
    gains = rule.referrer
    return replace(
        rule,
        points=gains.points,
        stamps=gains.stamps,
        offer=gains.offer,
        referrer=NO_THANKS,
        when=ALWAYS,
    )


def _key(rule: Rule) -> str:
    return tally_key("referral", rule.id)
