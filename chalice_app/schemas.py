"""The documents of the API, in and out.

What validates a request also describes it in /openapi.json.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from wallet.domain.bounds import AMOUNT_MAX, GIVEN_MAX

ITEMS_MAX = 500
_REFERENCE = Annotated[str, Meta(min_length=1, max_length=64)]
_NAME = Annotated[str, Meta(max_length=200)]
# In Python, though not in JSON Schema, `$` lets a newline pass at the end.
_END = r"$(?!\n)"
_ID = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}" + _END)]
_AMOUNT = Annotated[int, Meta(ge=1, le=AMOUNT_MAX, description="minor units")]
_COUNT = Annotated[int, Meta(ge=1, le=GIVEN_MAX)]
Time = Annotated[str, Meta(description="RFC 3339, with Z or an offset")]
ActionName = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}" + _END)]
ShortText = Annotated[str, Meta(max_length=64)]


class Item(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A line of a basket; `amount` is that of all its pieces together."""

    sku: _NAME | None = None
    name: _NAME | None = None
    category: _NAME | None = None
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    amount: Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)] | None = None


class PurchaseIn(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What was paid."""

    amount: _AMOUNT
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}" + _END, description="ISO 4217")]
    reference: _REFERENCE | None = None
    tax: Annotated[int, Meta(ge=0, le=AMOUNT_MAX, description="minor units in it")] | None = None
    items: Annotated[list[Item], Meta(max_length=ITEMS_MAX)] | None = None


class Earn(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of `purchase`, `stamps`, `points`, `action` and `code`.

    `override` gives within the cool-down too; the entry says so.
    """

    purchase: PurchaseIn | None = None
    stamps: _COUNT | None = None
    points: _COUNT | None = None
    action: ActionName | None = None
    code: Annotated[str, Meta(max_length=64, description="a single-use code")] | None = None
    override: bool = False
    location_id: _ID | None = None
    occurred_at: Time | None = None


class Redeem(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of `reward_id`, `offer_id` and `points`.

    `confirmed`: a member of the staff agrees, where the reward asks for it.
    """

    reward_id: ShortText | None = None
    offer_id: ShortText | None = None
    points: _COUNT | None = None
    confirmed: bool = False
    location_id: _ID | None = None


class Reverse(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """All of the entry, or the part that `amount` minor units were refunded for."""

    amount: _AMOUNT | None = None


class MemberIn(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who the person is; every field may be left out."""

    name: Annotated[str, Meta(max_length=80)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: (
        Annotated[str, Meta(max_length=32, description="with + and the country's number")] | None
    ) = None
    birthday: Annotated[str, Meta(description="MM-DD")] | None = None
    locale: Literal["en", "hu", "pl"] | None = None


class Enrol(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A new member with a card."""

    member: MemberIn
    referral_code: Annotated[str, Meta(max_length=64)] | None = None


class Balance(Struct):
    """What a card holds."""

    points: int
    stamps: int
    stamps_target: int | None


class Expiry(Struct):
    """Points, or stamps, that end together; the other is 0."""

    at: str
    points: int
    stamps: int


class Tier(Struct):
    """Where a card stands."""

    id: str
    name: str
    sum: int
    until: str
    percent: int | None = None


class RewardOut(Struct):
    """A reward, and whether the card could have it now, its stock and the staff aside.

    The cost is {"points": n} or {"stamps": n}; what does not belong to its kind is null.
    """

    id: str
    name: str
    kind: str
    cost: dict[str, int]
    available: bool
    amount: int | None
    percent: int | None
    points: int | None
    url: str | None
    cause: str | None
    confirm: bool


class OfferOut(Struct):
    """A reward or discount given to this member for a time."""

    id: str
    name: str
    kind: str
    expires_at: str


class HoldOut(Struct):
    """A reward that is put by; `id` is that of the entry that did so."""

    id: str
    until: str


class Links(Struct):
    """Where the card's holder goes."""

    card: str
    apple: str
    google: str


class CardOut(Struct):
    """A card."""

    id: str
    program_id: str
    serial: str
    version: int
    balance: Balance
    pending: int
    owed: int
    carry: int
    tier: Tier | None
    expiries: list[Expiry]
    rewards: list[RewardOut]
    offers: list[OfferOut]
    barcode: str
    code: str
    updated_at: str
    links: Links
    status: Literal["active", "closed", "void", "merged"]
    merged_into: str | None
    referred_by: str | None
    visits: int
    holds: list[HoldOut]


class LineOut(Struct):
    """What one rule gave."""

    rule_id: str
    points: int
    stamps: int


class EntryOut(Struct):
    """An entry.

    `hash` = SHA-256(hash of the entry before + canonical JSON of this one without `hash`).
    `offer_id` and `settles` stand only in entries that have one.
    """

    v: int
    id: str
    seq: int
    kind: str
    points: int
    stamps: int
    balance_after: Balance
    lines: list[LineOut]
    program_version: int
    reason: str | None
    actor: str
    location_id: str | None
    reference: str | None
    amount: int | None
    currency: str | None
    basket: str | None
    reward_id: str | None
    reverses: str | None
    occurred_at: str
    created_at: str
    hash: str
    offer_id: str | UnsetType = UNSET
    settles: str | UnsetType = UNSET


class Voucher(Struct):
    """What a till has to do for what was redeemed; what does not belong to its kind is null.

    `receipt` is the line to print, in the card's language.
    """

    kind: str
    name: str | None = None
    amount: int | None = None
    currency: str | None = None
    percent: int | None = None
    points: int | None = None
    code: str | None = None
    url: str | None = None
    cause: str | None = None
    receipt: str = ""


class Outcome(Struct):
    """An entry, the card right after it, and what is to be done for it."""

    entry: EntryOut
    card: CardOut
    voucher: Voucher | None


class EntryPage(Struct):
    """Entries, newest first; `cursor` leads to the next page, null at the end."""

    entries: list[EntryOut]
    cursor: str | None


class ProblemOut(Struct):
    """RFC 9457. `field` and `faults` say what is wrong with a request."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    faults: list[dict[str, str]] | None = None
