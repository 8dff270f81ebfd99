"""The tables: what their keys look like, and the one connection that they share.

The rows stand in `rows/`; storage/*.py write the prefixes of keys out.

core    C#{card}               H             head of the card
                               L#{digest}    entry; the digest is its idempotency key's.
                                             Index by_seq: C#{card}, q
                               R#{digest}    how much of that entry has been reversed
                               K#{digest}    the basket of that entry
                               D#{device}    a phone registered for the card
                               N             the pass version that phones have been told of
        D#{device}             C#{card}      the same registration, from the phone's side
        P#{program}            H             which versions are in force
                               V#{version}   one version
                               S#{reward}    how many pieces of a reward have been given
        M#{merchant}           H             the merchant
                               K#{digest}    an API key; the digest is its secret's
                               P#{program}   a program of the merchant
                               T#{till}      a till
                               W#{hook}      a hook of the merchant
        E#{finder}             M#{merchant}  the merchant of the owner with that e-mail
        U#{member}             H             the member's personal data, encrypted
                               C#{millis}#{kind}  a consent, given or taken back
        F#{finder}             {card}        blind index of an e-mail or phone
        B#{barcode}            H             the card behind a barcode
        B#{merchant}#{code}    H             the card behind a typed code
        I#{merchant}#{digest}  H             what an idempotency key of the merchant made
        Z#{merchant}#{digest}  H             the entry of a reference at a location
        X#{merchant}#{code}    H             a single-use code
        W#{hook}               H             a hook, its secrets encrypted
        S#{digest}             H             a sale that a hook told of; the digest is that of its
                                             entry's idempotency key
                               R#{digest}    a refund of it, perhaps before the sale itself
                               C#{shown}     the card that an e-mail or phone meant in it
        Y#{day}#{shard}        {millis}#{card}  a card that has something due then, that UTC day
                               {millis}#{card}#{birthday}  one whose holder has a birthday
        Y#cursor               due, birthdays   how far the calendar's worker has come
        YB#{finder}            {card}        blind index of a birthday
edge    S#{kind}#{digest}      H             a session; the digest is its token's
        T#{purpose}#{digest}   H             a single-use ticket
        N#{digest}             H             a form that was taken, where it may count only once
        W#{hook}#{digest}      H             an event that a hook took, by its webhook-id
        L#{till}               H             the last things done on a till
        B#{digest}#{turn}      H             how often somebody did something in a window of time
stats   P#{program}            {day}         what happened in a program on a day, or in `total`
        C#{card}               F             the newest entry of the card that has been counted

Attribute names on the wire are one or two letters: names count towards the size of an item, and a
commit is to stay within one write unit an item. Types are PynamoDB's; `storage/*.py` turn rows
into domain values at once.
"""

from collections.abc import Sequence

from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.constants import (
    ATTR_DEFINITIONS,
    GLOBAL_SECONDARY_INDEXES,
    LOCAL_SECONDARY_INDEXES,
)
from pynamodb.models import Model

from wallet.storage.rows.aside import DayRow, EdgeRow, FoldedRow
from wallet.storage.rows.cards import (
    AgendaRow,
    BasketRow,
    CodeRow,
    DeviceRow,
    EntryRow,
    HeadRow,
    MarkRow,
    PushedRow,
    ReceiptRow,
    StockRow,
)
from wallet.storage.rows.core import PointerRow
from wallet.storage.rows.members import ConsentRow, MemberRow
from wallet.storage.rows.merchants import (
    ApiKeyRow,
    HookRow,
    MerchantRow,
    OwnedProgramRow,
    OwnerRow,
    ProgramRow,
    RefundRow,
    SaleRow,
    TillRow,
    VersionRow,
)


def bind(*, core: str, edge: str, stats: str) -> Connection:
    """Names the tables that the rows live in, and gives the one connection that they share.

    To be called once, before any other call. PynamoDB would make a client of botocore for each
    class of rows, 60 ms of CPU each in a cold start; rows of one table and one connection need
    one.
    """
    shared = Connection(connect_timeout_seconds=2, read_timeout_seconds=5, max_retry_attempts=3)
    for name, rows in ((core, CORE_ROWS), (edge, EDGE_ROWS), (stats, STATS_ROWS)):
        for row in rows:
            row.Meta.table_name = name
            row._connection = None  # noqa: SLF001  there is no public way to share one
        tables = [row._get_connection() for row in rows]  # noqa: SLF001  the same
        shared.add_meta_table(_whole([table.get_meta_table() for table in tables]))
        for table in tables:
            table.connection = shared
    return shared


def _whole(parts: Sequence[MetaTable]) -> MetaTable:
    """The table of all rows: each class of rows knows only the indexes that it uses itself."""
    data = dict(parts[0].data)
    for key in (ATTR_DEFINITIONS, GLOBAL_SECONDARY_INDEXES, LOCAL_SECONDARY_INDEXES):
        found = [each for part in parts for each in part.data.get(key, [])]
        data[key] = [each for place, each in enumerate(found) if each not in found[:place]]
    return MetaTable(data)


# The first of each knows the keys of its table.
CORE_ROWS: tuple[type[Model], ...] = (
    EntryRow,
    HeadRow,
    MarkRow,
    BasketRow,
    ReceiptRow,
    StockRow,
    CodeRow,
    DeviceRow,
    PushedRow,
    ProgramRow,
    VersionRow,
    MerchantRow,
    ApiKeyRow,
    MemberRow,
    PointerRow,
    TillRow,
    OwnerRow,
    OwnedProgramRow,
    ConsentRow,
    HookRow,
    SaleRow,
    RefundRow,
    AgendaRow,
)
EDGE_ROWS: tuple[type[Model], ...] = (EdgeRow,)
STATS_ROWS: tuple[type[Model], ...] = (DayRow, FoldedRow)
