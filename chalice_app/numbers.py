"""Whole numbers as they come in texts: in a form, or in the query of a call.

Apart from `formats.py`, so that a cold start that only reads a card loads no catalogue.
"""

import re

_WHOLE = re.compile(r"[0-9]{1,12}")


def read_whole(typed: str) -> int | None:
    """A typed whole number of at most 12 digits; None for what is none."""
    return int(typed) if _WHOLE.fullmatch(typed) else None
