"""The rewards and offers of a document."""

import re
from collections.abc import Mapping

from wallet.domain.document.conditions import AMOUNT_MAX, ID, WHEN_HAD
from wallet.domain.document.notes import Notes
from wallet.domain.document.records import Field, Kinds, Record, needed
from wallet.domain.document.rules import GIVEN_MAX
from wallet.domain.document.shapes import Choice, Flag, Text, Whole, Words
from wallet.domain.programs import Cost, Offer, Often, Reward
from wallet.domain.vocabulary import Per, RewardKind

REWARDS_MAX = 40
OFFERS_MAX = 40
COST_MAX = 1_000_000
STOCK_MAX = 1_000_000_000
OFTEN_MAX = 1_000
OFFER_DAYS_MAX = 3_650

_URL = Text(
    # No user in front of the host: a link is to lead where it seems to lead.
    re.compile(r"(?=.{9,500}\Z)https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?"),
    "must be an address such as https://example.com/code, of at most 500 characters",
)
_FIELDS: Mapping[str, tuple[Field, ...]] = {
    **dict.fromkeys(RewardKind, ()),
    # Documents of the first release say no amount and no percentage.
    RewardKind.AMOUNT_OFF: (Field("amount", Whole(AMOUNT_MAX)),),
    RewardKind.PERCENT_OFF: (Field("percent", Whole(100)),),
    RewardKind.BONUS_POINTS: (needed("points", Whole(GIVEN_MAX)),),
    RewardKind.DONATION: (needed("amount", Whole(AMOUNT_MAX)), needed("cause", Words())),
    RewardKind.EXTERNAL: (needed("url", _URL),),
}
_NAMED = (needed("id", ID), needed("name", Words()), needed("kind", Choice(RewardKind)))


def _check_cost(notes: Notes, given: Mapping[str, object], _cost: Cost) -> None:
    if len(given) != 1:
        notes.refuse('must be {"points": n} or {"stamps": n}')


_COST = Record(
    of=Cost,
    fields=(Field("points", Whole(COST_MAX)), Field("stamps", Whole(COST_MAX))),
    check=_check_cost,
)
_OFTEN = Record(
    of=Often,
    fields=(
        needed("count", Whole(OFTEN_MAX)),
        needed("per", Choice(Per, without=(Per.VISIT,))),
    ),
)
REWARD = Kinds(
    Reward,
    (
        *_NAMED,
        needed("cost", _COST),
        Field("stock", Whole(STOCK_MAX)),
        Field("often", _OFTEN),
        Field("confirm", Flag()),
        Field("when", WHEN_HAD),
    ),
    _FIELDS,
)
OFFER = Kinds(Offer, (*_NAMED, needed("days", Whole(OFFER_DAYS_MAX))), _FIELDS)
