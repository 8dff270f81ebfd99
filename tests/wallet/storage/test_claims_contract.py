"""What a commit claims outside its card, and commits of two cards: in memory and in DynamoDB."""

from dataclasses import replace

import pytest

from tests.audit import audit
from tests.faults.crowd import at_once
from tests.wallet.services import made
from tests.wallet.storage.conftest import Kit
from wallet.domain.cards import Card
from wallet.domain.entries import Reversed
from wallet.domain.ids import EntryId, MerchantId
from wallet.domain.purchases import Item, Purchase
from wallet.services.codes import Code
from wallet.services.ports import Change, Claim, Receipt, Refused, Stock, UsedCode, Written

PROGRAM = made.program()
CROWD = 16


@pytest.fixture
def card(kit: Kit) -> Card:
    return new_card(kit)


def new_card(kit: Kit) -> Card:
    card = made.card(PROGRAM)
    kit.put_head(card)
    return card


def claiming(card: Card, key: str, *claims: Claim) -> Change:
    return replace(made.change(PROGRAM, card, key), claims=claims)


def standing(change: Change) -> Written:
    return Written(entry=change.entry, fingerprint=change.fingerprint)


def receipt() -> Receipt:
    return Receipt(merchant_id=made.MERCHANT, digest=made.new_id())


def piece(reward: str, most: int = 1, given: int = 1) -> Stock:
    return Stock(program_id=PROGRAM.id, reward_id=reward, given=given, most=most)


def a_code(kit: Kit) -> UsedCode:
    code = f"K{made.new_id()[-12:]}"
    kit.codes.add_codes(
        made.MERCHANT, [Code(code=code, program_id=PROGRAM.id, action="poll", batch="b")]
    )
    return UsedCode(merchant_id=made.MERCHANT, code=code)


def used_by(kit: Kit, claim: UsedCode) -> EntryId | None:
    code = kit.codes.code(claim.merchant_id, claim.code)
    assert code is not None
    return code.used_by


def test_a_receipt_is_the_entrys_that_was_first(kit: Kit, card: Card) -> None:
    claim = receipt()
    assert kit.ledger.receipt(claim) is None
    first = claiming(card, "1", claim)
    assert kit.ledger.append(first) == "written"
    assert kit.ledger.receipt(claim) == first.entry.id
    refused = Refused(claim=claim, standing=first.entry.id)
    for late in (claiming(first.after, "2", claim), claiming(new_card(kit), "3", claim)):
        assert kit.ledger.append(late) == refused
        assert kit.ledger.entry(late.entry.id) is None
    others = replace(claim, merchant_id=MerchantId(made.new_id()))
    assert kit.ledger.append(claiming(first.after, "4", others)) == "written"
    assert len(audit(kit.ledger, card.id).entries) == 2


def test_a_piece_is_given_while_there_is_one(kit: Kit, card: Card) -> None:
    reward, now = made.new_id(), card
    assert kit.stocks.given(PROGRAM.id, reward) == 0
    for number in range(2):
        change = claiming(now, f"{number}", piece(reward, most=2))
        assert kit.ledger.append(change) == "written"
        now = change.after
    late = claiming(now, "late", piece(reward, most=2))
    assert kit.ledger.append(late) == Refused(claim=late.claims[0])
    assert kit.stocks.given(PROGRAM.id, reward) == 2
    # One comes back, and goes again; then there are more in all, and then fewer than were given.
    for most, given in ((2, -1), (2, 1), (3, 1), (1, -1)):
        change = claiming(now, made.new_id(), piece(reward, most=most, given=given))
        assert kit.ledger.append(change) == "written"
        now = change.after
    fewer = claiming(now, "fewer", piece(reward, most=1))
    assert kit.ledger.append(fewer) == Refused(claim=fewer.claims[0])
    assert kit.stocks.given(PROGRAM.id, reward) == 2


def test_a_code_is_used_once(kit: Kit, card: Card) -> None:
    claim = a_code(kit)
    first = claiming(card, "1", claim)
    assert kit.ledger.append(first) == "written"
    assert used_by(kit, claim) == first.entry.id
    late = claiming(first.after, "2", claim)
    assert kit.ledger.append(late) == Refused(claim=claim)
    assert used_by(kit, claim) == first.entry.id
    nobodys = claiming(first.after, "3", replace(claim, code="none"))
    assert kit.ledger.append(nobodys) == Refused(claim=nobodys.claims[0])
    assert kit.codes.code(made.MERCHANT, "none") is None


def test_a_key_that_stands_is_told_before_any_claim(kit: Kit, card: Card) -> None:
    """The request's own first try has what it claims."""
    claims = (a_code(kit), piece(made.new_id()), receipt())
    change = claiming(card, "1", *claims)
    assert kit.ledger.append(change) == "written"
    assert kit.ledger.append(change) == standing(change)
    again = claiming(change.after, "1", *claims)
    assert kit.ledger.append(again) == standing(change)
    assert kit.stocks.given(PROGRAM.id, claims[1].reward_id) == 1


@pytest.mark.parametrize("broken", range(3))
def test_of_several_claims_the_one_is_named_that_does_not_hold(
    kit: Kit, card: Card, broken: int
) -> None:
    def claims() -> list[Claim]:
        return [a_code(kit), piece(made.new_id()), receipt()]

    first = claiming(card, "1", *claims())
    assert kit.ledger.append(first) == "written"
    mixed = claims()
    mixed[broken] = first.claims[broken]
    late = kit.ledger.append(claiming(first.after, "2", *mixed))
    assert isinstance(late, Refused)
    assert late.claim == first.claims[broken]
    # Beside a basket and a mark as well.
    purchase = Purchase(amount=1, currency="EUR", items=(Item(sku="a"),))
    change = claiming(first.after, "3", *mixed)
    full = replace(
        change,
        basket=purchase,
        mark=(Reversed(), Reversed(amount=1)),
        entry=replace(change.entry, reverses=first.entry.id),
    )
    late = kit.ledger.append(full)
    assert isinstance(late, Refused)
    assert late.claim == first.claims[broken]
    assert kit.ledger.basket(full.entry.id) is None
    assert kit.ledger.mark(first.entry.id) == Reversed()


def test_a_conflict_leaves_the_claims_to_others(kit: Kit, card: Card) -> None:
    code, stock, sale = a_code(kit), piece(made.new_id()), receipt()
    moved = made.change(PROGRAM, card, "1")
    assert kit.ledger.append(moved) == "written"
    assert kit.ledger.append(claiming(card, "2", code, stock, sale)) == "conflict"
    assert kit.ledger.receipt(sale) is None
    assert used_by(kit, code) is None
    assert kit.stocks.given(PROGRAM.id, stock.reward_id) == 0
    assert kit.ledger.append(claiming(moved.after, "2", code, stock, sale)) == "written"


def first_of(kit: Kit, changes: list[Change]) -> list[Change]:
    """Those that came through when all were committed at once, each until it was told."""

    def told(number: int) -> object:
        while (said := kit.ledger.append(changes[number])) == "conflict":
            pass
        return said

    done, failed = at_once(len(changes), told)
    assert not failed
    assert all(each == "written" or isinstance(each, Refused) for each in done)
    return [change for change, each in zip(changes, done, strict=True) if each == "written"]


def test_many_who_want_the_last_pieces_get_no_more_than_there_are(kit: Kit) -> None:
    reward = made.new_id()
    changes = [claiming(new_card(kit), "1", piece(reward, most=3)) for _ in range(CROWD)]
    assert len(first_of(kit, changes)) == 3
    assert kit.stocks.given(PROGRAM.id, reward) == 3


def test_pieces_that_go_and_come_are_never_more_than_all(kit: Kit) -> None:
    reward, most = made.new_id(), 4
    taken = [claiming(new_card(kit), "1", piece(reward, most=most)) for _ in range(CROWD)]
    had = first_of(kit, taken)
    assert len(had) == most
    back = [claiming(each.after, "2", piece(reward, most=most, given=-1)) for each in had]
    again = [claiming(new_card(kit), "1", piece(reward, most=most)) for _ in range(CROWD - most)]
    through = first_of(kit, [*back, *again])
    # Whatever goes in between, what is given back always finds its place.
    assert {each.entry.id for each in back} <= {each.entry.id for each in through}
    assert kit.stocks.given(PROGRAM.id, reward) == len(through) - most <= most


def test_of_two_with_one_code_one_wins(kit: Kit) -> None:
    for _ in range(4):
        claim = a_code(kit)
        (winner,) = first_of(kit, [claiming(new_card(kit), "1", claim) for _ in range(2)])
        assert used_by(kit, claim) == winner.entry.id


def test_of_many_with_one_receipt_one_wins(kit: Kit) -> None:
    claim = receipt()
    (winner,) = first_of(kit, [claiming(new_card(kit), "1", claim) for _ in range(CROWD)])
    assert kit.ledger.receipt(claim) == winner.entry.id


def test_two_cards_change_together(kit: Kit, card: Card) -> None:
    other = new_card(kit)
    one, two = made.change(PROGRAM, card, "1"), made.change(PROGRAM, other, "1", points=5)
    assert kit.ledger.append(one, two) == "written"
    assert audit(kit.ledger, card.id).card == one.after
    assert audit(kit.ledger, other.id).card == two.after
    assert kit.ledger.append(one, two) == standing(one)


@pytest.mark.parametrize("stale", [0, 1])
def test_if_either_card_has_moved_on_neither_changes(kit: Kit, card: Card, stale: int) -> None:
    cards = [card, new_card(kit)]
    rival = made.change(PROGRAM, cards[stale], "rival")
    assert kit.ledger.append(rival) == "written"
    pair = [made.change(PROGRAM, each, "1") for each in cards]
    assert kit.ledger.append(*pair) == "conflict"
    cards[stale] = rival.after
    assert [kit.ledger.head(each.id) for each in cards] == cards
    assert [kit.ledger.entry(each.entry.id) for each in pair] == [None, None]


@pytest.mark.parametrize("used", [0, 1])
def test_a_key_that_either_card_has_used_is_told(kit: Kit, card: Card, used: int) -> None:
    cards = [card, new_card(kit)]
    before = made.change(PROGRAM, cards[used], "1")
    assert kit.ledger.append(before) == "written"
    cards[used] = before.after
    pair = [made.change(PROGRAM, each, "1", points=9) for each in cards]
    assert kit.ledger.append(*pair) == standing(before)
    assert [kit.ledger.head(each.id) for each in cards] == cards


def test_pairs_that_cross_are_both_made_in_the_end(kit: Kit) -> None:
    """Of two transactions over the same two cards one is first; neither is half made."""
    cards = [new_card(kit), new_card(kit)]

    def pair(number: int) -> None:
        done: object = "conflict"
        while done == "conflict":
            heads = [kit.ledger.head(each.id) for each in cards]
            changes = [made.change(PROGRAM, each, f"{number}") for each in heads if each]
            done = kit.ledger.append(*(changes if number % 2 else reversed(changes)))
        assert done == "written"

    _, failed = at_once(8, pair)
    assert not failed
    for each in cards:
        assert audit(kit.ledger, each.id).card.state.points == 8
