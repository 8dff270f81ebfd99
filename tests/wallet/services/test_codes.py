"""A single-use code: worth its action once, to whoever is first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop, same
from wallet.domain.cards import Card, Status
from wallet.domain.errors import (
    CardNotActiveError,
    CodeUsedError,
    InvalidError,
    NotFoundError,
)
from wallet.domain.ids import MerchantId, ProgramId
from wallet.services.adjust import close_card
from wallet.services.codes import Code
from wallet.services.commit import Committed
from wallet.services.earn import earn_by_code

PROGRAM = made.program(
    rules=[{"id": "poll", "kind": "action", "action": "answered", "points": 25}]
)
ENDS = made.NOW + timedelta(days=7)
CODES = [
    Code(
        code="7K3M-Q2ZT-4H", program_id=PROGRAM.id, action="answered", batch="b", expires_at=ENDS
    ),
    Code(code="0000-0000-01", program_id=PROGRAM.id, action="gone", batch="b"),
    Code(code="0000-0000-02", program_id=ProgramId("other"), action="answered", batch="b"),
]


@pytest.fixture
def shop() -> Shop:
    shop = Shop(PROGRAM)
    shop.ledger.codes.add_codes(made.MERCHANT, CODES)
    return shop


def use(shop: Shop, key: str, typed: str = "7K3M-Q2ZT-4H", card: Card | None = None) -> Committed:
    card_id = (card or shop.card).id
    return earn_by_code(shop.books, shop.ledger.codes, shop.act(key), card_id, typed)


def test_a_code_gives_once(shop: Shop) -> None:
    first = use(shop, "key")
    assert first.entry.points == 25
    assert same(first, use(shop, "key"))
    for card in (shop.card, shop.new_card()):
        with pytest.raises(CodeUsedError):
            use(shop, "another", card=card)
    code = shop.ledger.codes.code(made.MERCHANT, CODES[0].code)
    assert code == replace(CODES[0], used_by=first.entry.id)
    assert audit(shop.ledger, shop.card.id).card.state.points == 25


def test_a_code_may_be_typed_as_people_type(shop: Shop) -> None:
    assert use(shop, "key", " 7k3m q2zt4h").entry.points == 25


def test_of_two_with_one_code_the_first_has_it(shop: Shop) -> None:
    other = shop.new_card()
    shop.ledger.conflicts = 1
    shop.ledger.between = lambda: use(shop, "rival", card=other)
    with pytest.raises(CodeUsedError):
        use(shop, "key")
    assert (shop.state().points, shop.state(other).points) == (0, 25)


def test_a_code_ends(shop: Shop) -> None:
    shop.now = ENDS
    assert use(shop, "in time").entry.points == 25
    late = Shop(PROGRAM, now=ENDS + timedelta(milliseconds=1))
    late.ledger.codes.add_codes(made.MERCHANT, CODES)
    with pytest.raises(CodeUsedError):
        use(late, "late")


@pytest.mark.parametrize("typed", ["", "code", "7K3M-Q2ZT-4J", "7K3M-Q2ZT-4H-1"])
def test_what_is_no_code_is_not_found(shop: Shop, typed: str) -> None:
    with pytest.raises(NotFoundError):
        use(shop, "key", typed)


def test_a_code_of_another_is_none_of_ours(shop: Shop) -> None:
    stranger = MerchantId(made.new_id())
    theirs = replace(made.card(PROGRAM), merchant_id=stranger)
    shop.ledger.put(theirs)
    act = replace(shop.act("key"), merchant_id=stranger)
    with pytest.raises(NotFoundError):
        earn_by_code(shop.books, shop.ledger.codes, act, theirs.id, CODES[0].code)
    assert use(shop, "ours").entry.points == 25


def test_a_refused_code_is_not_used_up(shop: Shop) -> None:
    for code in CODES[1:]:
        with pytest.raises(InvalidError):
            use(shop, "key", code.code)
    close_card(shop.books, shop.act("close"), shop.card.id, Status.CLOSED, reason=None)
    with pytest.raises(CardNotActiveError):
        use(shop, "closed")
    assert use(shop, "open", card=shop.new_card()).entry.points == 25
