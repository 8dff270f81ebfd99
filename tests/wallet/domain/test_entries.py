"""The chain of a card's entries: anybody who can list them can verify it, and no change passes."""

import hashlib
import json
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.samples import BOOKS, History, program
from wallet.domain.entries import GENESIS, entry_document, entry_hash, first_broken
from wallet.domain.purchases import Gift, Purchase

CONTRACT = {
    "id", "seq", "kind", "points", "stamps", "balance_after", "lines", "program_version", "reason",
    "actor", "location_id", "reference", "occurred_at", "created_at", "hash",
}  # fmt: skip
ADDED = {"v", "amount", "currency", "basket", "reward_id", "reverses"}


def _history() -> History:
    history = History(program(BOOKS))
    bought = history.earn(Purchase(amount=12_345, currency="EUR", reference="zażółć"))
    history.earn(Gift(points=10))
    history.reverse(history.redeem("tote"))
    history.reverse(bought, 300)
    return history


DOCUMENTS: list[dict[str, Any]] = json.loads(
    json.dumps([entry_document(entry) for entry in _history().entries])
)
COUNT = len(DOCUMENTS)


def test_an_entry_has_the_fields_of_the_contract() -> None:
    for document in DOCUMENTS:
        assert set(document) == CONTRACT | ADDED
        assert set(document["balance_after"]) == {"points", "stamps", "stamps_target"}
        assert all(set(line) == {"rule_id", "points", "stamps"} for line in document["lines"])


def test_the_chain_as_written_holds() -> None:
    assert first_broken(DOCUMENTS) is None
    assert first_broken([]) is None


def _chained(documents: list[dict[str, Any]]) -> bytes:
    """Gives the documents their hashes, by hand, with nothing of ours; the last of them."""
    previous = bytes(32)
    for document in documents:
        body = {key: value for key, value in document.items() if key != "hash"}
        written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(previous + written.encode()).digest()
        document["hash"] = previous.hex()
    return previous


def test_the_hash_is_what_the_docstring_says() -> None:
    documents = deepcopy(DOCUMENTS)
    assert _chained(documents) == _history().card.last_hash
    assert documents == DOCUMENTS


def test_the_hash_stays_what_it_is() -> None:
    # Statements are verified by it years from now.
    first = _history().entries[0]
    assert first.hash.hex() == "045ad596a15920cc8d48206b11b5ec3ba753ba387e08e8e0b599b23cb800f342"
    assert first.hash == entry_hash(first, GENESIS)


VALUES: list[object] = [None, True, 1, -1, 1.0, 0.5, "", "x", [], {}, 10**40, "\ud800"]


@pytest.mark.parametrize("field", sorted(CONTRACT | ADDED))
def test_a_changed_field_is_found_where_it_stands(field: str) -> None:
    for index, value in product(range(COUNT), VALUES):
        documents = deepcopy(DOCUMENTS)
        if json.dumps(documents[index][field]) != json.dumps(value):
            documents[index][field] = value
            assert first_broken(documents) == index + 1


@pytest.mark.parametrize("field", sorted(CONTRACT | ADDED))
def test_a_missing_field_is_found(field: str) -> None:
    for index in range(COUNT):
        documents = deepcopy(DOCUMENTS)
        del documents[index][field]
        assert first_broken(documents) == index + 1


@pytest.mark.parametrize("index", range(COUNT))
def test_an_added_field_is_found(index: int) -> None:
    documents = deepcopy(DOCUMENTS)
    documents[index]["note"] = None
    assert first_broken(documents) == index + 1


@pytest.mark.parametrize("index", range(COUNT - 1))
def test_a_missing_entry_is_found(index: int) -> None:
    assert first_broken(DOCUMENTS[:index] + DOCUMENTS[index + 1 :]) == index + 1


def test_a_cut_end_is_not_found_by_the_chain_but_by_the_head() -> None:
    """The head of the card holds the newest `seq` and hash."""
    history = _history()
    assert first_broken(DOCUMENTS[:-1]) is None
    assert history.card.last_hash.hex() == DOCUMENTS[-1]["hash"] != DOCUMENTS[-2]["hash"]
    assert history.card.seq == COUNT


@given(st.permutations(range(COUNT)))
def test_another_order_is_found(order: list[int]) -> None:
    expected = next((at + 1 for at, index in enumerate(order) if at != index), None)
    assert first_broken([DOCUMENTS[index] for index in order]) == expected


@pytest.mark.parametrize("index", range(COUNT))
def test_an_entry_twice_is_found(index: int) -> None:
    documents = DOCUMENTS[: index + 1] + DOCUMENTS[index:]
    assert first_broken(documents) == index + 2


TEXT = json.dumps(DOCUMENTS, ensure_ascii=False)


@given(st.integers(0, len(TEXT) - 1), st.characters(exclude_categories=["Cs"]))
def test_any_changed_letter_is_found(at: int, letter: str) -> None:
    changed = TEXT[:at] + letter + TEXT[at + 1 :]
    try:
        documents = json.loads(changed)
    except ValueError:
        return
    same = json.dumps(documents) == json.dumps(DOCUMENTS)
    assert (first_broken(documents) is None) == same


def test_a_chain_that_was_computed_anew_does_not_fit_the_head() -> None:
    """Whoever can rewrite an entry and all hashes after it still meets the head."""
    documents = deepcopy(DOCUMENTS)
    documents[0]["points"] += 1
    last = _chained(documents)
    assert first_broken(documents) is None
    assert last != _history().card.last_hash


@pytest.mark.parametrize("seqs", [[2, 3], [1, 3], [1, 1], [0, 1], [2, 1]])
def test_numbers_with_a_gap_are_found_whatever_the_hashes_say(seqs: list[int]) -> None:
    documents = [{**DOCUMENTS[0], "seq": seq} for seq in seqs]
    _chained(documents)
    expected = next(at for at, seq in enumerate(seqs, start=1) if at != seq)
    assert first_broken(documents) == expected
