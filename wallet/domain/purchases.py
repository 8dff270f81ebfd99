"""What a card can earn by: a purchase with its basket, a gift by hand, an action by its name."""

from collections.abc import Iterable
from dataclasses import dataclass

from wallet.domain.programs import Earning, Items, Program
from wallet.domain.vocabulary import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a basket: so many pieces, for `amount` minor units together if that is known."""

    sku: str | None = None
    category: str | None = None
    quantity: int = 1
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What was paid, in minor units, `tax` of them tax; the shop's own reference.

    `items` is the basket, `basket` a digest of it. A visit of which nobody knows what was paid is
    a purchase of 0.
    """

    amount: int
    currency: str
    reference: str | None = None
    basket: str | None = None
    tax: int = 0
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """Exactly so many stamps or points, whatever the rules say; the other is 0."""

    points: int = 0
    stamps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something done other than buying, by the name that the programme's rules give it."""

    name: str


Award = Purchase | Gift | Action


def eligible_amount(purchase: Purchase, earning: Earning) -> int:
    """Minor units of a purchase that count: without excluded goods, and without tax on net."""
    excluded = sum_of(purchase.items, earning.excluded)
    return _on_basis(purchase, earning, max(purchase.amount - excluded, 0))


def amount_of(purchase: Purchase, earning: Earning, items: Items) -> int:
    """Minor units that went into these goods, as far as they count."""
    counting = (
        each for each in purchase.items if not earning.excluded.hold(each.sku, each.category)
    )
    bought = max(min(sum_of(counting, items), purchase.amount), 0)
    return min(_on_basis(purchase, earning, bought), eligible_amount(purchase, earning))


def pieces_of(purchase: Purchase, earning: Earning, items: Items) -> int:
    """Pieces of these goods in the basket, excluded ones left out."""
    return sum(
        each.quantity
        for each in purchase.items
        if items.hold(each.sku, each.category)
        and not earning.excluded.hold(each.sku, each.category)
    )


def reads_basket(program: Program) -> bool:
    """Whether any rule looks at what was bought, or at its tax."""
    earning = program.earning
    return (
        earning.basis is Basis.NET
        or bool(earning.excluded)
        or any(rule.items or rule.when.items for rule in program.rules)
    )


def sum_of(items: Iterable[Item], goods: Items) -> int:
    """Minor units of the lines that belong to the goods."""
    if not goods:
        return 0
    return sum(each.amount or 0 for each in items if goods.hold(each.sku, each.category))


def _on_basis(purchase: Purchase, earning: Earning, amount: int) -> int:
    if earning.basis is Basis.GROSS or not purchase.amount:
        return amount
    return amount * (purchase.amount - purchase.tax) // purchase.amount
