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
from tests.chalice_app.hostile.siege import ABSENT, Siege
from tests.engine import Engine
from tests.faults.crowd import at_once
from tests.world import fresh_world, services_of
from wallet import runtime

CASES = [(address, door) for address in ADDRESSES for door in ROWS.get(address.target, ())]
# Phones are told 200 whatever they log, as Apple asks; a form with no box ticked is an empty one.
FORGIVING = {"apple.log", "card_page.change_consents"}
# What tells one thing from another counts once each, and is shown nowhere.
NOT_SHOWN = {"key", "sale_id", "refund_id"}
WAYS_IN = ("/signup", "/till/pair")


def _named(each: object) -> str | None:
    return f"{each.method} {each.path}" if isinstance(each, Address) else None


def _cases(*doors: str) -> pytest.MarkDecorator:
    """The cases whose doors take one of these, or are for one of these."""
    chosen = [case for case in CASES if not doors or {case[1].sends, case[1].who} & set(doors)]
    return pytest.mark.parametrize(("address", "door"), chosen, ids=_named)


@pytest.fixture(scope="module")
def siege(engine: Engine, moto: str, chain: Chain) -> Iterator[Siege]:
    with (
        fresh_world(engine) as world,
        services_of(world, moto, chain),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(runtime, "mailer", Outbox)
        patch.setattr("chalice_app.routes.join_again._ANSWER_SECONDS", 0)
        clock = Clock()
        runtime.use_clock(clock)
        yield Siege(world, clock)


def test_every_address_has_a_row() -> None:
    assert set(ROWS) == {address.target for address in ADDRESSES}


@_cases()
def test_what_is_right_is_let_in(siege: Siege, address: Address, door: Door) -> None:
    """Else the rest of the table would prove nothing."""
    reply, faults, _ = siege.judge(right(siege.scene(address), address, door))
    assert reply.status < 400 or address.target in ABSENT, reply.body
    assert faults == []


@pytest.mark.parametrize(
    ("address", "door", "attack"),
    [(address, door, attack) for address, door in CASES for attack in attacks_on(door)],
    ids=_named,
)
def test_nothing_hostile_gets_through(
    siege: Siege, address: Address, door: Door, attack: str
) -> None:
    scene = siege.scene(address)
    faults = []
    for knock in attacks_on(door)[attack](lambda: right(scene, address, door)):
        reply, found, _ = siege.judge(knock)
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
    siege: Siege, address: Address, door: Door
) -> None:
    scene = siege.new_scene()
    accepted = []
    for knock in text_attack(STORED)(lambda: right(scene, address, door)):
        reply, _, records = siege.judge(knock)
        if reply.status < 400 and records and knock.place not in NOT_SHOWN:
            accepted.append(knock.place)
    if accepted:
        reply, faults, _ = siege.judge(storing(lambda: right(scene, address, door), accepted))
        assert reply.status < 400, accepted
        faults += siege.look_around(scene)
        assert not faults, "\n".join(faults)


@_cases("owner", "till", "key", "phone", "hook")
def test_who_was_let_in_once_is_let_in_no_more(siege: Siege, address: Address, door: Door) -> None:
    # Only sessions end by themselves.
    for how in ("revoked", "expired") if door.who in ("owner", "till") else ("revoked",):
        _check_shut_out(siege, address, door, how)


def _check_shut_out(siege: Siege, address: Address, door: Door, how: str) -> None:
    scene = siege.scene(address)
    reply, written = siege.shut_out(scene, right(scene, address, door), how)
    assert written == []
    if reply.status == 303:
        assert reply.headers["location"].startswith(WAYS_IN)
    else:
        assert reply.status in (401, 403, 404)


@_cases()
def test_another_tenants_ids_open_nothing(siege: Siege, address: Address, door: Door) -> None:
    scene = siege.scene(address)
    faults = []
    for knock in siege.with_the_rivals_ids(lambda: right(scene, address, door)):
        reply, found, _ = siege.judge(knock)
        faults += found
        if knock.place.startswith("path ") and reply.status not in (401, 403, 404, 410):
            faults.append(f"{knock.place}: {reply.status}")
    assert not faults, "\n".join(faults)


@_cases("form", "json")
def test_what_comes_twice_counts_once(siege: Siege, address: Address, door: Door) -> None:
    scene = siege.scene(address)
    knock = right(scene, address, door)
    siege.judge(knock)
    _, faults, second = siege.judge(knock)
    assert faults == []
    assert _counted(second) == []
    # What another one does alone: some say what stands already, a consent or a registration.
    _, _, alone = siege.judge(right(scene, address, door))
    knock = right(scene, address, door)
    siege.stream.new()
    replies, errors = at_once(2, lambda _: knock.send())
    assert errors == []
    assert [each.body for each in replies if each.status >= 500] == []
    assert len(_counted(siege.stream.new())) == len(_counted(alone))


def _counted(records: Records) -> list[str]:
    """What is new, or a new state of a card."""
    keys = [(each["eventName"], each["dynamodb"]["Keys"]) for each in records]
    return [
        f"{name} {key['pk']['S']} {key['sk']['S']}"
        for name, key in keys
        if name == "INSERT" or (key["pk"]["S"].startswith("C#") and key["sk"]["S"] == "H")
    ]


def test_the_books_are_sound_after_all_that(siege: Siege) -> None:
    for scene in siege.scenes.values():
        scene.check_books()
    siege.rival.check_untouched()
