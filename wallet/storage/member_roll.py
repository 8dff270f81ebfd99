"""The members of a program in the order in which they joined."""

from datetime import datetime
from typing import Any

from wallet.domain.ids import CardId, MemberId, ProgramId
from wallet.domain.times import to_millis
from wallet.services.list_members import Place, Row
from wallet.storage.rows.members import MemberRow


class MemberRoll:
    """The Roll port on an index of the core table."""

    def page(
        self, program_id: ProgramId, *, after: Place | None, limit: int
    ) -> tuple[list[Row], Place | None]:
        """A page, newest first, and where the next one begins."""
        found = MemberRow.by_program.query(
            program_id,
            scan_index_forward=False,
            last_evaluated_key=_key(program_id, after) if after else None,
            limit=limit + 1,
            page_size=limit + 1,
        )
        rows = list(found)
        shown = rows[:limit]
        return [_to_row(row) for row in shown], _place(shown[-1]) if len(rows) > limit else None

    def cards(self, program_id: ProgramId, *, after: str, limit: int) -> tuple[list[CardId], str]:
        """A page of the members' cards, newest first, and the place behind which it goes on."""
        place = _read_place(after) if after else None
        rows, further = self.page(program_id, after=place, limit=limit)
        return [row.card_id for row in rows], _write_place(further) if further else ""

    def count(self, program_id: ProgramId, *, since: datetime | None, limit: int) -> int:
        """How many joined, counted up to `limit`."""
        begun = None if since is None else MemberRow.created >= to_millis(since)
        rows = MemberRow.by_program.query(
            program_id, begun, scan_index_forward=False, limit=limit, page_size=limit
        )
        return sum(1 for _ in rows)


def _key(program_id: ProgramId, place: Place) -> dict[str, Any]:
    return {
        "gp": {"S": program_id},
        "gc": {"N": str(place.joined_millis)},
        "pk": {"S": f"U#{place.member_id}"},
        "sk": {"S": "H"},
    }


def _write_place(place: Place) -> str:
    return f"{place.joined_millis}#{place.member_id}"


def _read_place(text: str) -> Place:
    millis, member_id = text.split("#")
    return Place(joined_millis=int(millis), member_id=MemberId(member_id))


def _place(row: MemberRow) -> Place:
    member_id = MemberId(row.pk.removeprefix("U#"))
    return Place(joined_millis=int(row.created), member_id=member_id)


def _to_row(row: MemberRow) -> Row:
    return Row(
        member_id=MemberId(row.pk.removeprefix("U#")),
        card_id=CardId(row.card),
        sealed=row.sealed,
    )
