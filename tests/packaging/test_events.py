"""Every handler of the zip, alone in a clean interpreter, on recorded events of AWS."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.packaging.shop import Shop, open_shop, read_pass
from tests.packaging.world import World
from tests.packaging.zipped import Zipped, body_of


@pytest.fixture(scope="module")
def shop(zipped: Zipped) -> Shop:
    return open_shop(zipped, "of-events")


def _messages(world: World, queue: str) -> list[str]:
    answer = world.client("sqs").receive_message(
        QueueUrl=world.environ[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [message["Body"] for message in answer.get("Messages", [])]


def _items(world: World, table: str) -> list[Mapping[str, Any]]:
    items: list[Mapping[str, Any]] = world.client("dynamodb").scan(
        TableName=world.environ[table], ConsistentRead=True
    )["Items"]
    return items


def _own_line(log: list[Any], function: str) -> dict[str, Any]:
    [line] = [line for line in log if line.get("function") == function]
    return dict(line)


def test_the_api_function_answers(shop: Shop) -> None:
    health, card, entries = shop.ask("api_get_healthz", "api_get_card", "api_get_entries")

    assert [health["statusCode"], card["statusCode"], entries["statusCode"]] == [200, 200, 200]
    assert json.loads(health["body"]) == {"status": "ok"}
    assert json.loads(card["body"])["balance"]["stamps"] == 1
    assert [entry["kind"] for entry in json.loads(entries["body"])["entries"]] == ["earn"]


def test_a_replay_is_the_same_answer_with_200(shop: Shop) -> None:
    again, once_more = shop.ask("api_post_earn", "api_post_earn")

    assert again["statusCode"] == once_more["statusCode"] == 200
    assert again["body"] == once_more["body"]
    assert json.loads(again["body"])["card"]["balance"]["stamps"] == 1


def test_a_changed_head_is_queued(shop: Shop, world: World) -> None:
    run = shop.run("handlers.ledger_stream.queue_pushes", "stream_heads")

    assert {"card": shop.ids["card"]} in map(json.loads, _messages(world, "WALLET_PUSH_QUEUE_URL"))
    assert _own_line(run.log, "queue_pushes")["outcome"] == "done"


def test_a_new_entry_is_counted_once_however_often_it_comes(shop: Shop, world: World) -> None:
    counted = []
    for _ in range(2):
        run = shop.run("handlers.ledger_stream.fold_statistics", "stream_entries")
        assert _own_line(run.log, "fold_statistics")["outcome"] == "done"
        counted.append(_items(world, "WALLET_STATS_TABLE"))

    assert counted[0] == counted[1] != []


def test_a_phone_is_told_once(shop: Shop, world: World) -> None:
    registered, listed, updated = shop.ask(
        "api_post_registration", "api_get_registrations", "api_get_updated_pass"
    )
    assert registered["statusCode"] == 201, registered
    assert shop.ids["card"] in json.loads(listed["body"])["serialNumbers"]
    assert read_pass(body_of(updated))["serialNumber"] == shop.ids["card"]

    runs = [shop.run("handlers.push_queue.push_passes", "queue_pushes") for _ in range(2)]

    assert [run.results for run in runs] == [[{"batchItemFailures": []}]] * 2
    assert _own_line(runs[0].log, "push_passes")["outcome"] == "done"
    assert len(world.pushed) == 1


def test_what_failed_too_often_is_tried_again(shop: Shop, world: World) -> None:
    sqs = world.client("sqs")
    sqs.purge_queue(QueueUrl=world.environ["WALLET_PUSH_QUEUE_URL"])
    sqs.send_message(
        QueueUrl=world.environ["WALLET_PUSH_DEAD_LETTERS_URL"],
        MessageBody=json.dumps({"card": shop.ids["card"]}),
        MessageGroupId=shop.ids["card"],
        MessageDeduplicationId="dead",
    )

    run = shop.run("handlers.schedules.sweep", "schedule")

    assert _messages(world, "WALLET_PUSH_DEAD_LETTERS_URL") == []
    assert {"card": shop.ids["card"]} in map(json.loads, _messages(world, "WALLET_PUSH_QUEUE_URL"))
    assert {"done"} == {line["outcome"] for line in run.log if "outcome" in line}


def test_the_calendar_does_what_is_due(shop: Shop, world: World) -> None:
    run = shop.run("handlers.schedules.keep_calendar", "schedule")

    assert _own_line(run.log, "keep_calendar")["outcome"] == "done"
    cursors = [
        item for item in _items(world, "WALLET_CORE_TABLE") if item["pk"] == {"S": "Y#cursor"}
    ]
    assert len(cursors) == 2


def test_no_function_reached_for_another_package(shop: Shop) -> None:
    """All that a call imports late comes from the zip too."""
    run = shop.run("app.app", "api_get_updated_pass", "api_post_card")

    assert not any("site-packages" in file for file in run.files)
    assert any(file.startswith(str(shop.zipped.folder / "pynamodb")) for file in run.files)
