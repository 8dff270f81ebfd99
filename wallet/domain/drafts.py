"""What a decision about a card comes to: a draft, and the entry and head that it is sealed into.

`ledger.py`, `spending.py`, `reversal.py`, `lapse.py` and `merging.py` decide; all of them end in
a Draft. Only `seal` gives it a place in the card's chain, so a decision can also be made just to
look at it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wallet.domain.calendar import counting_time
from wallet.domain.cards import Card, State, Status
from wallet.domain.entries import Entry, EntryKind, Line, entry_hash
from wallet.domain.errors import CardNotActiveError, InvalidError
from wallet.domain.ids import EntryId
from wallet.domain.programs import Program
from wallet.domain.times import cut

# Clocks of tills run a little ahead; more than this is a mistake.
AHEAD_MAX = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an entry will say, before it has a place in the chain.

    `stock` names a reward of which pieces are counted, and how many more or fewer there are.
    """

    kind: EntryKind
    points: int
    stamps: int
    after: State
    occurred_at: datetime
    lines: tuple[Line, ...] = ()
    location_id: str | None = None
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    basket: str | None = None
    reward_id: str | None = None
    offer_id: str | None = None
    reverses: EntryId | None = None
    settles: EntryId | None = None
    reason: str | None = None
    stock: tuple[str, int] | None = None


def drafted(kind: EntryKind, card: Card, after: State, occurred_at: datetime) -> Draft:
    """The draft of a change from what the card is to what it will be."""
    return Draft(
        kind=kind,
        points=after.points - card.state.points,
        stamps=after.stamps - card.state.stamps,
        after=after,
        occurred_at=occurred_at,
    )


def gives_nothing(card: Card, draft: Draft) -> bool:
    """Whether a bonus comes to nothing: no rule gave anything, and no offer came."""
    return not draft.lines and draft.after.offers == card.state.offers


def check_occurred(occurred_at: datetime | None, now: datetime) -> datetime:
    """When the thing happened: now, unless said otherwise. A time to come is refused."""
    if occurred_at is None:
        return cut(now)
    if occurred_at > now + AHEAD_MAX:
        raise InvalidError("occurred_at", "is in the future")
    return occurred_at


def check_active(card: Card) -> None:
    """Raises CardNotActiveError for a card that is closed, void or merged into another."""
    if card.state.status is not Status.ACTIVE:
        raise CardNotActiveError(card.state.status)


def active_at(state: State, occurred_at: datetime, *, earned: bool) -> State:
    """The state of a card that was used then; what is told of late does not set it back."""
    second = counting_time(occurred_at)
    used_at = max(state.used_at or second, second)
    if not earned:
        return replace(state, used_at=used_at)
    return replace(state, used_at=used_at, earned_at=max(state.earned_at or second, second))


def seal(
    card: Card, draft: Draft, program: Program, *, entry_id: EntryId, actor: str, now: datetime
) -> tuple[Card, Entry]:
    """The next entry of the card's chain, and the head that goes with it."""
    now = cut(now)
    bare = Entry(
        id=entry_id,
        card_id=card.id,
        seq=card.seq + 1,
        kind=draft.kind,
        points=draft.points,
        stamps=draft.stamps,
        after=draft.after,
        stamps_target=program.stamps_target,
        lines=draft.lines,
        program_version=program.version,
        reason=draft.reason,
        actor=actor,
        location_id=draft.location_id,
        reference=draft.reference,
        amount=draft.amount,
        currency=draft.currency,
        basket=draft.basket,
        reward_id=draft.reward_id,
        offer_id=draft.offer_id,
        reverses=draft.reverses,
        settles=draft.settles,
        occurred_at=draft.occurred_at,
        created_at=now,
        card_version=card.version + 1,
    )
    entry = replace(bare, hash=entry_hash(bare, card.last_hash))
    return head_after(card, entry), entry


def head_after(card: Card, entry: Entry) -> Card:
    """The head of the card once the entry is its newest."""
    return replace(
        card,
        version=entry.card_version,
        seq=entry.seq,
        state=entry.after,
        last_hash=entry.hash,
        updated_at=entry.created_at,
        modified=max(int(entry.created_at.timestamp()), card.modified + 1),
    )
