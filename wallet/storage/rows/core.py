"""What all rows of the core table share, and the one row that many things are."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class CoreRow(Model):
    """A row of the core table."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class PointerRow(CoreRow):
    """Leads from a barcode, a typed code, a finder or an idempotency key to what it stands for."""

    class Meta(CoreRow.Meta):
        pass

    target = UnicodeAttribute(attr_name="g")
    version = NumberAttribute(attr_name="v", null=True)
    fingerprint = BinaryAttribute(attr_name="fp", legacy_encoding=False, null=True)
