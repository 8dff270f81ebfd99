"""Tills: paired by a code that works once, listed, renamed, revoked.

The owner shows the code (as a QR or to be typed); the browser that sends it back becomes a till
of the merchant. A code is 50 random bits and lives ten minutes: who tries a million a second in
all that time finds one in a million tries at it. Revoking closes the till's session at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.ids import ID_BYTES, MerchantId, encode_code, encode_id, is_id, normal_code
from wallet.domain.program_document import clean_text
from wallet.domain.tills import NAME_CHARS_MAX, Till, TillId
from wallet.domain.times import cut
from wallet.services.ports import Chance
from wallet.services.sessions import (
    Edge,
    SessionKind,
    close_session,
    keep_ticket,
    look_at_ticket,
    open_session,
    take_ticket,
)

PAIRING_LIFETIME = timedelta(minutes=10)
_PURPOSE = "pair"
_CODE_BYTES = 7


class Tills(Protocol):
    """The tills of merchants."""

    def add(self, till: Till) -> None:
        """Keeps a new till."""

    def till(self, merchant_id: MerchantId, till_id: TillId) -> Till | None:
        """One till, revoked or not."""

    def tills(self, merchant_id: MerchantId) -> Sequence[Till]:
        """All tills, revoked ones too, oldest first."""

    def rename(self, merchant_id: MerchantId, till_id: TillId, name: str) -> bool:
        """Gives a till another name; False if there is no such till."""

    def revoke(self, merchant_id: MerchantId, till_id: TillId, now: datetime) -> bool:
        """Marks a till as revoked, at the first time it was; False if there is no such till."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tillbox:
    """What pairing needs."""

    tills: Tills
    edge: Edge
    chance: Chance


def start_pairing(
    box: Tillbox,
    merchant_id: MerchantId,
    *,
    now: datetime,
    lifetime: timedelta = PAIRING_LIFETIME,
) -> str:
    """A code, as `7K3M-Q2ZT-4H`, that makes one browser a till of the merchant."""
    code = encode_code(box.chance(_CODE_BYTES))
    keep_ticket(box.edge, _PURPOSE, code, {"merchant": merchant_id}, lifetime=lifetime, now=now)
    return code


def pairing_merchant(box: Tillbox, typed: str, *, now: datetime) -> MerchantId | None:
    """Whose till a code would make, without using it up; None for a code that does not hold."""
    code = normal_code(typed)
    found = look_at_ticket(box.edge, _PURPOSE, code, now=now) if code else None
    return MerchantId(found["merchant"]) if found else None


def pair(box: Tillbox, typed: str, *, name: str, now: datetime) -> tuple[str, Till] | None:
    """A new till and its session's token; None for a code that does not hold (any more).

    Raises InvalidError for a name that is none, and then the code still holds.
    """
    name = read_name(name)
    code = normal_code(typed)
    found = take_ticket(box.edge, _PURPOSE, code, now=now) if code else None
    if found is None:
        return None
    till_id = TillId(encode_id(box.chance(ID_BYTES)))
    merchant_id = MerchantId(found["merchant"])
    token, session = open_session(
        box.edge, box.chance, SessionKind.TILL, merchant_id, till_id, now=now
    )
    till = Till(
        id=till_id,
        merchant_id=merchant_id,
        name=name,
        session=session.digest,
        created_at=cut(now),
    )
    # Where this fails, the token has not left the house: its session opens nothing.
    box.tills.add(till)
    return token, till


def list_tills(tills: Tills, merchant_id: MerchantId) -> Sequence[Till]:
    """All tills of a merchant, revoked ones too, oldest first."""
    return tills.tills(merchant_id)


def rename_till(tills: Tills, merchant_id: MerchantId, till_id: TillId, name: str) -> None:
    """Gives a till another name. Raises InvalidError, NotFoundError."""
    name = read_name(name)
    if not is_id(till_id) or not tills.rename(merchant_id, till_id, name):
        raise NotFoundError("till")


def revoke_till(box: Tillbox, merchant_id: MerchantId, till_id: TillId, *, now: datetime) -> None:
    """Closes a till for good, from this moment on. Raises NotFoundError."""
    till = box.tills.till(merchant_id, till_id) if is_id(till_id) else None
    if till is None or not box.tills.revoke(merchant_id, till_id, cut(now)):
        raise NotFoundError("till")
    close_session(box.edge, SessionKind.TILL, till.session)


def read_name(typed: str) -> str:
    """A till's name as it is kept. Raises InvalidError for an empty or overlong one."""
    name = clean_text(typed)
    if not name:
        raise InvalidError("name", "is empty")
    if len(name) > NAME_CHARS_MAX:
        raise InvalidError("name", f"is longer than {NAME_CHARS_MAX} characters")
    return name
