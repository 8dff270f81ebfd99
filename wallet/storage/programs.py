"""Programs by version.

A version never changes, so it is kept in memory; which is in force may be up to a minute old.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import MerchantId, ProgramId
from wallet.domain.program_document import stored_terms, write_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.times import from_millis, to_millis
from wallet.services.ports import Clock, Publication
from wallet.storage.races import lost_race
from wallet.storage.rows.core import PointerRow
from wallet.storage.rows.merchants import OwnedProgramRow, ProgramRow, VersionRow

FRESH = timedelta(seconds=60)
# Versions that were in force before the present one: a clock may be set back.
_PAST_KEPT = 8
# A process serves few merchants at a time; the bound keeps it from remembering all of them.
_KNOWN_MAX = 1_000


class ProgramShelf:
    """The Programs port on the core table."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._versions: dict[tuple[ProgramId, int], Program] = {}
        self._in_force: dict[ProgramId, tuple[datetime, list[tuple[int, int]]]] = {}

    def newest(self, program_id: ProgramId) -> Program | None:
        """The version published last."""
        row = _pointer(program_id)
        return self.version(program_id, int(row.newest)) if row else None

    def in_force(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force."""
        return self._chosen(program_id, _pairs(_pointer(program_id)), now)

    def current(self, program_id: ProgramId, now: datetime) -> Program | None:
        """The version in force, as this process knew it at most a minute ago."""
        return self._chosen(program_id, self._fresh(program_id), now)

    def at(self, program_id: ProgramId, moment: datetime) -> Program | None:
        """The version in force then, as this process knew it at most a minute ago."""
        pairs = self._fresh(program_id)
        version = _chosen(pairs, moment) or (pairs[0][1] if pairs else None)
        return self.version(program_id, version) if version else None

    def version(self, program_id: ProgramId, version: int) -> Program | None:
        """One version."""
        known = self._versions.get((program_id, version))
        if known:
            return known
        try:
            row = VersionRow.get(f"P#{program_id}", _version_key(version), consistent_read=True)
        except DoesNotExist:
            return None
        if len(self._versions) >= _KNOWN_MAX:
            self._versions.clear()
        return self._versions.setdefault((program_id, version), _to_program(program_id, row))

    def publish(self, publication: Publication) -> bool:
        """Writes version and pointer, if the newest version is still the one that was read.

        In the same transaction the roll call, so that no version is without the one it needs.
        """
        program, newest = publication.program, publication.newest
        in_force = _pairs(_pointer(program.id)) if newest else []
        pointer = ProgramRow(
            f"P#{program.id}",
            "H",
            merchant=program.merchant_id,
            newest=program.version,
            in_force=json.dumps(_extended(in_force, program, self._clock())),
        )
        unchanged: Any = ProgramRow.newest == newest if newest else ProgramRow.pk.does_not_exist()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(_version_row(program), condition=VersionRow.pk.does_not_exist())
                transaction.save(pointer, condition=unchanged)
                transaction.save(_owned_row(program))
                transaction.save(_answer_row(publication), condition=_new())
                if publication.roll_call:
                    # Not loaded by whoever only reads programmes: a cold start counts each module.
                    from wallet.storage.agenda import roll_call_row

                    transaction.save(roll_call_row(publication.roll_call))
        except TransactWriteError as error:
            if not lost_race(error):
                raise
            return False
        self._in_force.pop(program.id, None)
        return True

    def note(self, publication: Publication) -> bool:
        """Keeps the answer to a PUT that changed nothing, if the key made nothing else."""
        try:
            _answer_row(publication).save(condition=_new())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def published(
        self, merchant_id: MerchantId, digest: str
    ) -> tuple[ProgramId, int, bytes] | None:
        """What was published under an idempotency key."""
        try:
            row = PointerRow.get(f"I#{merchant_id}#{digest}", "H", consistent_read=True)
        except DoesNotExist:
            return None
        return ProgramId(row.target), int(row.version or 0), row.fingerprint or b""

    def of_merchant(self, merchant_id: MerchantId) -> list[ProgramId]:
        """The merchant's programs, the one published last at the end."""
        rows = OwnedProgramRow.query(
            f"M#{merchant_id}", OwnedProgramRow.sk.startswith("P#"), consistent_read=True
        )
        ordered = sorted(rows, key=lambda row: int(row.created))
        return [ProgramId(row.sk.removeprefix("P#")) for row in ordered]

    def _chosen(
        self, program_id: ProgramId, in_force: list[tuple[int, int]], now: datetime
    ) -> Program | None:
        version = _chosen(in_force, now)
        return self.version(program_id, version) if version else None

    def _fresh(self, program_id: ProgramId) -> list[tuple[int, int]]:
        known = self._in_force.get(program_id)
        now = self._clock()
        if known and abs(now - known[0]) < FRESH:
            return known[1]
        pairs = _pairs(_pointer(program_id))
        if pairs:
            if len(self._in_force) >= _KNOWN_MAX:
                self._in_force.clear()
            self._in_force[program_id] = (now, pairs)
        return pairs


def _pointer(program_id: ProgramId) -> ProgramRow | None:
    try:
        return ProgramRow.get(f"P#{program_id}", "H", consistent_read=True)
    except DoesNotExist:
        return None


def _pairs(row: ProgramRow | None) -> list[tuple[int, int]]:
    return [(at, version) for at, version in json.loads(row.in_force)] if row else []


def _chosen(in_force: list[tuple[int, int]], now: datetime) -> int | None:
    """The version whose time came last; of two with the same time, the one published last."""
    begun = [pair for pair in in_force if pair[0] <= to_millis(now)]
    return max(begun)[1] if begun else None


def _extended(
    in_force: list[tuple[int, int]], program: Program, now: datetime
) -> list[tuple[int, int]]:
    """The pairs with the new version's, without those of long ago.

    The new version takes the place of those that were to begin with it or after it, so that
    versions, and with them the version of a pass, only grow.
    """
    at = to_millis(program.effective_at)
    pairs = [*(pair for pair in in_force if pair[0] < at), (at, program.version)]
    begun = [pair for pair in pairs if pair[0] <= to_millis(now)]
    return begun[-_PAST_KEPT:] + pairs[len(begun) :]


def _version_key(version: int) -> str:
    return f"V#{version:08d}"


def _version_row(program: Program) -> VersionRow:
    return VersionRow(
        f"P#{program.id}",
        _version_key(program.version),
        merchant=program.merchant_id,
        version=program.version,
        design_version=program.design_version,
        effective=to_millis(program.effective_at),
        timed_since=to_millis(program.timed_since) if program.timed_since else None,
        document=json.dumps(write_terms(program), ensure_ascii=False),
    )


def _owned_row(program: Program) -> OwnedProgramRow:
    return OwnedProgramRow(
        f"M#{program.merchant_id}", f"P#{program.id}", created=to_millis(program.effective_at)
    )


def _answer_row(publication: Publication) -> PointerRow:
    program = publication.program
    return PointerRow(
        f"I#{program.merchant_id}#{publication.digest}",
        "H",
        target=program.id,
        version=program.version,
        fingerprint=publication.fingerprint,
    )


def _new() -> Condition:
    return PointerRow.pk.does_not_exist()


def _to_program(program_id: ProgramId, row: VersionRow) -> Program:
    return version_of(
        stored_terms(json.loads(row.document)),
        id=program_id,
        merchant_id=MerchantId(row.merchant),
        version=int(row.version),
        design_version=int(row.design_version),
        effective_at=from_millis(int(row.effective)),
        timed_since=from_millis(int(row.timed_since)) if row.timed_since else None,
    )
