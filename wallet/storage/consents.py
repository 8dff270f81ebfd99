"""Consents of members, one row an act, in the order in which they were made."""

from collections.abc import Sequence

from wallet.domain.consents import Consent, ConsentKind
from wallet.domain.ids import MemberId
from wallet.domain.times import from_millis, to_millis
from wallet.storage.rows.members import ConsentRow

# Far beyond what one person clicks; the newest count.
_ACTS_MAX = 200


class ConsentBook:
    """The Consents port on the core table."""

    def add(self, member_id: MemberId, consent: Consent) -> None:
        """Writes an act; one of the same kind and millisecond is the same act."""
        consent_row(member_id, consent).save()

    def acts(self, member_id: MemberId) -> Sequence[Consent]:
        """What a member gave and took back, the newest first."""
        rows = ConsentRow.query(
            f"U#{member_id}",
            ConsentRow.sk.startswith("C#"),
            consistent_read=True,
            scan_index_forward=False,
            limit=_ACTS_MAX,
        )
        return [_consent(row) for row in rows]


def consent_row(member_id: MemberId, consent: Consent) -> ConsentRow:
    """The row of an act."""
    millis = to_millis(consent.at)
    return ConsentRow(
        f"U#{member_id}",
        f"C#{millis:014d}#{consent.kind}",
        kind=str(consent.kind),
        given=consent.given,
        text=consent.text,
        language=consent.language,
        at=millis,
    )


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        kind=ConsentKind(row.kind),
        given=row.given,
        text=row.text,
        language=row.language,
        at=from_millis(int(row.at)),
    )
