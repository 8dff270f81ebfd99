"""A token opens its own card and nothing else, and one kind does not give the other."""

from hypothesis import assume, given
from hypothesis import strategies as st

from wallet.domain.ids import CardId, encode_id, is_id
from wallet.domain.tokens import apple_token, card_of_link, link_token, same

SECRET = st.binary(min_size=16, max_size=16)
CARD = CardId(encode_id(b"card" * 4))


@given(SECRET)
def test_apples_token_is_long_enough_and_needs_no_escaping(secret: bytes) -> None:
    token = apple_token(secret)
    assert len(token) == 44
    assert token.isascii()
    assert token.isalnum()
    assert token == apple_token(secret)


@given(SECRET, SECRET)
def test_two_cards_have_two_tokens(one: bytes, other: bytes) -> None:
    assume(one != other)
    assert not same(apple_token(one), apple_token(other))
    assert not same(link_token(CARD, one), link_token(CARD, other))


@given(SECRET)
def test_a_link_names_its_card_and_does_not_hold_apples_token(secret: bytes) -> None:
    token = link_token(CARD, secret)
    assert card_of_link(token) == CARD
    card, _, proof = token.partition("-")
    assert is_id(card)
    assert is_id(proof)
    assert proof not in apple_token(secret)


@given(st.text())
def test_a_made_up_link_names_nothing_or_a_well_formed_id(token: str) -> None:
    card = card_of_link(token)
    assert card is None or is_id(card)


def test_the_proof_is_not_looked_at_when_a_link_is_split() -> None:
    assert card_of_link(f"{CARD}-{'0' * 22}") == CARD
    assert card_of_link(f"{CARD}-{'0' * 21}") is None
    assert card_of_link(CARD) is None


def test_same_is_equality_and_takes_any_text() -> None:
    assert same("pieczątka", "pieczątka")
    assert not same("", "a")
    assert not same("a" * 10_000, "a")
    assert same("", "")


def test_tokens_stay_what_they_are() -> None:
    # Passes in the field carry them; Apple forbids to change one.
    secret = bytes(range(16))
    assert apple_token(secret) == "2p3DoJQCrRMDb28vrbqikJ7ddoZ3fu5SJtijIuv7huSA"
    assert link_token(CARD, secret) == f"{CARD}-0Ab0kK07vDqW86T9WzHlol"
