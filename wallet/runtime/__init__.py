"""The one composition root: which adapter stands behind which port (passes: `wallets.py`).

Heavy imports live inside its functions, so that a function of Lambda loads only what it calls.
"""

import gc
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

    from wallet.clients.blobs import BucketLogos
    from wallet.clients.mail import SesMailer
    from wallet.clients.queue import SqsDeadLetters, SqsPushQueue
    from wallet.clients.vault import MemberVault
    from wallet.services.codes import CodePress
    from wallet.services.commit import Books
    from wallet.services.enrol import Reception
    from wallet.services.find_cards import Counter
    from wallet.services.hooks import HookRack
    from wallet.services.join import FrontDesk
    from wallet.services.keep_calendar import Office
    from wallet.services.list_members import Directory
    from wallet.services.passkit import Wicket
    from wallet.services.quote import Reader
    from wallet.services.sales_desk import SalesDesk
    from wallet.services.sign_up import Door
    from wallet.services.tills import Tillbox
    from wallet.storage.agenda import AgendaBook
    from wallet.storage.consents import ConsentBook
    from wallet.storage.devices import DeviceBook
    from wallet.storage.edge import EdgeBook
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

    return bind(
        core=settings().core_table,
        edge=settings().edge_table,
        stats=settings().stats_table,
    )


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
def door() -> "Door":
    """What a merchant's way in needs."""
    from wallet.services.sign_up import Door
    from wallet.storage.owners import OwnerBook

    return Door(
        edge=edge(),
        owners=OwnerBook(_tables()),
        vault=vault(),
        mailer=mailer(),
        chance=secrets.token_bytes,
        base_url=settings().base_url,
    )


@cache
def edge() -> "EdgeBook":
    """Sessions, tickets and counters."""
    from wallet.storage.edge import EdgeBook

    _tables()
    return EdgeBook()


@cache
def tillbox() -> "Tillbox":
    """Tills and their pairing."""
    from wallet.services.tills import Tillbox
    from wallet.storage.tills import TillBook

    _tables()
    return Tillbox(tills=TillBook(), edge=edge(), chance=secrets.token_bytes)


@cache
def counter() -> "Counter":
    """What a till needs."""
    from wallet.services.find_cards import Counter

    return Counter(books=books(), cards=members(), vault=vault())


@cache
def hook_rack() -> "HookRack":
    """Hooks and their secrets."""
    from wallet.services.hooks import HookRack
    from wallet.storage.hooks import HookBook

    return HookRack(
        hooks=HookBook(_tables()), safe=vault(), edge=edge(), chance=secrets.token_bytes
    )


@cache
def sales_desk() -> "SalesDesk":
    """What taking sales of till systems needs."""
    from wallet.services.named_cards import Finder
    from wallet.services.sales_desk import SalesDesk
    from wallet.storage.sales import SalesBook

    finder = Finder(counter=counter(), heads=ledger(), programs=programs())
    return SalesDesk(finder=finder, sales=SalesBook())


@cache
def directory() -> "Directory":
    """What listing members needs."""
    from wallet.services.list_members import Directory
    from wallet.storage.member_roll import MemberRoll

    _tables()
    return Directory(roll=MemberRoll(), heads=ledger(), counter=counter())


@cache
def mailer() -> "SesMailer":
    """Sends mails."""
    from wallet.clients.mail import SesMailer

    return SesMailer(settings().mail_sender)


@cache
def devices() -> "DeviceBook":
    """Registered phones."""
    from wallet.storage.devices import DeviceBook

    return DeviceBook(_tables())


@cache
def agenda() -> "AgendaBook":
    """Which cards to look at, and when."""
    from wallet.storage.agenda import AgendaBook

    _tables()
    return AgendaBook()


def office(has_time: Callable[[], bool]) -> "Office":
    """What the calendar's work needs, for a run that goes on while there is time."""
    from wallet.services.keep_calendar import Office
    from wallet.storage.member_roll import MemberRoll
    from wallet.telemetry import alarm_of_card, alarm_of_program

    return Office(
        books=books(),
        heads=ledger(),
        roll=MemberRoll(),
        agenda=agenda(),
        vault=vault(),
        clock=now,
        has_time=has_time,
        alarm=alarm_of_card,
        alarm_of_program=alarm_of_program,
    )


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
def code_press() -> "CodePress":
    """What making single-use codes needs."""
    from wallet.services.codes import CodePress
    from wallet.storage.codes import CodeBook

    return CodePress(codes=CodeBook(_tables()), programs=programs(), vault=vault())


@cache
def quote_reader() -> "Reader":
    """What a quote reads."""
    from wallet.services.quote import Reader
    from wallet.storage.claims import Claims

    return Reader(books=books(), codes=code_press().codes, stocks=Claims())


@cache
def reception() -> "Reception":
    """What an enrolment needs."""
    from wallet.services.enrol import Reception

    return Reception(
        members=members(), programs=programs(), vault=vault(), chance=secrets.token_bytes
    )


@cache
def front_desk() -> "FrontDesk":
    """What joining needs."""
    from wallet.services.join import FrontDesk

    return FrontDesk(
        reception=reception(),
        members=members(),
        heads=ledger(),
        edge=edge(),
        base_url=settings().base_url,
    )


@cache
def consents() -> "ConsentBook":
    """What members allowed."""
    from wallet.storage.consents import ConsentBook

    _tables()
    return ConsentBook()


@cache
def wicket() -> "Wicket":
    """What the PassKit web service needs."""
    from wallet.services.passkit import Wicket

    return Wicket(cards=ledger(), programs=programs(), devices=devices(), queue=push_queue())


@cache
def logos() -> "BucketLogos":
    """Uploaded logos."""
    from wallet.clients.blobs import BucketLogos

    return BucketLogos(settings().blobs_bucket)


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
