"""Opens a program for a merchant who does not want to think of an id: it is made from the name."""

import hashlib
import re
import unicodedata

from wallet.domain.errors import ContentionError, NotFoundError
from wallet.domain.ids import ProgramId
from wallet.domain.programs import Terms
from wallet.services.commit import Act
from wallet.services.ports import Programs
from wallet.services.put_program import Published, put_program

_TRIES = 5
_SLUG_CHARS_MAX = 40
_ENDING_CHARS = 4
# No i, l, o and u: an address that is read aloud has one spelling.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Letters that Unicode does not take for a plain one with a mark.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
_NO_LETTERS = "card"


def open_program(programs: Programs, act: Act, terms: Terms) -> Published:
    """Publishes the first version of a new program, once for an idempotency key.

    Raises KeyReusedError, as `put_program` does.
    """
    before = programs.published(act.merchant_id, act.digest)
    if before:
        return put_program(programs, act, before[0], terms)
    for turn in range(_TRIES):
        program_id = made_id(terms.name, act.digest, turn)
        if programs.newest(program_id) is not None:
            continue
        try:
            return put_program(programs, act, program_id, terms)
        except NotFoundError:  # another merchant took the id a moment ago
            continue
    raise ContentionError(terms.name)


def made_id(name: str, digest: str, turn: int) -> ProgramId:
    """`kawiarnia-lipowa-7k3m`: the name in plain letters, and four characters of the digest."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    letters = plain.encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", letters)[:_SLUG_CHARS_MAX].strip("-") or _NO_LETTERS
    number = int.from_bytes(hashlib.sha256(f"{digest}\n{turn}".encode()).digest())
    ending = "".join(_ALPHABET[number >> (5 * i) & 31] for i in range(_ENDING_CHARS))
    return ProgramId(f"{slug}-{ending}")
