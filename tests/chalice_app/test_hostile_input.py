"""Every address, sent what nobody should send: nothing breaks, leaks, is lost or counted twice.

The table is made from the addresses themselves, so a new one is in it, and fails until it is said
in hostile/doors.py how it is used rightly.
"""

from collections.abc import Iterator

import pytest

from chalice_app.addresses import ADDRESSES, Address
from tests.certificates import Chain
from tests.chalice_app.desk import Clock
from tests.chalice_app.hostile.attacks import STORED, attacks_on, storing, text_attack
from tests.chalice_app.hostile.doors import ROWS, Door
from tests.chalice_app.hostile.knock import Knock, right
from tests.chalice_app.hostile.scene import Outbox, Records
from tests.chalice_app.hostile.stage import ABSENT, Stage, shut_out
from tests.engine import Engine
from tests.faults.crowd import at_once
from tests.world import fresh_world, services_of
from wallet import runtime

CASES = [(address, door) for address in ADDRESSES for door in ROWS.get(address.target, ())]
# Phones are told 200 whatever they log, as Apple asks; a form with no box ticked is an empty one.
FORGIVING = {"apple.log", "card_page.change_consents"}
# Keys of forms count once each, and are shown nowhere.
NOT_SHOWN = {"key", "?zq"}
WAYS_IN = ("/signup", "/till/pair")


def _named(each: object) -> str | None:
    return f"{each.method} {each.path}" if isinstance(each, Address) else None


def _cases(*doors: str) -> pytest.MarkDecorator:
    """The cases whose doors take one of these, or are for one of these."""
    chosen = [case for case in CASES if not doors or {case[1].sends, case[1].who} & set(doors)]
    return pytest.mark.parametrize(("address", "door"), chosen, ids=_named)


@pytest.fixture(scope="module")
def stage(engine: Engine, moto: str, chain: Chain) -> Iterator[Stage]:
    with (
        fresh_world(engine) as world,
        services_of(world, moto, chain),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(runtime, "mailer", Outbox)
        patch.setattr("chalice_app.routes.join_again._ANSWER_SECONDS", 0)
        clock = Clock()
        runtime.use_clock(clock)
        yield Stage(world, clock)


def test_every_address_has_a_row() -> None:
    assert set(ROWS) == {address.target for address in ADDRESSES}


@_cases()
def test_what_is_right_is_let_in(stage: Stage, address: Address, door: Door) -> None:
    """Else the rest of the table would prove nothing."""
    reply, faults, _ = stage.judge(right(stage.scene(address), address, door))
    assert reply.status < 400 or address.target in ABSENT, reply.body
    assert faults == []


@pytest.mark.parametrize(
    ("address", "door", "attack"),
    [(address, door, attack) for address, door in CASES for attack in attacks_on(door)],
    ids=_named,
)
def test_nothing_hostile_gets_through(
    stage: Stage, address: Address, door: Door, attack: str
) -> None:
    scene = stage.scene(address)
    faults = []
    for knock in attacks_on(door)[attack](lambda: right(scene, address, door)):
        reply, found, _ = stage.judge(knock)
        faults += found
        if _must_be_refused(knock, attack) and reply.status < 400:
            faults.append(f"{knock.place}: {reply.status}")
    assert not faults, "\n".join(faults)


def _must_be_refused(knock: Knock, attack: str) -> bool:
    """Nothing is left right in the call, so that it must be refused wherever it says something."""
    if knock.address.target in FORGIVING:
        return False
    return bool(knock.fields) and attack in ("no body", "huge body")


@_cases("form", "json")
def test_what_is_stored_is_shown_as_it_was_typed(
    stage: Stage, address: Address, door: Door
) -> None:
    scene = stage.new_scene()
    accepted = []
    for knock in text_attack(STORED)(lambda: right(scene, address, door)):
        reply, _, records = stage.judge(knock)
        if reply.status < 400 and records and knock.place not in NOT_SHOWN:
            accepted.append(knock.place)
    if accepted:
        reply, faults, _ = stage.judge(storing(lambda: right(scene, address, door), accepted))
        assert reply.status < 400, accepted
        faults += stage.look_around(scene)
        assert not faults, "\n".join(faults)


@pytest.mark.parametrize("how", ["expired", "revoked"])
@_cases("owner", "till", "key", "phone", "hook")
def test_who_was_let_in_once_is_let_in_no_more(
    stage: Stage, address: Address, door: Door, how: str
) -> None:
    if how == "expired" and door.who not in ("owner", "till"):
        pytest.skip("these do not end by themselves")
    scene = stage.scene(address)
    right(scene, address, door)
    stage.stream.new()
    reply = shut_out(scene, address, door, how)
    if reply.status == 303:
        assert reply.headers["location"].startswith(WAYS_IN)
    else:
        assert reply.status in (401, 403, 404)


@_cases()
def test_another_tenants_ids_open_nothing(stage: Stage, address: Address, door: Door) -> None:
    scene = stage.scene(address)
    faults = []
    for knock in stage.with_the_rivals_ids(lambda: right(scene, address, door)):
        reply, found, _ = stage.judge(knock)
        faults += found
        if knock.place.startswith("path ") and reply.status not in (401, 403, 404, 410):
            faults.append(f"{knock.place}: {reply.status}")
    assert not faults, "\n".join(faults)


@_cases("form", "json")
def test_what_comes_twice_counts_once(stage: Stage, address: Address, door: Door) -> None:
    scene = stage.scene(address)
    knock = right(scene, address, door)
    _, _, first = stage.judge(knock)
    _, faults, second = stage.judge(knock)
    assert faults == []
    assert _counted(second) == []
    knock = right(scene, address, door)
    stage.stream.new()
    replies, errors = at_once(2, lambda _: knock.send())
    assert errors == []
    assert [each.body for each in replies if each.status >= 500] == []
    assert len(_counted(stage.stream.new())) == len(_counted(first))


def _counted(records: Records) -> list[str]:
    """What is new, or a new state of a card."""
    keys = [(each["eventName"], each["dynamodb"]["Keys"]) for each in records]
    return [
        f"{name} {key['pk']['S']} {key['sk']['S']}"
        for name, key in keys
        if name == "INSERT" or (key["pk"]["S"].startswith("C#") and key["sk"]["S"] == "H")
    ]


def test_the_books_are_sound_after_all_that(stage: Stage) -> None:
    for scene in stage.scenes.values():
        scene.check_books()
    stage.rival.check_untouched()
