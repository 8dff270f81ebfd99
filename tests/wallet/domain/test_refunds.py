"""Whatever was bought, refunded, given and spent, in any order: the balance is what the net
amounts give, and the entries add up to it.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.samples import History, books, cafe
from wallet.domain.bounds import AMOUNT_MAX
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import BalanceTooSmallError, InvalidError
from wallet.domain.purchases import Gift

STEPS = st.integers(1, 2_000) | st.integers(1, 1_000_000_000)
AMOUNTS = st.integers(1, 5_000) | st.integers(1, AMOUNT_MAX)
PER = st.integers(1, 7)
# (which purchase, how much): a number beyond the purchases so far buys, any other refunds.
TURNS = st.lists(st.tuples(st.integers(0, 12), AMOUNTS), max_size=25)


@given(STEPS, PER, st.lists(AMOUNTS, max_size=20))
def test_purchases_give_what_their_sum_gives(step: int, per: int, amounts: list[int]) -> None:
    history = History(books(step=step, points=per))
    for amount in amounts:
        history.buy(amount)
    assert history.state.points == sum(amounts) // step * per
    assert history.state.carry == sum(amounts) % step


def _turn(history: History, bought: list[Entry], which: int, amount: int) -> None:
    if which >= len(bought):
        bought.append(history.buy(amount))
    elif left := history.left(bought[which]):
        history.reverse(bought[which], min(amount, left))


@given(STEPS, PER, TURNS)
def test_refunds_leave_what_the_net_amounts_would_have(
    step: int, per: int, turns: list[tuple[int, int]]
) -> None:
    """In any partition, in any order, whatever was bought in between."""
    history, bought = History(books(step=step, points=per)), list[Entry]()
    for which, amount in turns:
        _turn(history, bought, which, amount)
        net = sum(map(history.left, bought))
        assert history.state.points == net // step * per
        assert history.state.carry == net % step


@given(PER, TURNS)
def test_stamps_of_refunded_visits_are_gone_and_all_others_are_there(
    per: int, turns: list[tuple[int, int]]
) -> None:
    history, bought = History(cafe(stamps=per)), list[Entry]()
    for which, amount in turns:
        _turn(history, bought, which, amount)
        assert history.state.stamps == per * sum(history.left(each) > 0 for each in bought)
        assert history.state.carry == 0


@given(STEPS, PER, st.integers(0, 5_000), AMOUNTS)
def test_earn_and_reverse_is_as_if_nothing_was(
    step: int, per: int, before: int, amount: int
) -> None:
    history = History(books(step=step, points=per))
    if before:
        history.buy(before)
    state = history.state
    history.reverse(history.buy(amount))
    assert history.state == state
    history.reverse(history.earn(Gift(points=min(amount, 1_000_000))))
    assert history.state == state


@given(
    st.integers(1, 500),
    st.integers(1, 500),
    st.lists(st.integers(1, 2_000), min_size=1, max_size=6),
    st.integers(1, 2_000),
    st.data(),
)
def test_a_refund_never_gives_points_whatever_the_programme_became(
    step: int, later_step: int, amounts: list[int], later: int, data: st.DataObject
) -> None:
    old, new = books(step=step), books(step=later_step)
    history = History(old)
    bought = [history.buy(amount) for amount in amounts]
    history.program = new
    history.buy(later)
    entry = data.draw(st.sampled_from(bought))
    refund = data.draw(st.integers(1, entry.amount or 1))
    undone = history.reverse(entry, refund, under=old)
    assert undone.points <= 0
    assert history.state.carry >= 0


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "give", "spend", "redeem", "undo", "refund"]),
        st.integers(1, 20_000),
    ),
    max_size=30,
)


def _act(history: History, act: str, amount: int) -> None:
    """Does it, if it may be done."""
    open_entries = [
        entry
        for entry in history.entries
        if entry.kind is not EntryKind.REVERSE
        and not any(each.reverses == entry.id for each in history.entries)
    ]
    match act:
        case "buy":
            history.buy(amount)
        case "give":
            history.earn(Gift(points=amount))
        case "spend":
            history.spend(amount)
        case "redeem":
            history.redeem("book")
        case _ if open_entries:
            entry = open_entries[amount % len(open_entries)]
            history.reverse(entry, 1 if act == "refund" else None)


@given(STEPS, ACTS)
def test_entries_and_lots_add_up_to_the_balance(step: int, acts: list[tuple[str, int]]) -> None:
    history = History(books(step=step))
    for act, amount in acts:
        before, count = history.card, len(history.entries)
        try:
            _act(history, act, amount)
        except (BalanceTooSmallError, InvalidError):
            assert (history.card, len(history.entries)) == (before, count)
        state = history.state
        assert state.points == sum(entry.points for entry in history.entries)
        assert sum(lot.units for lot in state.lots) == max(state.points, 0)
        assert all(lot.units > 0 for lot in state.lots)
        assert 0 <= state.carry < step
        assert [entry.seq for entry in history.entries] == list(range(1, history.card.seq + 1))
        if history.entries and history.entries[-1].kind is EntryKind.REDEEM:
            assert state.points >= 0
