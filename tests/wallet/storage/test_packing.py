"""What an item holds many of, as bytes: readable again for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.domain.cards import Challenge, Lot, State
from wallet.domain.entries import Line
from wallet.storage.packing import (
    UnreadableError,
    pack_lines,
    pack_state,
    unpack_lines,
    unpack_state,
)

NUMBERS = st.integers(min_value=-(2**62), max_value=2**62)
COUNTS = st.integers(min_value=0, max_value=2**62)
NAMES = st.text(max_size=40)
# To the second, and after 1970: a lot ends with a day, a challenge begins with a purchase.
MOMENTS = st.integers(min_value=1, max_value=253402300799).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
LOTS = st.builds(Lot, points=NUMBERS, expires_at=st.none() | MOMENTS)
CHALLENGES = st.builds(Challenge, rule_id=NAMES, count=COUNTS, since=MOMENTS)
STATES = st.builds(
    State,
    points=NUMBERS,
    stamps=NUMBERS,
    pending=NUMBERS,
    owed=NUMBERS,
    carry=NUMBERS,
    lots=st.lists(LOTS, max_size=12).map(tuple),
    challenges=st.lists(CHALLENGES, max_size=6).map(tuple),
)
LINES = st.lists(st.builds(Line, rule_id=NAMES, points=NUMBERS, stamps=NUMBERS), max_size=8).map(
    tuple
)

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
FULL = State(
    points=1_234,
    stamps=-3,
    pending=50,
    owed=7,
    carry=99,
    lots=(Lot(points=34, expires_at=NEW_YEAR), Lot(points=1_200, expires_at=None)),
    challenges=(Challenge(rule_id="zażółć", count=2, since=NEW_YEAR),),
)
# Written down once: entries of the first day must be readable on the last.
GOLDEN_STATES = [
    (State(), "01000000000000" + "00"),
    (State(points=1, stamps=9), "01021200000000" + "00"),
    (State(points=-1, stamps=-64, carry=64), "01017f0000800100" + "00"),
    (
        FULL,
        "01" + "a413" + "05" + "64" + "0e" + "c601"
        "02" + "44" + "80d9dbd906" + "e012" + "00"
        "01" + "0a" + "7a61c5bcc3b3c582c487" + "02" + "80d9dbd906",
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


@given(st.integers(min_value=0, max_value=255).filter(lambda form: form != 1), STATES)
def test_an_unknown_form_is_refused(form: int, state: State) -> None:
    body = pack_state(state)[1:]
    with pytest.raises(UnreadableError, match="form"):
        unpack_state(bytes([form]) + body)
    with pytest.raises(UnreadableError, match="form"):
        unpack_lines(bytes([form]) + body)


@pytest.mark.parametrize(("state", "packed"), GOLDEN_STATES)
def test_form_one_of_a_state_keeps_its_bytes(state: State, packed: str) -> None:
    assert pack_state(state).hex() == packed
    assert unpack_state(bytes.fromhex(packed)) == state


@pytest.mark.parametrize(("lines", "packed"), GOLDEN_LINES)
def test_form_one_of_lines_keeps_its_bytes(lines: tuple[Line, ...], packed: str) -> None:
    assert pack_lines(lines).hex() == packed
    assert unpack_lines(bytes.fromhex(packed)) == lines


def test_equal_states_have_equal_bytes() -> None:
    again = State(
        points=FULL.points,
        stamps=FULL.stamps,
        pending=FULL.pending,
        owed=FULL.owed,
        carry=FULL.carry,
        lots=tuple(FULL.lots),
        challenges=tuple(FULL.challenges),
    )
    assert pack_state(again) == pack_state(FULL)


def test_a_count_is_never_negative() -> None:
    wrong = State(challenges=(Challenge(rule_id="a", count=-1, since=NEW_YEAR),))
    with pytest.raises(ValueError, match="negative"):
        pack_state(wrong)


def test_times_are_kept_to_the_second() -> None:
    late = NEW_YEAR + timedelta(milliseconds=999)
    kept = unpack_state(pack_state(State(lots=(Lot(points=1, expires_at=late),))))
    assert kept.lots[0].expires_at == NEW_YEAR
