"""Writes equal values as equal bytes, so that their hashes agree everywhere and for ever."""

import hashlib
import json
from collections.abc import Mapping

FINGERPRINT_BYTES = 16


def canonical(value: Mapping[str, object]) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces.

    Floats are refused: two machines may write them differently.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(operation: str, request: Mapping[str, object]) -> bytes:
    """16 bytes that tell one request from another under the same idempotency key."""
    return hashlib.sha256(operation.encode() + b"\n" + canonical(request)).digest()[
        :FINGERPRINT_BYTES
    ]


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON has no floats")
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)
