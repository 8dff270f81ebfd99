"""The rows of merchants: programs, keys, tills, hooks and what these told of."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from wallet.storage.rows.core import CoreRow


class ProgramRow(CoreRow):
    """Which versions of a program are in force: pairs of a time and a version, as JSON."""

    class Meta(CoreRow.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    newest = NumberAttribute(attr_name="v")
    in_force = UnicodeAttribute(attr_name="e")


class VersionRow(CoreRow):
    """One version of a program; the document as JSON."""

    class Meta(CoreRow.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    version = NumberAttribute(attr_name="v")
    design_version = NumberAttribute(attr_name="dv")
    effective = NumberAttribute(attr_name="e")
    timed_since = NumberAttribute(attr_name="ts", null=True)
    document = UnicodeAttribute(attr_name="d")


class MerchantRow(CoreRow):
    """A merchant."""

    class Meta(CoreRow.Meta):
        pass

    name = UnicodeAttribute(attr_name="nm")
    locale = UnicodeAttribute(attr_name="l")
    created = NumberAttribute(attr_name="c")


class ApiKeyRow(CoreRow):
    """An API key, without its secret."""

    class Meta(CoreRow.Meta):
        pass

    key_id = UnicodeAttribute(attr_name="i")
    name = UnicodeAttribute(attr_name="nm")
    scope = UnicodeAttribute(attr_name="sc")
    hint = UnicodeAttribute(attr_name="ht")
    created = NumberAttribute(attr_name="c")
    revoked = NumberAttribute(attr_name="z", null=True)


class TillRow(CoreRow):
    """A till, and the digest of its session."""

    class Meta(CoreRow.Meta):
        pass

    name = UnicodeAttribute(attr_name="nm")
    location = UnicodeAttribute(attr_name="o", null=True)
    session = UnicodeAttribute(attr_name="ss")
    created = NumberAttribute(attr_name="c")
    revoked = NumberAttribute(attr_name="z", null=True)


class OwnedProgramRow(CoreRow):
    """That a merchant has a program."""

    class Meta(CoreRow.Meta):
        pass

    created = NumberAttribute(attr_name="c")


class OwnerRow(CoreRow):
    """That somebody owns a merchant, and their e-mail, encrypted."""

    class Meta(CoreRow.Meta):
        pass

    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    created = NumberAttribute(attr_name="c")


class HookRow(CoreRow):
    """A hook, its secrets encrypted."""

    class Meta(CoreRow.Meta):
        pass

    merchant = UnicodeAttribute(attr_name="m")
    program = UnicodeAttribute(attr_name="p", null=True)
    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    old_sealed = BinaryAttribute(attr_name="od", legacy_encoding=False, null=True)
    created = NumberAttribute(attr_name="c")
    rotated = NumberAttribute(attr_name="r", null=True)
    revoked = NumberAttribute(attr_name="z", null=True)


class SaleRow(CoreRow):
    """A sale that a hook told of; without a card until it is matched."""

    class Meta(CoreRow.Meta):
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
    packed = BinaryAttribute(attr_name="b", legacy_encoding=False, null=True)


class RefundRow(CoreRow):
    """A refund of a sale; done once the card has followed."""

    class Meta(CoreRow.Meta):
        pass

    refund_id = UnicodeAttribute(attr_name="f")
    amount = NumberAttribute(attr_name="am")
    created = NumberAttribute(attr_name="c")
    done = BooleanAttribute(attr_name="z", null=True)
    card = UnicodeAttribute(attr_name="g", null=True)
