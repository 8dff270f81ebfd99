"""The rows of the two tables besides the core: edge and stats."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


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
    donated = NumberAttribute(attr_name="dn", null=True)
    lapsed = NumberAttribute(attr_name="lp", null=True)


class FoldedRow(_Stats):
    """The newest entry of a card that has been counted."""

    class Meta(_Stats.Meta):
        pass

    seq = NumberAttribute(attr_name="q")
