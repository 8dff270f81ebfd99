"""The ways in which Lambda may hand over a stream: at least once, cut, overlapping."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from infra.local import template
from infra.local.filters import passes
from infra.local.poller import Context
from wallet.domain.errors import ContentionError

Records = list[dict[str, Any]]
Batches = list[Records]
Form = Callable[[Records, random.Random], Batches]


def for_function(name: str, records: Records) -> Records:
    """The records that pass the function's filter."""
    filters = template.event_source(name)["FilterCriteria"]["Filters"]
    patterns = [json.loads(each["Pattern"]) for each in filters]
    return [record for record in records if passes(patterns, record)]


def in_tens(records: Records) -> Batches:
    return [records[at : at + 10] for at in range(0, len(records), 10)]


def once(records: Records, _chance: random.Random) -> Batches:
    return [records]


def each_batch_twice(records: Records, _chance: random.Random) -> Batches:
    return [batch for batch in in_tens(records) for _ in range(2)]


def the_whole_twice(records: Records, _chance: random.Random) -> Batches:
    return in_tens(records) * 2


def overlapping(records: Records, _chance: random.Random) -> Batches:
    return [records[at : at + 10] for at in range(0, len(records), 3)]


def cut_and_begun_again(records: Records, chance: random.Random) -> Batches:
    """A batch fails somewhere: it comes again in halves, from where it failed."""
    batches: Batches = []
    for batch in in_tens(records):
        done = chance.randrange(len(batch) + 1)
        half = (len(batch) + done) // 2
        batches += [batch[:done], batch[done:half], batch[half:]]
    return [batch for batch in batches if batch]


def shuffled(records: Records, chance: random.Random) -> Batches:
    batches = in_tens(records) * 2
    chance.shuffle(batches)
    return batches


def one_by_one_with_repeats(records: Records, chance: random.Random) -> Batches:
    return [[record] for record in records for _ in range(chance.randrange(1, 4))]


FORMS: list[Form] = [
    once,
    each_batch_twice,
    the_whole_twice,
    overlapping,
    cut_and_begun_again,
    shuffled,
    one_by_one_with_repeats,
]


def deliver(function: Callable[..., object], name: str, batch: Records) -> None:
    function({"Records": batch}, Context(function_name=name))


def deliver_all(function: Callable[..., object], name: str, batches: Batches) -> None:
    """A batch that fails because others are faster is handed over again."""
    for batch in batches:
        again = True
        while again:
            with suppress(ContentionError):
                deliver(function, name, batch)
                again = False
