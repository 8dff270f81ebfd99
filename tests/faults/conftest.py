"""Some days in a shop, as the stream tells of them."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.deliveries import Records
from tests.world import Shop, World
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.purchases import Gift, Purchase
from wallet.services.earn import Circumstances, earn
from wallet.services.redeem import redeem_reward
from wallet.services.reverse import reverse

CHANGES = 70
MIDNIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)  # in Warsaw; in Dublin an hour is left


@pytest.fixture(scope="module")
def shop(world: World) -> Shop:
    return world.shop()


@pytest.fixture(scope="module")
def story(world: World, shop: Shop) -> Records:
    """What the stream holds after some days in the shop."""
    chance = random.Random(7)  # noqa: S311  a seed, to be repeated
    cards = [shop.card(program) for program in (shop.stamps, shop.points) for _ in range(3)]
    for number in range(CHANGES):
        happen(shop, chance.choice(cards), f"{number}", chance)
    return world.stream().new()


def happen(shop: Shop, card: Card, key: str, chance: random.Random) -> None:
    """One thing that happens to a card; now and then under a key that was used before."""
    books, act = runtime.books(), shop.act(key)
    at = MIDNIGHT + timedelta(minutes=chance.randrange(-180, 180))
    program = shop.stamps if card.program_id == shop.stamps.id else shop.points
    purchase = Purchase(amount=chance.randrange(1, 9_000), currency=program.currency)
    gift = Gift(stamps=15) if program is shop.stamps else Gift(points=60)
    entries, _ = runtime.ledger().entries(card.id, before=None, limit=1)
    kind = chance.choice(["buy", "buy", "gift", "redeem", "reverse"]) if entries else "gift"
    if kind == "buy":
        earn(books, act, card.id, purchase, Circumstances(occurred_at=at))
        earn(books, act, card.id, purchase, Circumstances(occurred_at=at))
    elif kind == "redeem" and entries[0].kind == "earn" and entries[0].amount is None:
        redeem_reward(books, act, card.id, program.rewards[0].id)
    elif kind == "reverse" and entries[0].amount and entries[0].kind == "earn":
        part = max(1, entries[0].amount // 2)
        reverse(books, act, entries[0].id, refund=part)
        reverse(books, shop.act(f"{key} rest"), entries[0].id)
    else:
        earn(books, act, card.id, gift, Circumstances(occurred_at=at))
