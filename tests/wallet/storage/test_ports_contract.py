"""What devices, statistics and programs promise: in memory and in DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faults.crowd import at_once
from tests.wallet.services import made
from tests.wallet.storage.conftest import Kit
from wallet.domain.ids import ProgramId, PushToken
from wallet.domain.programs import Program
from wallet.services.fold_statistics import Tally
from wallet.services.ports import Publication

PROGRAM = made.program()
HOUR = timedelta(hours=1)


def test_a_registration_is_found_from_both_sides(kit: Kit) -> None:
    first, second = made.card(PROGRAM), made.card(PROGRAM)
    phone = made.registration(first)
    assert kit.devices.register(phone)
    assert kit.devices.register(replace(phone, card_id=second.id))
    assert kit.devices.devices_of(first.id) == [phone]
    assert set(kit.devices.cards_of(phone.device_id)) == {first.id, second.id}
    kit.devices.unregister(phone.device_id, first.id)
    assert list(kit.devices.devices_of(first.id)) == []
    assert list(kit.devices.cards_of(phone.device_id)) == [second.id]


def test_a_new_push_token_replaces_the_old_one(kit: Kit) -> None:
    phone = made.registration(made.card(PROGRAM))
    again = replace(phone, push_token=PushToken("b" * 64), registered_at=made.NOW + HOUR)
    assert kit.devices.register(phone)
    assert not kit.devices.register(again)
    assert kit.devices.devices_of(phone.card_id) == [again]


def test_a_card_has_several_phones(kit: Kit) -> None:
    card = made.card(PROGRAM)
    phones = [made.registration(card) for _ in range(3)]
    for phone in phones:
        kit.devices.register(phone)
    assert {each.push_token for each in kit.devices.devices_of(card.id)} == {
        each.push_token for each in phones
    }


def test_forgetting_what_is_unknown_does_nothing(kit: Kit) -> None:
    phone = made.registration(made.card(PROGRAM))
    kit.devices.unregister(phone.device_id, phone.card_id)
    assert list(kit.devices.cards_of(phone.device_id)) == []


def test_the_pushed_version_only_grows(kit: Kit) -> None:
    card = made.card(PROGRAM)
    seen = [kit.devices.pushed_version(card.id)]
    for version in (1 << 20, 3, (1 << 20) + 1, 1 << 20):
        kit.devices.note_pushed(card.id, version)
        seen.append(kit.devices.pushed_version(card.id))
    assert seen == [0, 1 << 20, 1 << 20, (1 << 20) + 1, (1 << 20) + 1]


def test_days_add_up_and_entries_count_once(kit: Kit) -> None:
    program, card = made.program(), made.card(PROGRAM)
    one = Tally(entries=1, earns=1, points_given=5, turnover=500)
    back = Tally(entries=1, reversals=1, points_taken=5, turnover=-700)

    def count(*tallies: Tally, after: int, upto: int) -> bool:
        days = dict(zip(("2026-11-21", "2026-11-22"), tallies, strict=False))
        return kit.statistics.count(program.id, card.id, days, after=after, upto=upto)

    assert kit.statistics.counted(card.id) == 0
    assert count(one, back, after=0, upto=2)
    assert not count(one, after=0, upto=1)
    assert not count(one, after=1, upto=2)
    assert count(one, after=2, upto=3)
    assert kit.statistics.counted(card.id) == 3
    assert kit.statistics.days(program.id, "2026-11-01", "2026-11-30") == {
        "2026-11-21": one.plus(one),
        "2026-11-22": back,
    }
    assert kit.statistics.days(program.id, "2026-11-22", "2026-11-22") == {"2026-11-22": back}
    assert kit.statistics.days(ProgramId("another"), "2026-11-01", "2026-11-30") == {}


def publication(program: Program, *, newest: int, key: str) -> Publication:
    return Publication(
        program=program,
        newest=newest,
        digest=f"{key}-{program.id}",
        fingerprint=key.encode().ljust(16),
    )


def test_versions_are_published_one_after_another(kit: Kit) -> None:
    first = made.program()
    second = made.next_version(first, name="New name", design_version=2)
    assert kit.programs.newest(first.id) is None
    assert kit.programs.current(first.id, made.NOW) is None
    assert kit.programs.publish(publication(first, newest=0, key="1"))
    assert not kit.programs.publish(publication(first, newest=0, key="2"))
    assert kit.programs.publish(publication(second, newest=1, key="3"))
    assert not kit.programs.publish(publication(second, newest=1, key="4"))
    assert kit.programs.newest(first.id) == second
    assert kit.programs.version(first.id, 1) == first
    assert kit.programs.version(first.id, 2) == second
    assert kit.programs.version(first.id, 3) is None


def test_a_key_publishes_once(kit: Kit) -> None:
    first = made.program()
    said = publication(first, newest=0, key="1")
    assert kit.programs.published(first.merchant_id, said.digest) is None
    kit.programs.publish(said)
    answer = (first.id, 1, said.fingerprint)
    assert kit.programs.published(first.merchant_id, said.digest) == answer
    again = replace(publication(made.next_version(first), newest=1, key="1"))
    assert not kit.programs.publish(again)
    noted = publication(first, newest=1, key="2")
    kit.programs.note(noted)
    assert kit.programs.published(first.merchant_id, noted.digest) == (
        first.id,
        1,
        noted.fingerprint,
    )


@pytest.mark.parametrize(
    ("begins", "in_force"),
    [
        # Hours after now at which versions 2 and 3 begin; which is in force each hour from now.
        ((1, 2), [1, 2, 3, 3]),
        ((2, 1), [1, 3, 3, 3]),
        ((1, 1), [1, 3, 3, 3]),
        ((0, 3), [2, 2, 2, 3]),
    ],
)
def test_a_version_is_in_force_from_its_time_on(
    kit: Kit, begins: tuple[int, int], in_force: list[int]
) -> None:
    program = made.program()
    kit.programs.publish(publication(program, newest=0, key="1"))
    for number, hours in enumerate(begins, start=2):
        program = made.next_version(program, effective_at=made.NOW + hours * HOUR)
        kit.programs.publish(publication(program, newest=number - 1, key=f"{number}"))
    found = [kit.programs.current(program.id, made.NOW + hours * HOUR) for hours in range(4)]
    assert [each.version if each else None for each in found] == in_force


def test_of_many_that_publish_at_once_one_does(kit: Kit) -> None:
    program = made.program()
    kit.programs.publish(publication(program, newest=0, key="first"))
    second = made.next_version(program)
    done, failed = at_once(
        8, lambda n: kit.programs.publish(publication(second, newest=1, key=f"{n}"))
    )
    assert not failed
    assert sum(done) == 1
