"""The one composition root: which adapter stands behind which port.

Heavy imports live inside its functions, so that a function of Lambda loads only what it calls.
"""

import gc
import hashlib
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from wallet.settings import Settings

if TYPE_CHECKING:
    from pynamodb.connection import Connection

    from wallet.apple.signing import Signer
    from wallet.clients.queue import SqsDeadLetters, SqsPushQueue
    from wallet.clients.secrets import PassCertificate
    from wallet.clients.vault import MemberVault
    from wallet.services.commit import Books
    from wallet.services.enrol import Reception
    from wallet.services.issue_pass import Press
    from wallet.services.passkit import Wicket
    from wallet.services.refresh_passes import Messenger
    from wallet.storage.devices import DeviceBook
    from wallet.storage.ledger import CardLedger
    from wallet.storage.members import MemberBook
    from wallet.storage.merchants import MerchantBook
    from wallet.storage.programs import ProgramShelf
    from wallet.storage.statistics import DayBook

# A cold start makes some hundred thousand objects that stay, botocore's models above all. Looking
# for garbage among them each time 700 have come costs as much again as making them.
gc.set_threshold(50_000)

# A request may contend for a card this long; API Gateway itself gives up after 29 s.
CONTENTION_SECONDS_MAX = 12.0
_PAUSE_SECONDS_FIRST = 0.02
_PAUSE_SECONDS_MAX = 0.4

_clock: list[Callable[[], datetime]] = [lambda: datetime.now(UTC)]


def now() -> datetime:
    """The time, as everybody here sees it."""
    return _clock[0]()


def use_clock(clock: Callable[[], datetime]) -> None:
    """Makes everybody see another time: for the one-machine world and for tests."""
    _clock[0] = clock


def retries() -> Iterator[None]:
    """Yields for each try, with a growing random pause (full jitter) in between, until the time is
    up.
    """
    until = time.monotonic() + CONTENTION_SECONDS_MAX
    bound = _PAUSE_SECONDS_FIRST
    yield
    while time.monotonic() < until:
        time.sleep(random.uniform(0, bound))  # noqa: S311  spreads writers, guards nothing
        bound = min(bound * 2, _PAUSE_SECONDS_MAX)
        yield


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings(environ=os.environ)


@cache
def _tables() -> "Connection":
    from wallet.storage.tables import bind

    return bind(core=settings().core_table, stats=settings().stats_table)


@cache
def ledger() -> "CardLedger":
    """Heads and entries."""
    from wallet.storage.ledger import CardLedger

    return CardLedger(_tables())


@cache
def programs() -> "ProgramShelf":
    """Programs by version."""
    from wallet.storage.programs import ProgramShelf

    return ProgramShelf(_tables(), now)


@cache
def merchants() -> "MerchantBook":
    """Merchants and their keys."""
    from wallet.storage.merchants import MerchantBook

    _tables()
    return MerchantBook(now)


@cache
def members() -> "MemberBook":
    """Members."""
    from wallet.storage.members import MemberBook

    return MemberBook(_tables())


@cache
def devices() -> "DeviceBook":
    """Registered phones."""
    from wallet.storage.devices import DeviceBook

    return DeviceBook(_tables())


@cache
def statistics() -> "DayBook":
    """Daily roll-ups."""
    from wallet.storage.statistics import DayBook

    return DayBook(_tables())


@cache
def books() -> "Books":
    """What a change of a card needs."""
    from wallet.services.commit import Books

    return Books(ledger=ledger(), programs=programs(), retries=retries)


@cache
def vault() -> "MemberVault":
    """Personal data, encrypted."""
    from wallet.clients.secrets import master_key
    from wallet.clients.vault import MemberVault

    return MemberVault(lambda: master_key(settings().master_secret), secrets.token_bytes)


@cache
def reception() -> "Reception":
    """What an enrolment needs."""
    from wallet.services.enrol import Reception

    return Reception(
        members=members(), programs=programs(), vault=vault(), chance=secrets.token_bytes
    )


@cache
def wicket() -> "Wicket":
    """What the PassKit web service needs."""
    from wallet.services.passkit import Wicket

    return Wicket(cards=ledger(), programs=programs(), devices=devices(), queue=push_queue())


def _certificate() -> "PassCertificate":
    from wallet.clients.secrets import pass_certificate

    return pass_certificate(settings().pass_certificate_secret)


@cache
def _signer() -> "Signer":
    from wallet.apple.signing import Signer

    certificate = _certificate()
    return Signer.from_pem(
        key=certificate.key,
        leaf=certificate.leaf,
        intermediate=certificate.intermediate,
        now=now(),
    )


@cache
def press() -> "Press":
    """What prints passes."""
    from wallet.clients.blobs import BucketPasses
    from wallet.services.issue_pass import Press

    return Press(
        signer=_signer(),
        certificate=hashlib.sha256(_certificate().leaf).hexdigest(),
        base_url=settings().base_url,
        store=BucketPasses(settings().blobs_bucket),
    )


@cache
def push_queue() -> "SqsPushQueue":
    """Cards whose phones are to be told."""
    from wallet.clients.queue import SqsPushQueue

    return SqsPushQueue(settings().push_queue_url)


@cache
def dead_letters() -> "SqsDeadLetters":
    """Messages that failed too often."""
    from wallet.clients.queue import SqsDeadLetters

    return SqsDeadLetters(settings().push_dead_letters_url)


@cache
def messenger() -> "Messenger":
    """What telling phones needs."""
    from wallet.clients.apns_http import ApnsConnection, Timeouts
    from wallet.clients.pushes import ApplePushes
    from wallet.services.refresh_passes import Messenger
    from wallet.telemetry import alarm

    certificate = _certificate()
    connection = ApnsConnection(
        settings().apns_url,
        leaf=certificate.leaf,
        intermediate=certificate.intermediate,
        key=certificate.key,
        ca_file=settings().apns_ca_file,
        timeouts=Timeouts(silence_seconds=5, batch_seconds=8),
    )
    return Messenger(
        heads=ledger(),
        programs=programs(),
        devices=devices(),
        pushes=ApplePushes(connection, topic=_signer().pass_type, clock=now, pause=_pause),
        clock=now,
        pause=time.sleep,
        alarm=alarm,
    )


def _pause(attempt: int) -> None:
    """Before the given further try of a push: a random part of 0.2 s, doubled with each."""
    time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311  spreads pushes, guards nothing
