"""The documents of quotes and explanations."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from chalice_app.schemas import Balance, CardOut, Earn, LineOut, ShortText
from wallet.domain.bounds import GIVEN_MAX

_REFUSAL = "the problem document that the request itself would get, without its status"


class Quote(Earn, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of what an earn or a redeem takes; `spend` points are a redeem's `points`."""

    reward_id: ShortText | None = None
    offer_id: ShortText | None = None
    spend: Annotated[int, Meta(ge=1, le=GIVEN_MAX)] | None = None
    confirmed: bool = False


class TextOut(Struct):
    """The same in each language."""

    en: str
    pl: str
    hu: str


class StepOut(Struct):
    """A step on the way to an entry: about a rule or a limit, or about the whole (null).

    The steps of a rule add up to its line in the entry.
    """

    rule_id: str | None
    points: int
    stamps: int
    text: TextOut


class QuotedEntry(Struct):
    """The entry that there would be."""

    kind: str
    points: int
    stamps: int
    balance_after: Balance
    lines: list[LineOut]
    program_version: int


class QuoteOut(Struct):
    """What would happen. `entry` or `refusal` is null; `card` as it would be, or as it is."""

    entry: QuotedEntry | None
    card: CardOut
    explanation: list[StepOut]
    refusal: Annotated[dict[str, Any], Meta(description=_REFUSAL)] | None


class ExplanationOut(Struct):
    """How an entry came about.

    `agrees`: counted again from the history, it comes out the same.
    """

    entry_id: str
    program_version: int
    steps: list[StepOut]
    agrees: bool
