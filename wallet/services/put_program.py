"""Publishes a program: the first version, or a new one if the document differs from the newest.

Where other things become due with a version, all cards are noted anew once it is in force.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wallet.domain.errors import (
    ContentionError,
    Fault,
    InvalidError,
    InvalidProgramError,
    KeyReusedError,
    NotFoundError,
)
from wallet.domain.ids import ProgramId
from wallet.domain.lapse import may_differ_in_dues, timed_since
from wallet.domain.program_document import face, write_terms
from wallet.domain.programs import Program, Terms, version_of
from wallet.domain.times import cut
from wallet.services.agenda import RollCall
from wallet.services.commit import Act
from wallet.services.ports import Programs, Publication

_TRIES = 5
# A form that was filled in slowly is not a request for a version in the past.
_LATE_MAX = timedelta(minutes=5)
# By then every process knows the version, and who joined before that is in the members' index.
_KNOWN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The version that now stands, and whether this call made the program."""

    program: Program
    created: bool


def put_program(
    programs: Programs,
    act: Act,
    program_id: ProgramId,
    terms: Terms,
    *,
    effective_at: datetime | None = None,
    over: int | None = None,
) -> Published:
    """Publishes the terms. Equal terms change nothing.

    `over` is the version that the caller has seen: ContentionError where another is the newest.

    A version that was to come into force with this one or after it never does: versions come in
    the order in which they were published. Raises InvalidProgramError for what cannot change,
    NotFoundError for another merchant's program, KeyReusedError.
    """
    for _ in range(_TRIES):
        replayed = _replay(programs, act, program_id)
        if replayed:
            return replayed
        newest = programs.newest(program_id)
        _check_newest(newest, act, over)
        if newest is None or effective_at != newest.effective_at:
            _check_time(effective_at, act.now)
        _check_lasting(newest, terms)
        program = _next(act, program_id, newest, terms, effective_at)
        publication = Publication(
            program=program,
            newest=newest.version if newest else 0,
            digest=act.digest,
            fingerprint=act.fingerprint,
            roll_call=_roll_call(newest, program, act.now) if newest else None,
        )
        if newest and program.version == newest.version:
            if programs.note(publication):
                return Published(program=newest, created=False)
            continue
        if programs.publish(publication):
            return Published(program=program, created=newest is None)
    raise ContentionError(program_id)


def _replay(programs: Programs, act: Act, program_id: ProgramId) -> Published | None:
    before = programs.published(act.merchant_id, act.digest)
    if before is None:
        return None
    published_id, version, fingerprint = before
    program = programs.version(published_id, version)
    if fingerprint != act.fingerprint or published_id != program_id or program is None:
        raise KeyReusedError
    return Published(program=program, created=False)


def _check_newest(newest: Program | None, act: Act, over: int | None) -> None:
    if newest and newest.merchant_id != act.merchant_id:
        raise NotFoundError("program")
    if newest and over not in (None, newest.version):
        raise ContentionError(newest.id)


def _check_time(effective_at: datetime | None, now: datetime) -> None:
    if effective_at is not None and effective_at < now - _LATE_MAX:
        raise InvalidError("effective_at", "is in the past")


def _check_lasting(newest: Program | None, terms: Terms) -> None:
    """What cards already hold cannot change its meaning under them."""
    faults = (
        [
            Fault(name, f"is {old} for good: cards hold it; make another programme")
            for name, old, new in (
                ("kind", newest.kind, terms.kind),
                ("currency", newest.currency, terms.currency),
            )
            if old != new
        ]
        if newest
        else []
    )
    if faults:
        raise InvalidProgramError(tuple(faults))


def _next(
    act: Act,
    program_id: ProgramId,
    newest: Program | None,
    terms: Terms,
    effective_at: datetime | None,
) -> Program:
    """The version after the newest, or the newest itself where nothing differs."""
    same_time = newest is not None and effective_at in (None, newest.effective_at)
    if newest and same_time and write_terms(newest) == write_terms(terms):
        return newest
    redesigned = newest is None or face(newest) != face(terms)
    # No version begins before it was published, as one would that sends back what GET gave.
    now = cut(act.now)
    begins = max(effective_at or now, now) if newest else effective_at or now
    return version_of(
        terms,
        id=program_id,
        merchant_id=act.merchant_id,
        version=newest.version + 1 if newest else 1,
        design_version=(newest.design_version if newest else 0) + redesigned,
        effective_at=begins,
        timed_since=timed_since(newest, terms, begins),
    )


def _roll_call(newest: Program, program: Program, now: datetime) -> RollCall | None:
    """When to note all cards anew; None if what is noted of them stands as it is.

    A newest version that has not begun may never: then another one is in force before this one.
    """
    if newest.effective_at <= now and not may_differ_in_dues(newest, program):
        return None
    return RollCall(at=program.effective_at + _KNOWN_AFTER, program_id=program.id)
