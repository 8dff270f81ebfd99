"""The rows of members: personal data, encrypted, and consents."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from wallet.storage.rows.core import CoreRow


class ByProgram(GlobalSecondaryIndex["MemberRow"]):  # type: ignore[no-untyped-call]
    """A program's members in the order in which they joined. Members never change with an earn."""

    class Meta:
        index_name = "by_program"
        projection = AllProjection()

    program = UnicodeAttribute(hash_key=True, attr_name="gp")
    created = NumberAttribute(range_key=True, attr_name="gc")


class MemberRow(CoreRow):
    """A member's personal data, encrypted, and the card that they hold."""

    class Meta(CoreRow.Meta):
        pass

    by_program = ByProgram()
    merchant = UnicodeAttribute(attr_name="m")
    program = UnicodeAttribute(attr_name="gp")
    card = UnicodeAttribute(attr_name="g")
    sealed = BinaryAttribute(attr_name="d", legacy_encoding=False)
    created = NumberAttribute(attr_name="gc")


class ConsentRow(CoreRow):
    """A consent that a member gave or took back, in the words that they read."""

    class Meta(CoreRow.Meta):
        pass

    kind = UnicodeAttribute(attr_name="k")
    given = BooleanAttribute(attr_name="y")
    text = UnicodeAttribute(attr_name="x")
    language = UnicodeAttribute(attr_name="l")
    at = NumberAttribute(attr_name="c")
