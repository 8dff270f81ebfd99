"""A card's history as the shop reads it: what happened, by whose hand, and what was left."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from chalice_app.deeds import deed
from chalice_app.formats import moment, money, number
from chalice_app.history import signed
from wallet.domain.cards import Status
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.ids import EntryId
from wallet.domain.ledger import COOL_DOWN_OVERRIDDEN
from wallet.domain.programs import Program
from wallet.domain.reversal import REVERSIBLE
from wallet.domain.vocabulary import ProgramKind
from wallet.services.counter import REPEATED
from wallet.services.till_sales import CLAIMED
from wallet.texts import texts

# Whoever did it said why.
_WITH_REASON = (EntryKind.ADJUST, EntryKind.CLOSE)

FindVersion = Callable[[int], Program | None]


class EntryLine(Struct, frozen=True, kw_only=True):
    """One entry. `by` and `note` may be empty; `is_open`: it can still be taken back."""

    id: str
    what: str
    by: str
    note: str
    when: str
    at: str
    change: str
    is_plus: bool
    after: str
    is_open: bool


def entry_lines(
    entries: Sequence[Entry],
    program: Program,
    version: FindVersion,
    *,
    hands: Mapping[str, str],
    taken: Mapping[EntryId, Reversed],
    language: str,
) -> list[EntryLine]:
    """A line for each.

    `hands` gives names to actors: `till:…`, `key:…`, `hook:…`; `taken` says how much of an entry
    was taken back, where anything was.
    """
    return [
        _line(entry, version(entry.program_version) or program, hands, taken, language)
        for entry in entries
    ]


def _line(
    entry: Entry,
    program: Program,
    hands: Mapping[str, str],
    taken: Mapping[EntryId, Reversed],
    language: str,
) -> EntryLine:
    by_stamps = program.kind is ProgramKind.STAMPS
    change = entry.stamps if by_stamps else entry.points
    return EntryLine(
        id=entry.id,
        what=_what(entry, program, language),
        by=_by(entry.actor, hands, language),
        note=_note(entry, taken, language),
        when=moment(entry.occurred_at, program.time_zone, language),
        at=entry.occurred_at.isoformat(),
        change=signed(change, language),
        is_plus=change > 0,
        after=_after(entry, by_stamps=by_stamps, language=language),
        is_open=_is_open(entry, taken),
    )


def _what(entry: Entry, program: Program, language: str) -> str:
    if entry.kind is not EntryKind.REVERSE:
        return deed(entry, program, language)
    say = texts(language).gettext
    if entry.amount and entry.currency:
        amount = money(entry.amount, entry.currency, language)
        return say("Money back, {amount}").format(amount=amount)
    gave = entry.reward_id is not None or entry.points > 0 or entry.stamps > 0
    return say("Reward taken back") if gave else say("Taken back")


def _by(actor: str, hands: Mapping[str, str], language: str) -> str:
    say = texts(language).gettext
    kind, _, _ = actor.partition(":")
    name = hands.get(actor)
    sentences = {
        "till": say("at the till {name}"),
        "key": say("by the API key {name}"),
        "hook": say("by the connected till system"),
        "owner": say("by the owner, in the console"),
    }
    if kind not in sentences:
        return ""
    return sentences[kind].format(name=name or say("that is gone"))


def _note(entry: Entry, taken: Mapping[EntryId, Reversed], language: str) -> str:
    say = texts(language).gettext
    if entry.id in taken:
        return say("taken back") if taken[entry.id].whole else say("partly taken back")
    known = {
        REPEATED: say("given again after a question"),
        CLAIMED: say("claimed afterwards with a link"),
        COOL_DOWN_OVERRIDDEN: say("given in spite of the pause"),
    }
    if entry.kind in _WITH_REASON:
        return entry.reason or ""
    return known.get(entry.reason or "", "")


def _after(entry: Entry, *, by_stamps: bool, language: str) -> str:
    say = texts(language).gettext
    if by_stamps and entry.stamps_target:
        return say("then {count} of {target}").format(
            count=number(entry.after.stamps, language), target=entry.stamps_target
        )
    return say("then {count}").format(count=number(entry.after.points, language))


def _is_open(entry: Entry, taken: Mapping[EntryId, Reversed]) -> bool:
    """As far as is known here; the ledger itself decides."""
    # A merge is taken back from the card that has what both held.
    merged = entry.kind is EntryKind.MERGE and entry.after.status is not Status.MERGED
    can_be = merged or entry.kind in REVERSIBLE
    return can_be and not taken.get(entry.id, Reversed()).whole
