"""Daily roll-ups in the stats table."""

from collections.abc import Mapping
from dataclasses import asdict

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import CardId, ProgramId
from wallet.services.fold_statistics import TOTAL, Tally
from wallet.storage.races import lost_race
from wallet.storage.rows.aside import DayRow, FoldedRow


class DayBook:
    """The Statistics port on the stats table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counted(self, card_id: CardId) -> int:
        """The newest entry of the card that has been counted."""
        try:
            return int(FoldedRow.get(f"C#{card_id}", "F", consistent_read=True).seq)
        except DoesNotExist:
            return 0

    def count(
        self,
        program_id: ProgramId,
        card_id: CardId,
        days: Mapping[str, Tally],
        *,
        after: int,
        upto: int,
    ) -> bool:
        """Adds to the days and raises the counted `seq`, all or nothing."""
        mark = FoldedRow(f"C#{card_id}", "F", seq=upto)
        still = FoldedRow.seq == after if after else FoldedRow.pk.does_not_exist()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(mark, condition=still)
                for day, tally in days.items():
                    row = DayRow(f"P#{program_id}", day)
                    transaction.update(row, actions=_added(tally))
        except TransactWriteError as error:
            if not lost_race(error):
                raise
            return False
        return True

    def days(self, program_id: ProgramId, first: str, last: str) -> Mapping[str, Tally]:
        """The days of a program that have anything."""
        rows = DayRow.query(
            f"P#{program_id}", DayRow.sk.between(first, last), consistent_read=True
        )
        return {row.sk: _to_tally(row) for row in rows}

    def total(self, program_id: ProgramId) -> Tally:
        """The sum of all days of a program."""
        return self.days(program_id, TOTAL, TOTAL).get(TOTAL, Tally())


def _added(tally: Tally) -> list[Action]:
    return [getattr(DayRow, name).add(value) for name, value in asdict(tally).items()]


def _to_tally(row: DayRow) -> Tally:
    return Tally(**{name: int(getattr(row, name) or 0) for name in asdict(Tally())})
