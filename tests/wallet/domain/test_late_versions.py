"""What a version makes due that begins when its day has been, and which versions may differ so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest

from tests.wallet.domain.rich_samples import MARKET
from tests.wallet.services import made
from wallet.domain.cards import Card, Lot, Standing, State
from wallet.domain.idleness import ends_idle
from wallet.domain.lapse import due_now, lapse, may_differ_in_dues, next_due, timed_since
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.programs import Program, Terms, version_of

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
USED = datetime(2027, 1, 10, 10, tzinfo=UTC)
BEGUN = datetime(2027, 6, 1, 9, 30, tzinfo=UTC)
TIERS = {"count": "visits", "period": "year", "levels": [{"id": "a", "name": "A", "from": 3}]}
SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}
BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}
PLAIN = read_terms(write_terms(made.program()))
TIMED: Sequence[Mapping[str, object]] = (
    {"rules": [SPEND, BACK]},
    {"rules": [SPEND, {**BACK, "days": 20}]},
    {"expiry": {"idle_months": 6}},
    {"expiry": {"months": 6, "remind_days": [7]}},
    {"tiers": TIERS},
    {"tiers": {**TIERS, "grace_days": 20}},
    {"time_zone": "Asia/Tokyo"},
)
# With a tier, and something that ends by itself.
STATE = State(
    points=5,
    lots=(Lot(units=5, expires_at=BEGUN + 2_000 * DAY),),
    used_at=USED,
    standing=Standing(floor=0, last=10**6, sum=10**6, since=USED),
)


def version(*rules: Mapping[str, object], **more: object) -> Program:
    """A version by whose terms other things are due, from when the card has long been idle."""
    made = begun(terms({"rules": [SPEND, *rules], **more}))
    return replace(made, effective_at=BEGUN, timed_since=BEGUN)


def card(program: Program, *ends: datetime) -> Card:
    lots = tuple(Lot(units=5, expires_at=each) for each in ends)
    state = State(points=5 * len(ends) or 5, lots=lots, used_at=USED)
    return replace(made.card(program, now=USED), state=state)


def done_by(program: Program, of: Card, now: datetime) -> Iterator[tuple[datetime, str]]:
    """All that is done by then: when it is dated to, and its name."""
    while due := due_now(program, of.state, now):
        draft = lapse(program, of, due, digest="digest")
        yield draft.occurred_at, due.name
        of = replace(of, state=draft.after, seq=of.seq + 1)


def test_a_win_back_is_given_as_the_version_begins_with_all_its_days() -> None:
    offers = [{"id": "cake", "name": "Cake", "kind": "gift", "days": 14}]
    program = version({**BACK, "offer": "cake"}, offers=offers)
    of = card(program)
    assert list(done_by(program, of, BEGUN + DAY)) == [(BEGUN, "win_back:back:2027-02-09")]
    due = due_now(program, of.state, BEGUN)
    assert due
    (offer,) = lapse(program, of, due, digest="digest").after.offers
    assert offer.expires_at > BEGUN + 14 * DAY


def test_of_the_reminders_that_were_missed_the_last_one_goes_out() -> None:
    program = version(expiry={"months": 12, "remind_days": [2, 30, 60]})
    end = datetime(2027, 6, 10, 23, 59, 59, tzinfo=UTC)
    assert list(done_by(program, card(program, end), BEGUN + 8 * DAY)) == [
        (BEGUN, "remind:2027-05-11"),
        (datetime(2027, 6, 8, tzinfo=UTC), "remind:2027-06-08"),
    ]


def test_nobody_is_reminded_of_an_end_that_has_been() -> None:
    program = version(expiry={"months": 12, "remind_days": [30]})
    end = BEGUN - SECOND
    assert list(done_by(program, card(program, end), BEGUN)) == [
        (BEGUN, f"expire:{end.date().isoformat()}")
    ]


def test_a_version_that_begins_between_a_reminder_and_its_doing_loses_none_and_adds_none() -> None:
    program = version(expiry={"months": 12, "remind_days": [30, 7]})
    end = datetime(2027, 6, 8, 23, 59, 59, tzinfo=UTC)
    of = card(program, end)
    before = replace(program, effective_at=USED, timed_since=None)
    at = datetime(2027, 6, 1, tzinfo=UTC)
    names = [name for _, name in done_by(before, of, BEGUN)]
    assert names == ["remind:2027-05-09", "remind:2027-06-01"]
    assert list(done_by(program, of, BEGUN)) == [(BEGUN, "remind:2027-06-01")]
    due = due_now(before, of.state, at - SECOND)
    assert due
    reminded = replace(of, state=lapse(before, of, due, digest="digest").after)
    assert [name for _, name in done_by(program, reminded, BEGUN)] == ["remind:2027-06-01"]
    due = due_now(before, reminded.state, at)
    assert due
    twice = replace(of, state=lapse(before, reminded, due, digest="digest").after)
    assert list(done_by(program, twice, BEGUN + 5 * DAY)) == []


def test_a_while_counts_from_the_version_that_brought_it() -> None:
    program = version(expiry={"idle_months": 4, "remind_days": [30]})
    assert list(done_by(program, card(program), BEGUN + 900 * DAY)) == [
        (datetime(2027, 9, 1, tzinfo=UTC), "remind:2027-09-01"),
        (datetime(2027, 10, 2, tzinfo=UTC), "idle:2027-10-01"),
    ]


def test_who_was_here_after_the_version_began_has_the_while_from_there() -> None:
    program = version(expiry={"idle_months": 4})
    here = replace(card(program).state, used_at=BEGUN + DAY)
    assert ends_idle(program, here) == datetime(2027, 10, 2, 23, 59, 59, tzinfo=UTC)
    first = replace(program, timed_since=None)
    ends = datetime(2027, 5, 10, 23, 59, 59, tzinfo=UTC)
    assert ends_idle(first, card(program).state) == ends


def test_of_all_reminders_that_were_missed_one_goes_out() -> None:
    program = version(expiry={"months": 12, "remind_days": [60]})
    ends = [BEGUN + days * DAY for days in (10, 20, 30, 55, 70)]
    dues = list(done_by(program, card(program, *ends), BEGUN + 9 * DAY))
    assert dues == [(BEGUN, f"remind:{(ends[3] - 60 * DAY).date()}")]


def test_another_zone_does_not_remind_again_of_the_same_day() -> None:
    end = BEGUN + 40 * DAY
    zones = ("Europe/Warsaw", "Europe/London", "America/New_York", "Pacific/Honolulu")
    of, names = card(version(), end), list[str]()
    for zone in zones:
        program = version(expiry={"months": 12, "remind_days": [30]}, time_zone=zone)
        while due := due_now(program, of.state, BEGUN + 39 * DAY):
            after = lapse(program, of, due, digest="digest").after
            of, names = replace(of, state=after, seq=of.seq + 1), [*names, due.name]
    assert names == ["remind:2027-06-11"]


def test_timed_terms_stand_since_the_version_that_brought_them() -> None:
    first = begun(terms({"rules": [SPEND, BACK]}))
    later = replace(first, effective_at=BEGUN)
    assert timed_since(None, first, USED) is None
    assert timed_since(first, terms({"rules": [SPEND, BACK], "name": "New"}), BEGUN) is None
    assert timed_since(first, PLAIN, BEGUN) == BEGUN
    kept = replace(later, timed_since=USED)
    assert timed_since(kept, first, BEGUN + DAY) == USED
    # The newest one never begins.
    assert timed_since(kept, first, BEGUN - DAY) == BEGUN - DAY


@pytest.mark.parametrize("other", TIMED)
def test_versions_may_differ_in_dues(other: Mapping[str, object]) -> None:
    assert may_differ_in_dues(PLAIN, terms(other))
    assert may_differ_in_dues(terms(other), PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        {"rules": [{**SPEND, "points": 3}]},
        {"expiry": {"months": 6}},
        {"earning": {"ripen_days": 3}},
        {"name": "Another"},
    ],
)
def test_versions_do_not_differ_in_dues(other: Mapping[str, object]) -> None:
    assert not may_differ_in_dues(PLAIN, terms(other))


def test_a_win_back_of_other_days_differs_one_of_more_points_does_not() -> None:
    back = terms({"rules": [BACK]})
    assert may_differ_in_dues(back, terms({"rules": [{**BACK, "days": 20}]}))
    assert not may_differ_in_dues(back, terms({"rules": [{**BACK, "points": 20}]}))


def test_versions_that_do_not_differ_have_the_same_due_next() -> None:
    """For each field of one version that another one has."""
    samples = [read_terms(MARKET), PLAIN, *map(terms, TIMED)]
    same = differ = 0
    for (one, another), field in product(permutations(samples, 2), fields(Terms)):
        other = replace(one, **{field.name: getattr(another, field.name)})
        if may_differ_in_dues(one, other):
            differ += 1
            continue
        same += 1
        assert next_due(begun(one), STATE) == next_due(begun(other), STATE), field.name
    assert min(same, differ) > 100


def begun(terms: Terms) -> Program:
    """The terms in force when the card was last used."""
    like = made.program()
    return version_of(
        terms,
        id=like.id,
        merchant_id=like.merchant_id,
        version=1,
        design_version=1,
        effective_at=USED,
    )


def terms(other: Mapping[str, object]) -> Terms:
    return read_terms({**write_terms(PLAIN), **other})
