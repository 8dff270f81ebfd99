"""When idleness ends what a card has, and how it wakes with the next thing that comes to it."""

from dataclasses import replace
from datetime import datetime

from wallet.domain.calendar import counting_time, idle_end
from wallet.domain.cards import State, Tally, tally_key
from wallet.domain.programs import Program
from wallet.domain.tallies import with_tallies
from wallet.domain.vocabulary import RuleKind


def ends_idle(program: Program, state: State) -> datetime | None:
    """When all that the card has ends unless it is used; None if idleness ends nothing.

    The while counts from the programme's rule at the earliest: none is over as that begins.
    """
    if state.used_at is None:
        return None
    return idle_end(program, program.no_sooner(state.used_at))


def woken(program: Program, state: State, at: datetime) -> State:
    """The state of a card to which something comes by no use of its own: a bonus, a correction.

    Where idleness has ended all already, the while begins anew: else that would end at once. Who
    has been won back is not won back again for that.
    """
    ends = ends_idle(program, state)
    if ends is None or state.used_at is None or at <= ends:
        return state
    second = counting_time(at)
    given = [
        replace(tally, since=second)
        for tally in win_backs(program, state)
        if tally.since >= state.used_at
    ]
    return with_tallies(replace(state, used_at=second), given)


def win_backs(program: Program, state: State) -> list[Tally]:
    """The tallies of the win-backs that the card has been given."""
    rules = program.rules_of(RuleKind.WIN_BACK)
    tallies = (state.tally(tally_key("rule", rule.id)) for rule in rules)
    return [tally for tally in tallies if tally]
