"""What DynamoDB bills for items of which the size is known.

No engine is asked: those that run here bill wrongly (DynamoDB Local reports 4 units for a
transaction of three items, where AWS bills 6). The rules are the published ones:

    sizes   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    units   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    index   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
"""

from collections.abc import Mapping
from typing import Any

from pynamodb.models import Model

UNIT_BYTES = 1_024
_READ_UNIT_BYTES = 4_096
_TRANSACTIONAL = 2

Stored = Mapping[str, Mapping[str, Any]]


def item_bytes(item: Stored) -> int:
    """The size of an item in the engine's own form, names included."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    """The size of an attribute's value, of the kinds that head and entries have."""
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "B":
            return len(held)
        case "N":
            return _number_bytes(held)
        case "BOOL":
            return 1
        case _:
            raise ValueError(f"no item of a commit has values of kind {kind}")


def _number_bytes(text: str) -> int:
    """About a byte for two significant digits, and one more.

    What the published rule leaves open is as DynamoDB Local, Amazon's own engine, has it: pairs of
    digits are counted from the point, and a minus costs one byte.
    """
    whole, _, fraction = text.lstrip("-").partition(".")
    digits = "0" * (len(whole) % 2) + whole + fraction + "0" * (len(fraction) % 2)
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    while pairs and pairs[0] == "00":
        pairs.pop(0)
    return len(pairs) + 1 + text.startswith("-")


def write_units(*sizes: int) -> int:
    """Of one transaction that writes items of these sizes."""
    return sum(_TRANSACTIONAL * _rounded(size, UNIT_BYTES) for size in sizes)


def index_units(size: int) -> int:
    """Of putting an item of this size, as projected, into a local secondary index."""
    return _rounded(size, UNIT_BYTES)


def read_units(*sizes: int) -> int:
    """Of strongly consistent reads of single items; one that does not exist costs as well."""
    return sum(_rounded(size, _READ_UNIT_BYTES) for size in sizes)


def _rounded(size: int, unit: int) -> int:
    return max(1, -(-size // unit))


def stored(row: Model) -> Stored:
    """The item as it goes over the wire, attributes that are not set left out."""
    item: Stored = row.serialize()
    return item
