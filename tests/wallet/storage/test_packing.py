"""What an item holds many of, as bytes: readable again for ever."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.domain.cards import HeldOffer, Hold, Lot, Ripening, Standing, State, Status, Tally
from wallet.domain.entries import Line
from wallet.domain.ids import CardId
from wallet.domain.purchases import Item, Purchase
from wallet.storage.packing import (
    UnreadableError,
    pack_basket,
    pack_lines,
    pack_state,
    pack_taken,
    unpack_basket,
    unpack_lines,
    unpack_state,
    unpack_taken,
)

NUMBERS = st.integers(min_value=-(2**62), max_value=2**62)
COUNTS = st.integers(min_value=0, max_value=2**62)
NAMES = st.text(max_size=40)
# To the second, and after 1970: a lot ends with a day, a challenge begins with a purchase.
MOMENTS = st.integers(min_value=1, max_value=253402300799).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
ENDS = st.none() | MOMENTS


def some(values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most).map(tuple)


STATES = st.builds(
    State,
    points=NUMBERS,
    stamps=NUMBERS,
    owed=NUMBERS,
    carry=NUMBERS,
    lots=some(st.builds(Lot, units=NUMBERS, expires_at=ENDS), 12),
    tallies=some(st.builds(Tally, key=NAMES, count=COUNTS, since=MOMENTS), 6),
    ripening=some(st.builds(Ripening, units=NUMBERS, ripens_at=MOMENTS, expires_at=ENDS), 4),
    visits=COUNTS,
    earned_at=ENDS,
    used_at=ENDS,
    offers=some(st.builds(HeldOffer, id=NAMES, offer=NAMES, expires_at=MOMENTS), 4),
    holds=some(st.builds(Hold, digest=NAMES, until=MOMENTS), 2),
    status=st.sampled_from(Status),
    merged_into=st.none() | st.just(CardId("0" * 22)),
    standing=st.none() | st.builds(Standing, floor=COUNTS, last=COUNTS, sum=COUNTS, since=MOMENTS),
)
ITEMS = st.builds(
    Item,
    sku=st.none() | st.text(min_size=1, max_size=40),
    category=st.none() | st.text(min_size=1, max_size=40),
    quantity=COUNTS,
    amount=st.none() | NUMBERS,
)
LINES = st.lists(st.builds(Line, rule_id=NAMES, points=NUMBERS, stamps=NUMBERS), max_size=8).map(
    tuple
)

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
FULL = State(
    points=1_234,
    stamps=-3,
    owed=7,
    carry=99,
    lots=(Lot(units=34, expires_at=NEW_YEAR), Lot(units=1_200, expires_at=None)),
    tallies=(Tally(key="abcdefgh", count=2, since=NEW_YEAR),),
    ripening=(Ripening(units=5, ripens_at=NEW_YEAR, expires_at=None),),
    visits=3,
    earned_at=NEW_YEAR,
    used_at=NEW_YEAR,
    offers=(HeldOffer(id="7K3M2QZT", offer="five", expires_at=NEW_YEAR),),
    holds=(Hold(digest="0" * 22, until=NEW_YEAR),),
    status=Status.MERGED,
    merged_into=CardId("1" * 22),
    standing=Standing(floor=5, last=6, sum=7, since=NEW_YEAR),
)
_TIME = "80d9dbd906"
# Written down once: entries of the first day must be readable on the last.
GOLDEN_STATES = [
    (State(), "02" + "00" * 5 + "00" * 2 + "00" * 5 + "00" * 3),
    (
        FULL,
        "02" + "a413" + "05" + "0e" + "c601" + "06" + _TIME * 2
        # Lots, tallies.
        + "02" + "44" + _TIME + "e012" + "00" + "01" + "08" + b"abcdefgh".hex() + "02" + _TIME
        # What ripens, offers, holds.
        + "01" + "0a" + _TIME + "00" + "01" + "08" + b"7K3M2QZT".hex() + "04" + b"five".hex()
        + _TIME + "01" + "16" + "30" * 22 + _TIME
        + "03" + "16" + "31" * 22
        + "01" + "05" + "06" + "07" + _TIME,
    ),
]  # fmt: skip
FIRST_FORM = [
    ("0100000000000000", State()),
    ("0102120000000000", State(points=1, stamps=9, lots=(Lot(units=9, expires_at=None),))),
    ("01017f000080010000", State(points=-1, stamps=-64, carry=64)),
    (
        "01" + "a413" + "00" + "00" + "0e" + "c601" + "02" + "44" + _TIME + "e012" + "00" + "00",
        State(points=1_234, owed=7, carry=99, lots=FULL.lots),
    ),
]
GOLDEN_LINES = [
    ((), "0100"),
    ((Line(rule_id="visit", points=0, stamps=1),), "0101" + "057669736974" + "00" + "02"),
    (
        (
            Line(rule_id="a", points=-150, stamps=0),
            Line(rule_id="b", points=100_000, stamps=-1),
        ),
        "0102" + "0161" + "ab02" + "00" + "0162" + "c09a0c" + "01",
    ),
]


@given(STATES)
def test_a_state_is_the_same_after_packing(state: State) -> None:
    assert unpack_state(pack_state(state)) == state


@given(LINES)
def test_lines_are_the_same_after_packing(lines: tuple[Line, ...]) -> None:
    assert unpack_lines(pack_lines(lines)) == lines


@given(STATES, st.data())
def test_a_state_cut_short_is_refused(state: State, data: st.DataObject) -> None:
    packed = pack_state(state)
    length = data.draw(st.integers(min_value=0, max_value=len(packed) - 1))
    with pytest.raises(UnreadableError):
        unpack_state(packed[:length])


@given(LINES, st.data())
def test_lines_cut_short_are_refused(lines: tuple[Line, ...], data: st.DataObject) -> None:
    packed = pack_lines(lines)
    length = data.draw(st.integers(min_value=0, max_value=len(packed) - 1))
    with pytest.raises(UnreadableError):
        unpack_lines(packed[:length])


@given(st.integers(min_value=0, max_value=255).filter(lambda form: form not in (1, 2)), STATES)
def test_an_unknown_form_is_refused(form: int, state: State) -> None:
    body = pack_state(state)[1:]
    with pytest.raises(UnreadableError, match="form"):
        unpack_state(bytes([form]) + body)
    with pytest.raises(UnreadableError, match="form"):
        unpack_lines(bytes([form]) + body)


@pytest.mark.parametrize(("state", "packed"), GOLDEN_STATES)
def test_the_form_of_a_state_keeps_its_bytes(state: State, packed: str) -> None:
    assert pack_state(state).hex() == packed
    assert unpack_state(bytes.fromhex(packed)) == state


@pytest.mark.parametrize(("packed", "state"), FIRST_FORM)
def test_the_first_form_of_a_state_is_still_read(packed: str, state: State) -> None:
    assert unpack_state(bytes.fromhex(packed)) == state


@given(some(ITEMS, 5), COUNTS)
def test_a_basket_is_the_same_after_packing(items: tuple[Item, ...], tax: int) -> None:
    purchase = Purchase(amount=1, currency="PLN", tax=tax, items=items)
    assert unpack_basket(pack_basket(purchase)) == (tax, items)


@given(some(st.tuples(NAMES, COUNTS), 5))
def test_steps_taken_back_are_the_same_after_packing(taken: tuple[tuple[str, int], ...]) -> None:
    assert unpack_taken(pack_taken(taken)) == taken


@pytest.mark.parametrize(("lines", "packed"), GOLDEN_LINES)
def test_form_one_of_lines_keeps_its_bytes(lines: tuple[Line, ...], packed: str) -> None:
    assert pack_lines(lines).hex() == packed
    assert unpack_lines(bytes.fromhex(packed)) == lines


def test_a_count_is_never_negative() -> None:
    wrong = State(tallies=(Tally(key="a", count=-1, since=NEW_YEAR),))
    with pytest.raises(ValueError, match="negative"):
        pack_state(wrong)


def test_times_are_kept_to_the_second() -> None:
    late = NEW_YEAR + timedelta(milliseconds=999)
    kept = unpack_state(pack_state(State(lots=(Lot(units=1, expires_at=late),))))
    assert kept.lots[0].expires_at == NEW_YEAR
