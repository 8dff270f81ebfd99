"""The rows of cards: heads, entries and what belongs to an entry, phones, the agenda."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, LocalSecondaryIndex

from wallet.storage.rows.core import CoreRow


class HeadRow(CoreRow):
    """The head of a card."""

    class Meta(CoreRow.Meta):
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
    referred_by = UnicodeAttribute(attr_name="rb", null=True)


class BySeq(LocalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]
    """A card's entries in order. Sparse: only entries carry `q`."""

    class Meta:
        index_name = "by_seq"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True, attr_name="q")


class EntryRow(CoreRow):
    """An entry of the ledger."""

    class Meta(CoreRow.Meta):
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
    offer = UnicodeAttribute(attr_name="of", null=True)
    reverses = UnicodeAttribute(attr_name="rv", null=True)
    settles = UnicodeAttribute(attr_name="se", null=True)
    occurred = NumberAttribute(attr_name="oc")
    created = NumberAttribute(attr_name="c")
    card_version = NumberAttribute(attr_name="v")
    hash = BinaryAttribute(attr_name="h", legacy_encoding=False)
    fingerprint = BinaryAttribute(attr_name="fp", legacy_encoding=False)


class MarkRow(CoreRow):
    """How much of an entry has been reversed."""

    class Meta(CoreRow.Meta):
        pass

    amount = NumberAttribute(attr_name="am")
    whole = BooleanAttribute(attr_name="z")
    taken = BinaryAttribute(attr_name="tk", legacy_encoding=False, null=True)


class BasketRow(CoreRow):
    """What was in the basket of an entry, where the programme's rules look at it."""

    class Meta(CoreRow.Meta):
        pass

    packed = BinaryAttribute(attr_name="b", legacy_encoding=False)


class ReceiptRow(CoreRow):
    """The entry that a location's reference was counted in."""

    class Meta(CoreRow.Meta):
        pass

    entry = UnicodeAttribute(attr_name="e")


class StockRow(CoreRow):
    """How many pieces of a reward have been given."""

    class Meta(CoreRow.Meta):
        pass

    given = NumberAttribute(attr_name="g")


class CodeRow(CoreRow):
    """A single-use code, and the entry that used it."""

    class Meta(CoreRow.Meta):
        pass

    program = UnicodeAttribute(attr_name="p")
    action = UnicodeAttribute(attr_name="ac")
    batch = UnicodeAttribute(attr_name="b")
    expires = NumberAttribute(attr_name="x", null=True)
    entry = UnicodeAttribute(attr_name="e", null=True)


class DeviceRow(CoreRow):
    """A registration, under the card and under the device."""

    class Meta(CoreRow.Meta):
        pass

    push_token = UnicodeAttribute(attr_name="tk")
    registered = NumberAttribute(attr_name="c")


class PushedRow(CoreRow):
    """The pass version that phones have been told of."""

    class Meta(CoreRow.Meta):
        pass

    version = NumberAttribute(attr_name="v")


class AgendaRow(CoreRow):
    """A card under the time at which to look at it, or a place that has been reached."""

    class Meta(CoreRow.Meta):
        pass

    day = UnicodeAttribute(attr_name="d", null=True)
    after = UnicodeAttribute(attr_name="a", null=True)
