"""What is done to a card beside earning and redeeming, as the API takes it; and codes."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalice_app.schemas import ActionName, CardOut, ShortText, Time
from wallet.domain.bounds import GIVEN_MAX
from wallet.domain.spending import HOLD_MINUTES_MAX

CODES_MAX = 1_000
_CHANGE = Annotated[int, Meta(ge=-GIVEN_MAX, le=GIVEN_MAX, description="not 0")]
_REASON = Annotated[str, Meta(min_length=1, max_length=64)]
_CONTACT = Annotated[str, Meta(min_length=1, max_length=254)]


class Nothing(Struct, forbid_unknown_fields=True):
    """There is nothing to say."""


class Hold(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Puts a reward by: it comes back after so many minutes, unless it is captured."""

    reward_id: ShortText
    minutes: Annotated[int, Meta(ge=1, le=HOLD_MINUTES_MAX)]
    confirmed: bool = False


class Adjust(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of `points` and `stamps`, more or fewer; why stands in the entry."""

    reason: _REASON
    points: _CHANGE | None = None
    stamps: _CHANGE | None = None


class GiveOffer(Struct, forbid_unknown_fields=True):
    """An offer of the programme, by its id there."""

    offer_id: ShortText


class Close(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Closed for its holder, or void for the merchant."""

    status: Literal["closed", "void"]
    reason: _REASON | None = None


class Merge(Struct, forbid_unknown_fields=True):
    """The card that is emptied into this one."""

    card_id: ShortText


class Search(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of `email`, `phone`, `code` and `barcode`."""

    email: _CONTACT | None = None
    phone: _CONTACT | None = None
    code: _CONTACT | None = None
    barcode: _CONTACT | None = None


class Found(Struct):
    """The cards of whoever has that contact, or the one that was shown."""

    cards: list[CardOut]


class MakeCodes(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """So many single-use codes, each worth one action."""

    action: ActionName
    count: Annotated[int, Meta(ge=1, le=CODES_MAX)]
    expires_at: Time | None = None


class Codes(Struct):
    """Single-use codes, to be printed or mailed."""

    codes: list[str]
