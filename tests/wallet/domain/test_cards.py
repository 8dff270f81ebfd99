"""Lots of points add up, and the version of a pass only ever grows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.samples import CAFE, History, card, program
from wallet.domain.balances import add_lot, take_lots
from wallet.domain.cards import Lot
from wallet.domain.purchases import Gift

NEVER = None
MARCH, JUNE = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
ENDS = st.sampled_from([NEVER, MARCH, JUNE, datetime(1, 1, 1, tzinfo=UTC)])
ADDED = st.lists(st.tuples(st.integers(1, 1000), ENDS), max_size=12)


def _made(added: list[tuple[int, datetime | None]]) -> tuple[Lot, ...]:
    lots: tuple[Lot, ...] = ()
    for points, expires_at in added:
        lots = add_lot(lots, points, expires_at)
    return lots


def _sum(lots: tuple[Lot, ...]) -> int:
    return sum(lot.units for lot in lots)


@given(ADDED)
def test_lots_add_up_one_for_each_end_soonest_first(
    added: list[tuple[int, datetime | None]],
) -> None:
    lots = _made(added)
    ends = [lot.expires_at for lot in lots]
    assert _sum(lots) == sum(points for points, _ in added)
    assert len(ends) == len(set(ends))
    dated = [end for end in ends if end]
    assert dated == sorted(dated)
    assert NEVER not in ends[:-1]
    assert lots == _made(added[::-1])


@given(ADDED, st.integers(0, 20_000))
def test_spending_takes_the_soonest_to_end(
    added: list[tuple[int, datetime | None]], spent: int
) -> None:
    lots = _made(added)
    left = take_lots(lots, spent)
    assert _sum(left) == max(_sum(lots) - spent, 0)
    assert all(lot.units > 0 for lot in left)
    # What is left is the tail of what was: only its first lot may have shrunk.
    tail = lots[len(lots) - len(left) :]
    assert [lot.expires_at for lot in left] == [lot.expires_at for lot in tail]
    assert left[1:] == tail[1:]


def test_spending_in_words() -> None:
    lots = _made([(10, NEVER), (10, JUNE), (10, MARCH)])
    left = take_lots(lots, 15)
    assert left == (Lot(units=5, expires_at=JUNE), Lot(units=10, expires_at=NEVER))
    assert take_lots(lots, 0) == lots
    assert take_lots(lots, 31) == ()


CHANGES = st.lists(
    st.tuples(st.sampled_from(["card", "design", "both", "rules"]), st.integers(-5, 5)),
    max_size=20,
)


@given(CHANGES)
def test_the_pass_version_and_its_second_grow_with_every_change(
    changes: list[tuple[str, int]],
) -> None:
    """Whatever changed, in whatever order, and whatever the clock did meanwhile."""
    history = History(program(CAFE))
    for change, seconds in changes:
        card, shop = history.card, history.program
        version, modified = card.pass_version(shop), card.pass_modified(shop)
        history.now += timedelta(seconds=seconds)
        if change in ("design", "both"):
            history.program = replace(
                shop, version=shop.version + 1, design_version=shop.design_version + 1
            )
        if change == "rules":
            history.program = replace(shop, version=shop.version + 1)
        if change in ("card", "both"):
            history.earn(Gift(stamps=1))
        grew = change != "rules"
        assert (history.card.pass_version(history.program) > version) == grew
        assert (history.card.pass_modified(history.program) > modified) == grew


VERSIONS = st.tuples(st.integers(1, 4), st.integers(1, 4)) | st.tuples(
    st.integers(1, 10**6), st.integers(1, 10**4)
)


@given(VERSIONS, VERSIONS)
def test_no_two_states_of_a_pass_share_a_version(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    """Even when seen by a process that knows an older design than another."""
    versions = [
        card(version=version).pass_version(program(CAFE, design_version=design))
        for version, design in (one, other)
    ]
    assert (versions[0] == versions[1]) == (one == other)


def test_the_second_is_the_time_of_the_change_where_it_can_be() -> None:
    history = History(program(CAFE))
    history.now += timedelta(minutes=1, milliseconds=900)
    history.earn(Gift(stamps=1))
    assert history.card.modified == int(history.now.timestamp())
    history.earn(Gift(stamps=1))
    assert history.card.modified == int(history.now.timestamp()) + 1


def test_the_serial_number_is_the_cards_id() -> None:
    assert card().serial == card().id
