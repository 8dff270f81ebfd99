"""The rows of the tables, as PynamoDB sees them. Nothing is kept in the edge table yet.

What a key looks like is said here; storage/*.py write the prefixes out.

core    C#{card}               H             head of the card
                               L#{digest}    entry; the digest is its idempotency key's.
                                             Index by_seq: C#{card}, q
                               R#{digest}    how much of that entry has been reversed
                               D#{device}    a phone registered for the card
                               N             the pass version that phones have been told of
        D#{device}             C#{card}      the same registration, from the phone's side
        P#{program}            H             which versions are in force
                               V#{version}   one version
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
        W#{hook}               H             a hook, its secrets encrypted
        S#{digest}             H             a sale that a hook told of; the digest is that of its
                                             entry's idempotency key
                               R#{digest}    a refund of it, perhaps before the sale itself
                               C#{shown}     the card that an e-mail or phone meant in it
edge    S#{kind}#{digest}      H             a session; the digest is its token's
        T#{purpose}#{digest}   H             a single-use ticket
        N#{digest}             H             a form that was taken, where it may count only once
        W#{hook}#{digest}      H             an event that a hook took, by its webhook-id
        L#{till}               H             the last things done on a till
        B#{digest}#{turn}      H             how often somebody did something in a window of time
stats   P#{program}            {day}         what happened in a program on a day
        C#{card}               F             the newest entry of the card that has been counted

Attribute names on the wire are one or two letters: names count towards the size of an item, and a
commit is to stay within one write unit an item. Types are PynamoDB's; `storage/*.py` turn rows
into domain values at once.
"""

from collections.abc import Sequence

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.constants import (
    ATTR_DEFINITIONS,
    GLOBAL_SECONDARY_INDEXES,
    LOCAL_SECONDARY_INDEXES,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model


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
        tables = [row._get_connection() for row in rows]  # noqa: SLF001
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


class _Core(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class HeadRow(_Core):
    """The head of a card."""

    class Meta(_Core.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    program = UnicodeAttribute(attr_name="p")
    member = UnicodeAttribute(attr_name="u")
    barcode = UnicodeAttribute(attr_name="b")
    code = UnicodeAttribute(attr_name="k")
    secret = BinaryAttribute(attr_name="x", legacy_encoding=False)
    locale = UnicodeAttribute(attr_name="l")
    version = NumberAttribute(attr_name="v")
    seq = NumberAttribute(attr_name="n")
    state = BinaryAttribute(attr_name="s", legacy_encoding=False)
    last_hash = BinaryAttribute(attr_name="h", legacy_encoding=False)
    created = NumberAttribute(attr_name="c")
    updated = NumberAttribute(attr_name="w")
    modified = NumberAttribute(attr_name="t")


class BySeq(LocalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]
    """A card's entries in order. Sparse: only entries carry `q`."""

    class Meta:
        index_name = "by_seq"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True, attr_name="q")


class EntryRow(_Core):
    """An entry of the ledger."""

    class Meta(_Core.Meta):
        pass

    by_seq = BySeq()
    seq = NumberAttribute(attr_name="q")
    kind = UnicodeAttribute(attr_name="k")
    points = NumberAttribute(attr_name="p")
    stamps = NumberAttribute(attr_name="st")
    after = BinaryAttribute(attr_name="s", legacy_encoding=False)
    target = NumberAttribute(attr_name="g", null=True)
    lines = BinaryAttribute(attr_name="ln", legacy_encoding=False)
    program_version = NumberAttribute(attr_name="pv")
    reason = UnicodeAttribute(attr_name="r", null=True)
    actor = UnicodeAttribute(attr_name="a")
    location = UnicodeAttribute(attr_name="o", null=True)
    reference = UnicodeAttribute(attr_name="f", null=True)
    amount = NumberAttribute(attr_name="am", null=True)
    currency = UnicodeAttribute(attr_name="cu", null=True)
    basket = UnicodeAttribute(attr_name="bk", null=True)
    reward = UnicodeAttribute(attr_name="rw", null=True)
    reverses = UnicodeAttribute(attr_name="rv", null=True)
    occurred = NumberAttribute(attr_name="oc")
    created = NumberAttribute(attr_name="c")
    card_version = NumberAttribute(attr_name="v")
    hash = BinaryAttribute(attr_name="h", legacy_encoding=False)
    fingerprint = BinaryAttribute(attr_name="fp", legacy_encoding=False)


class MarkRow(_Core):
    """How much of an entry has been reversed."""

    class Meta(_Core.Meta):
        pass

    amount = NumberAttribute(attr_name="am")
    whole = BooleanAttribute(attr_name="z")


class DeviceRow(_Core):
    """A registration, under the card and under the device."""

    class Meta(_Core.Meta):
        pass

    push_token = UnicodeAttribute(attr_name="tk")
    registered = NumberAttribute(attr_name="c")


class PushedRow(_Core):
    """The pass version that phones have been told of."""

    class Meta(_Core.Meta):
        pass

    version = NumberAttribute(attr_name="v")


class ProgramRow(_Core):
    """Which versions of a program are in force: pairs of a time and a version, as JSON."""

    class Meta(_Core.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    newest = NumberAttribute(attr_name="v")
    in_force = UnicodeAttribute(attr_name="e")


class VersionRow(_Core):
    """One version of a program; the document as JSON."""

    class Meta(_Core.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    version = NumberAttribute(attr_name="v")
    design_version = NumberAttribute(attr_name="dv")
    effective = NumberAttribute(attr_name="e")
    document = UnicodeAttribute(attr_name="d")


class MerchantRow(_Core):
    """A merchant."""

    class Meta(_Core.Meta):
        pass

    name = UnicodeAttribute(attr_name="nm")
    locale = UnicodeAttribute(attr_name="l")
    created = NumberAttribute(attr_name="c")


class ApiKeyRow(_Core):
    """An API key, without its secret."""

    class Meta(_Core.Meta):
        pass

    key_id = UnicodeAttribute(attr_name="i")
    name = UnicodeAttribute(attr_name="nm")
    scope = UnicodeAttribute(attr_name="sc")
    hint = UnicodeAttribute(attr_name="ht")
    created = NumberAttribute(attr_name="c")
    revoked = NumberAttribute(attr_name="z", null=True)


class TillRow(_Core):
    """A till, and the digest of its session."""

    class Meta(_Core.Meta):
        pass

    name = UnicodeAttribute(attr_name="nm")
    location = UnicodeAttribute(attr_name="o", null=True)
    session = UnicodeAttribute(attr_name="ss")
    created = NumberAttribute(attr_name="c")
    revoked = NumberAttribute(attr_name="z", null=True)


class OwnedProgramRow(_Core):
    """That a merchant has a program."""

    class Meta(_Core.Meta):
        pass

    created = NumberAttribute(attr_name="c")


class OwnerRow(_Core):
    """That somebody owns a merchant, and their e-mail, encrypted."""

    class Meta(_Core.Meta):
        pass

    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    created = NumberAttribute(attr_name="c")


class ByProgram(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """A program's members in the order in which they joined. Members never change with an earn."""

    class Meta:
        index_name = "by_program"
        projection = AllProjection()

    program = UnicodeAttribute(hash_key=True, attr_name="gp")
    created = NumberAttribute(range_key=True, attr_name="gc")


class MemberRow(_Core):
    """A member's personal data, encrypted, and the card that they hold."""

    class Meta(_Core.Meta):
        pass

    by_program = ByProgram()
    merchant = UnicodeAttribute(attr_name="m")
    program = UnicodeAttribute(attr_name="gp")
    card = UnicodeAttribute(attr_name="g")
    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    created = NumberAttribute(attr_name="gc")


class PointerRow(_Core):
    """Leads from a barcode, a typed code, a finder or an idempotency key to what it stands for."""

    class Meta(_Core.Meta):
        pass

    target = UnicodeAttribute(attr_name="g")
    version = NumberAttribute(attr_name="v", null=True)
    fingerprint = BinaryAttribute(attr_name="fp", legacy_encoding=False, null=True)


class ConsentRow(_Core):
    """A consent that a member gave or took back, in the words that they read."""

    class Meta(_Core.Meta):
        pass

    kind = UnicodeAttribute(attr_name="k")
    given = BooleanAttribute(attr_name="y")
    text = UnicodeAttribute(attr_name="x")
    language = UnicodeAttribute(attr_name="l")
    at = NumberAttribute(attr_name="c")


class HookRow(_Core):
    """A hook, its secrets encrypted."""

    class Meta(_Core.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    program = UnicodeAttribute(attr_name="p", null=True)
    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    old_sealed = BinaryAttribute(attr_name="od", legacy_encoding=False, null=True)
    created = NumberAttribute(attr_name="c")
    rotated = NumberAttribute(attr_name="r", null=True)
    revoked = NumberAttribute(attr_name="z", null=True)


class SaleRow(_Core):
    """A sale that a hook told of; without a card until it is matched."""

    class Meta(_Core.Meta):
        pass

    hook = UnicodeAttribute(attr_name="wh")
    merchant = UnicodeAttribute(attr_name="m")
    sale_id = UnicodeAttribute(attr_name="f")
    amount = NumberAttribute(attr_name="am")
    currency = UnicodeAttribute(attr_name="cu")
    basket = UnicodeAttribute(attr_name="bk", null=True)
    location = UnicodeAttribute(attr_name="o", null=True)
    occurred = NumberAttribute(attr_name="oc")
    created = NumberAttribute(attr_name="c")
    shown = UnicodeAttribute(attr_name="sw", null=True)
    card = UnicodeAttribute(attr_name="g", null=True)


class RefundRow(_Core):
    """A refund of a sale; done once the card has followed."""

    class Meta(_Core.Meta):
        pass

    refund_id = UnicodeAttribute(attr_name="f")
    amount = NumberAttribute(attr_name="am")
    created = NumberAttribute(attr_name="c")
    done = BooleanAttribute(attr_name="z", null=True)


class EdgeRow(Model):
    """A session, a ticket or a counter."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    owner = UnicodeAttribute(attr_name="m", null=True)
    data = UnicodeAttribute(attr_name="d", null=True)
    until = NumberAttribute(attr_name="e", null=True)
    counter = NumberAttribute(attr_name="n", null=True)
    ttl = NumberAttribute(attr_name="ttl", null=True)


class _Stats(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DayRow(_Stats):
    """What happened in a program on a day."""

    class Meta(_Stats.Meta):
        pass

    entries = NumberAttribute(attr_name="n")
    earns = NumberAttribute(attr_name="en")
    redeems = NumberAttribute(attr_name="rn")
    reversals = NumberAttribute(attr_name="vn")
    points_given = NumberAttribute(attr_name="pg")
    points_taken = NumberAttribute(attr_name="pt")
    stamps_given = NumberAttribute(attr_name="sg")
    stamps_taken = NumberAttribute(attr_name="st")
    turnover = NumberAttribute(attr_name="am")


class FoldedRow(_Stats):
    """The newest entry of a card that has been counted."""

    class Meta(_Stats.Meta):
        pass

    seq = NumberAttribute(attr_name="q")


# The first of each knows the keys of its table.
CORE_ROWS: tuple[type[Model], ...] = (
    EntryRow,
    HeadRow,
    MarkRow,
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
)
EDGE_ROWS: tuple[type[Model], ...] = (EdgeRow,)
STATS_ROWS: tuple[type[Model], ...] = (DayRow, FoldedRow)
