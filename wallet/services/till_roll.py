"""The roll: the last things that were done on a till, so that each can still be undone there.

Kept for a day in the edge table. It holds ids and figures; names are looked up when it is shown.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from wallet.domain.cards import Card
from wallet.domain.entries import Entry
from wallet.domain.ids import EntryId, MemberId, MerchantId
from wallet.domain.programs import Program
from wallet.domain.spending import handed_over
from wallet.domain.tills import TillId
from wallet.domain.times import from_millis, to_millis
from wallet.services.sessions import Edge, Kept

LINES_MAX = 5
_KEPT = timedelta(hours=24)
# To be raised with every change of Line: lines of another form are not read.
_FORM = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing: which entry, for whom, what; `reward` is the name of what was handed over.

    `locale` is the card's, `zone` the time zone of its programme.
    """

    entry_id: EntryId
    member_id: MemberId
    locale: str
    zone: str
    points: int
    stamps: int
    reward: str | None
    at: datetime


def line_of(entry: Entry, card: Card, program: Program) -> Line:
    """The line for an entry of a card."""
    reward = handed_over(program, entry)
    return Line(
        entry_id=entry.id,
        member_id=card.member_id,
        locale=card.locale,
        zone=program.time_zone,
        points=entry.points,
        stamps=entry.stamps,
        reward=reward.name if reward else None,
        at=entry.created_at,
    )


def read_roll(edge: Edge, till_id: TillId, *, now: datetime) -> Sequence[Line]:
    """The lines, newest first."""
    kept = edge.get(_key(till_id))
    if kept is None or kept.expires_at <= now or kept.data.get("form") != _FORM:
        return ()
    return [
        Line(**{**said, "at": from_millis(said["at"])}) for said in json.loads(kept.data["lines"])
    ]


def add_line(
    edge: Edge, merchant_id: MerchantId, till_id: TillId, line: Line, *, now: datetime
) -> Sequence[Line]:
    """Puts a line at the top, once, and gives all.

    A till does one thing at a time; if two ever fell together one line would be missing here,
    nothing in the ledger.
    """
    others = [old for old in read_roll(edge, till_id, now=now) if old.entry_id != line.entry_id]
    return _write(edge, merchant_id, till_id, [line, *others][:LINES_MAX], now)


def drop_line(
    edge: Edge, merchant_id: MerchantId, till_id: TillId, entry_id: str, *, now: datetime
) -> Sequence[Line]:
    """Takes out the line of an entry that was undone, and gives the rest."""
    lines = read_roll(edge, till_id, now=now)
    left = [line for line in lines if line.entry_id != entry_id]
    return _write(edge, merchant_id, till_id, left, now) if len(left) < len(lines) else lines


def _write(
    edge: Edge, merchant_id: MerchantId, till_id: TillId, lines: Sequence[Line], now: datetime
) -> Sequence[Line]:
    said = [{**asdict(line), "at": to_millis(line.at)} for line in lines]
    data = {"form": _FORM, "lines": json.dumps(said, ensure_ascii=False)}
    edge.put(_key(till_id), Kept(owner=merchant_id, data=data, expires_at=now + _KEPT))
    return lines


def _key(till_id: TillId) -> str:
    return f"L#{till_id}"
