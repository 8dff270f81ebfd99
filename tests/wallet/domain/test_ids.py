"""Ids have one width and one alphabet, and two that differ never look the same."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallet.domain.ids import (
    ALPHABET,
    ID_BYTES,
    CardId,
    encode_code,
    encode_id,
    entry_id,
    is_id,
    is_program_id,
    key_digest,
    normal_code,
    split_entry_id,
)

RAW = st.binary(min_size=ID_BYTES, max_size=ID_BYTES)
CODE_RAW = st.binary(min_size=7, max_size=7)
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}")


@given(RAW)
@example(bytes(ID_BYTES))
@example(b"\xff" * ID_BYTES)
def test_an_id_has_22_characters_of_its_alphabet(raw: bytes) -> None:
    text = encode_id(raw)
    assert len(text) == 22
    assert set(text) <= set(ALPHABET)
    assert is_id(text)


@given(RAW, RAW)
def test_ids_are_as_distinct_and_as_ordered_as_their_bytes(one: bytes, other: bytes) -> None:
    assert (encode_id(one) < encode_id(other)) == (one < other)
    assert (encode_id(one) == encode_id(other)) == (one == other)


def test_the_ends_of_the_range() -> None:
    assert encode_id(bytes(ID_BYTES)) == "0" * 22
    assert encode_id(b"\xff" * ID_BYTES) == "7n42DGM5Tflk9n8mt7Fhc7"


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_an_id_is_made_of_16_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        encode_id(bytes(size))


@pytest.mark.parametrize(
    "text",
    ["", "0" * 21, "0" * 23, "0" * 21 + "-", "0" * 21 + "\n", "\uff10" * 22, "0" * 21 + "é"],
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize("text", ["a", "A-b_9", "x" * 64, "-", "_"])
def test_a_program_may_be_named_so(text: str) -> None:
    assert is_program_id(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "a.b", "ä", "a\n", "%2e", ".."])
def test_a_program_may_not_be_named_so(text: str) -> None:
    assert not is_program_id(text)


@given(RAW, RAW)
def test_an_entry_id_gives_its_card_and_key_back(card: bytes, digest: bytes) -> None:
    made = entry_id(CardId(encode_id(card)), encode_id(digest))
    assert split_entry_id(made) == (encode_id(card), encode_id(digest))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "0" * 22,
        "0" * 22 + "-",
        "-" + "0" * 22,
        "0" * 22 + "_" + "0" * 22,
        "0" * 22 + "-" + "0" * 22 + "\n",
        "0" * 22 + "-" + "0" * 22 + "-" + "0" * 22,
        "0" * 100_000,
    ],
)
def test_what_is_no_entry_id(text: str) -> None:
    assert split_entry_id(text) is None


@given(st.text(), st.text())
def test_two_keys_of_a_scope_do_not_meet(one: str, other: str) -> None:
    one, other = one.encode(errors="replace").decode(), other.encode(errors="replace").decode()
    assert (key_digest("api", one) == key_digest("api", other)) == (one == other)
    assert is_id(key_digest("api", one))


def test_the_same_key_in_two_scopes_is_two_keys() -> None:
    assert key_digest("api", "k") != key_digest("hook", "k")


@given(CODE_RAW)
def test_a_code_can_be_read_aloud(raw: bytes) -> None:
    assert CODE.fullmatch(encode_code(raw))


@given(st.integers(0, 2**50 - 1), st.integers(0, 49))
def test_each_of_a_codes_50_bits_counts(number: int, bit: int) -> None:
    other = number ^ (1 << bit)
    assert encode_code(number.to_bytes(7)) != encode_code(other.to_bytes(7))


@given(CODE_RAW, st.data())
def test_a_typed_code_is_forgiven(raw: bytes, data: st.DataObject) -> None:
    code = encode_code(raw)
    like = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        data.draw(st.sampled_from(like.get(char, char + char.lower()))) if char != "-" else "-"
        for char in code
    )
    spaced = data.draw(st.sampled_from([typed, typed.replace("-", ""), typed.replace("-", " - ")]))
    assert normal_code(f" {spaced}\t") == code


@given(st.text())
@example("U" * 10)
@example("7K3M-Q2ZT-4")
@example("7K3M-Q2ZT-4HX")
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = normal_code(typed)
    assert code is None or (CODE.fullmatch(code) and normal_code(code) == code)
