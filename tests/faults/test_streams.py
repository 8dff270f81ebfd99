"""The statistics, however the stream's batches come: no figure changes by it."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers import ledger_stream
from tests.faults.crowd import at_once
from tests.faults.deliveries import (
    FORMS,
    Form,
    Records,
    deliver,
    deliver_all,
    for_function,
    in_tens,
)
from tests.world import Shop, World
from wallet import runtime

ALWAYS = ("0001-01-01", "9999-12-31")


@pytest.fixture
def uncounted(world: World) -> None:
    """The statistics are empty."""
    scanned = world.engine.dynamodb.scan(TableName=world.stats, ConsistentRead=True)
    for item in scanned["Items"]:
        key = {name: item[name] for name in ("pk", "sk")}
        world.engine.dynamodb.delete_item(TableName=world.stats, Key=key)


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("form", FORMS)
def test_however_batches_come_the_days_are_right(
    world: World, shop: Shop, story: Records, form: Form
) -> None:
    records = for_function("fold_statistics", story)
    chance = random.Random(form.__name__)  # noqa: S311  a seed, to be repeated
    for batch in form(records, chance):
        deliver(ledger_stream.fold_statistics, "fold_statistics", batch)
    assert counted(shop) == recounted(world, shop)


@pytest.mark.usefixtures("uncounted")
def test_two_readers_at_once_count_once(world: World, shop: Shop, story: Records) -> None:
    batches = in_tens(for_function("fold_statistics", story))

    def read(_reader: int) -> None:
        deliver_all(ledger_stream.fold_statistics, "fold_statistics", batches)

    _, failed = at_once(2, read)
    assert not failed
    assert counted(shop) == recounted(world, shop)


def counted(shop: Shop) -> dict[tuple[str, str], dict[str, int]]:
    """The product's figures: by programme and day, without zeros."""
    return {
        (program.id, day): {name: number for name, number in asdict(tally).items() if number}
        for program in (shop.stamps, shop.points)
        for day, tally in runtime.statistics().days(program.id, *ALWAYS).items()
    }


def recounted(world: World, shop: Shop) -> dict[tuple[str, str], dict[str, int]]:
    """The same from the table itself, by nobody's code but this."""
    programs = {program.id: program.time_zone for program in (shop.stamps, shop.points)}
    items = world.engine.dynamodb.scan(TableName=world.core, ConsistentRead=True)["Items"]
    heads = {
        item["pk"]["S"]: item["p"]["S"] for item in items if item["sk"]["S"] == "H" and "n" in item
    }
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for item in items:
        if item["sk"]["S"].startswith("L#"):
            program = heads[item["pk"]["S"]]
            at = datetime.fromtimestamp(int(item["oc"]["N"]) / 1000, ZoneInfo(programs[program]))
            sums[program, f"{at:%Y-%m-%d}"].update(added(item))
    return {key: {name: n for name, n in each.items() if n} for key, each in sums.items()}


def added(item: Mapping[str, Any]) -> dict[str, int]:
    kind, points, stamps = item["k"]["S"], int(item["p"]["N"]), int(item["st"]["N"])
    amount = int(item["am"]["N"]) if "am" in item else 0
    if kind == "reverse":
        # What is undone is taken off: of what was given, or of what was taken.
        return {
            "entries": 1,
            "reversals": 1,
            "redeems": -int(points > 0 or stamps > 0),
            "points_given" if points < 0 else "points_taken": -abs(points),
            "stamps_given" if stamps < 0 else "stamps_taken": -abs(stamps),
            "turnover": -amount,
        }
    return {
        "entries": 1,
        {"earn": "earns", "redeem": "redeems"}[kind]: 1,
        "points_given" if points > 0 else "points_taken": abs(points),
        "stamps_given" if stamps > 0 else "stamps_taken": abs(stamps),
        "turnover": amount,
    }


def test_the_story_has_all_kinds_of_entries_on_several_days(
    world: World, shop: Shop, story: Records
) -> None:
    sums = recounted(world, shop).values()
    seen: Counter[str] = Counter()
    for each in sums:
        seen.update(each)
    assert len(sums) >= 4
    assert min(seen["earns"], seen["redeems"], seen["reversals"]) >= 3
    keys = [each["dynamodb"]["Keys"] for each in for_function("fold_statistics", story)]
    # The function gets changed heads too, for the agenda.
    entries = [key for key in keys if key["sk"]["S"].startswith("L#")]
    assert len(entries) == seen["entries"]
