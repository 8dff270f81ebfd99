"""Versions of a programme: immutable, in force from their time on, and entries keep their own."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.world import POINTS, STAMPS
from wallet import runtime
from wallet.domain.ids import ProgramId
from wallet.domain.times import cut, write_time

RULE = {"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}
REWARD = {"id": "coffee", "name": "Kawa", "kind": "gift", "cost": {"stamps": 10}}


def put(desk: Desk, name: str, document: object, status: int = 200) -> dict[str, Any]:
    reply = desk.call("PUT", f"/programs/{name}", document)
    assert reply.status == status, reply.json
    return dict(reply.json)


def current(desk: Desk, name: str) -> tuple[int, int]:
    """Version and target of the programme in force, as a new card meets it."""
    card = desk.call("POST", f"/programs/{name}/cards", {"member": {}}).json
    earned = desk.earn(card["id"], stamps=1)
    return earned["program_version"], card["balance"]["stamps_target"]


def target(count: int, **more: object) -> dict[str, Any]:
    return {**STAMPS, "stamps": {"target": count}, **more}


def test_a_document_that_differs_is_a_new_version_and_an_equal_one_is_not(desk: Desk) -> None:
    assert put(desk, "v", STAMPS, 201)["version"] == 1
    with_spaces = {**STAMPS, "name": f" {STAMPS['name']}\n"}
    upper = {**STAMPS, "design": {"color": "#1F5B45", "style": "pad", "picture": "cup"}}
    for same in (STAMPS, with_spaces, upper, {**STAMPS, "effective_at": None}):
        assert put(desk, "v", same)["version"] == 1
    assert put(desk, "v", target(9))["version"] == 2
    assert put(desk, "v", STAMPS)["version"] == 3
    assert desk.call("GET", "/programs/v").json["version"] == 3


def test_what_is_answered_is_what_is_kept(desk: Desk, clock: Clock) -> None:
    answered = put(desk, "kept", STAMPS, 201)
    assert set(answered) == {"id", "version", "effective_at", *STAMPS}
    assert {name: answered[name] for name in STAMPS} == STAMPS
    assert answered["effective_at"] == write_time(clock.now)
    assert desk.call("GET", "/programs/kept").json == answered


def test_an_edit_counts_from_now_on_and_old_entries_keep_their_version(desk: Desk) -> None:
    put(desk, "edit", STAMPS, 201)
    card = desk.call("POST", "/programs/edit/cards", {"member": {}}).json
    first = desk.buy(card["id"], 100, "PLN")
    put(desk, "edit", {**STAMPS, "rules": [{**RULE, "stamps": 3}]})
    second = desk.buy(card["id"], 100, "PLN")
    undone = desk.call("POST", f"/entries/{first['id']}/reverse", {}).json
    entries = desk.call("GET", f"/cards/{card['id']}/entries").json["entries"]
    assert [entry["program_version"] for entry in entries] == [2, 2, 1]
    assert [entry["stamps"] for entry in entries] == [-1, 3, 1]
    assert entries[-2:] == [second, first]
    assert undone["card"] == desk.card(card["id"])


def test_a_new_target_shows_on_cards_and_not_in_old_entries(desk: Desk) -> None:
    put(desk, "size", STAMPS, 201)
    card = desk.call("POST", "/programs/size/cards", {"member": {}}).json
    entry = desk.earn(card["id"], stamps=9)
    put(desk, "size", target(9, rewards=[{**REWARD, "cost": {"stamps": 9}}]))
    now = desk.card(card["id"])
    assert now["balance"] == {"points": 0, "stamps": 9, "stamps_target": 9}
    assert now["rewards"][0]["available"] is True
    assert now["version"] == 2
    kept = desk.call("GET", f"/cards/{card['id']}/entries").json["entries"]
    assert kept == [entry]
    assert kept[0]["balance_after"]["stamps_target"] == 10


def test_a_version_comes_into_force_at_its_time(desk: Desk, clock: Clock) -> None:
    put(desk, "later", STAMPS, 201)
    clock.forward(minutes=5)
    begins = clock.now + timedelta(days=3)
    said = put(desk, "later", target(5, effective_at=write_time(begins)))
    assert (said["version"], said["effective_at"]) == (2, write_time(begins))
    # What was published last is shown; what is in force counts.
    assert desk.call("GET", "/programs/later").json == said
    assert current(desk, "later") == (1, 10)
    clock.now = begins - timedelta(milliseconds=1)
    assert current(desk, "later") == (1, 10)
    clock.now = begins
    assert current(desk, "later") == (2, 5)
    clock.now = begins + timedelta(days=365)
    assert current(desk, "later") == (2, 5)


def test_a_programme_that_has_not_begun_takes_no_cards(desk: Desk, clock: Clock) -> None:
    begins = write_time(clock.now + timedelta(days=1))
    put(desk, "soon", {**STAMPS, "effective_at": begins}, 201)
    assert desk.call("GET", "/programs/soon").status == 200
    reply = desk.call("POST", "/programs/soon/cards", {"member": {}})
    check_problem(reply, 404, "not-found")
    clock.forward(days=1)
    assert current(desk, "soon") == (1, 10)


def test_versions_come_into_force_in_the_order_of_their_publication(
    desk: Desk, clock: Clock
) -> None:
    """A later version takes the place of those that were to begin with it or after it."""
    put(desk, "order", STAMPS, 201)
    day = timedelta(days=1)
    for days, count in ((2, 2), (4, 4), (6, 6)):
        put(desk, "order", target(count, effective_at=write_time(clock.now + days * day)))
    put(desk, "order", target(3, effective_at=write_time(clock.now + 3 * day)))
    seen = []
    for _ in range(8):
        seen.append(current(desk, "order"))
        clock.forward(days=1)
    assert seen == [(1, 10), (1, 10), (2, 2), (5, 3), (5, 3), (5, 3), (5, 3), (5, 3)]
    assert put(desk, "order", target(7))["version"] == 6
    assert current(desk, "order") == (6, 7)


def test_what_get_gave_is_edited_from_now_on(desk: Desk, clock: Clock) -> None:
    """Its `effective_at` is sent back with it: nothing of the past is changed by that."""
    got = put(desk, "echoed", STAMPS, 201)
    clock.forward(days=50)
    edited = put(desk, "echoed", {**got, "stamps": {"target": 4}})
    assert (edited["version"], edited["effective_at"]) == (2, write_time(clock.now))
    past = runtime.programs().at(ProgramId("echoed"), clock.now - timedelta(days=40))
    assert past
    assert past.version == 1


def test_a_version_knows_since_when_its_timed_terms_stand(desk: Desk, clock: Clock) -> None:
    since = list[datetime | None]()
    for number, expiry in enumerate([{}, {"idle_months": 3}, {"idle_months": 3}, {}], start=1):
        timed = {"expiry": expiry} if expiry else {}
        put(desk, "timed", target(number, **timed), 201 if number == 1 else 200)
        program = runtime.programs().version(ProgramId("timed"), number)
        assert program
        since.append(program.timed_since)
        clock.forward(days=10)
    brought, ended = (cut(clock.now - timedelta(days=days)) for days in (30, 10))
    assert since == [None, brought, brought, ended]


def test_a_time_just_past_is_now(desk: Desk, clock: Clock) -> None:
    put(desk, "past", STAMPS, 201)
    past = write_time(clock.now - timedelta(minutes=4))
    assert put(desk, "past", target(4, effective_at=past))["version"] == 2
    assert current(desk, "past") == (2, 4)


def test_a_clock_that_is_set_back_finds_the_version_of_that_time(desk: Desk, clock: Clock) -> None:
    put(desk, "back", STAMPS, 201)
    clock.forward(days=365)
    put(desk, "back", target(4))
    assert current(desk, "back") == (2, 4)
    clock.forward(days=-365)
    assert current(desk, "back") == (1, 10)


@pytest.mark.parametrize(
    ("document", "other", "field"),
    [
        (STAMPS, POINTS, "kind"),
        (STAMPS, {**STAMPS, "currency": "EUR"}, "currency"),
        (POINTS, {**POINTS, "currency": "PLN"}, "currency"),
    ],
)
def test_what_cards_hold_keeps_its_meaning(
    desk: Desk, document: dict[str, Any], other: dict[str, Any], field: str
) -> None:
    name = f"same-{document['kind']}-{field}"
    put(desk, name, document, 201)
    with desk.untouched():
        reply = desk.call("PUT", f"/programs/{name}", other)
        problem = check_problem(reply, 422, "invalid-program", field)
    assert field in {fault["path"] for fault in problem["faults"]}


def test_names_that_a_programme_may_have(desk: Desk) -> None:
    for name in ("a", "A-b_9", "x" * 64, "%61bc"):
        reply = desk.call("PUT", f"/programs/{name}", STAMPS)
        assert reply.status == 201
        assert reply.json["id"] == name.replace("%61", "a")


def test_a_name_belongs_to_who_took_it_first(desk: Desk) -> None:
    put(desk, "taken", STAMPS, 201)
    with desk.untouched():
        reply = desk.call("PUT", "/programs/taken", STAMPS, secret=desk.rival.secret)
        check_problem(reply, 404, "not-found")


def test_what_get_gave_may_be_put_back(desk: Desk, clock: Clock) -> None:
    put(desk, "round", STAMPS, 201)
    clock.now += timedelta(days=3)
    given = desk.call("GET", "/programs/round").json
    assert put(desk, "round", given) == given
    assert put(desk, "round", {**given, "id": "another"}, 422)["field"] == "id"
