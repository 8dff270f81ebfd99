"""From the stream through the queue to the phones: every change arrives, a burst as one push."""

import io
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from handlers import ledger_stream, push_queue
from infra.local.poller import Context
from infra.local.queues import lambda_record as message_record
from tests.faults.deliveries import FORMS, Form, Records, deliver, for_function
from tests.wallet.services.fakes import FakePushes
from tests.world import Services, World
from wallet import runtime, telemetry
from wallet.clients.aws import client
from wallet.clients.queue import SqsDeadLetters
from wallet.domain.cards import Card
from wallet.domain.ids import DeviceId, PushToken
from wallet.domain.purchases import Gift
from wallet.runtime import wallets
from wallet.services.earn import earn
from wallet.services.phones import Pushes, Registration, Told
from wallet.services.refresh_passes import Messenger

SOME = 30
_numbers = itertools.count(1)


@pytest.fixture
def queue(services: Services, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty push queue, which has seen nothing yet."""
    name = f"push-{next(_numbers)}.fifo"
    made = client("sqs").create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    monkeypatch.setenv("WALLET_PUSH_QUEUE_URL", made["QueueUrl"])
    runtime.push_queue.cache_clear()
    return str(made["QueueUrl"])


def received(queue: str) -> Records:
    """The next messages of the queue, as Lambda hands them over."""
    answer = client("sqs").receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    arn = "arn:aws:sqs:eu-central-1:0:push.fifo"
    return [message_record(message, arn) for message in answer.get("Messages", [])]


def drained(queue: str) -> Records:
    """All messages of the queue; it is empty afterwards."""
    messages: Records = []
    while found := received(queue):
        messages += found
        for message in found:
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["receiptHandle"])
    return messages


def cards_of(messages: Records) -> Counter[str]:
    return Counter(json.loads(message["body"])["card"] for message in messages)


@pytest.mark.parametrize("form", FORMS)
def test_however_batches_come_every_changed_card_is_queued(
    queue: str, story: Records, form: Form
) -> None:
    records = for_function("queue_pushes", story)[:SOME]
    chance = random.Random(form.__name__)  # noqa: S311  a seed, to be repeated
    for batch in form(records, chance):
        deliver(ledger_stream.queue_pushes, "queue_pushes", batch)
    versions = Counter(card_id(record) for record in records)
    messages = cards_of(drained(queue))
    assert messages.keys() == versions.keys()
    # At most one a version, however often it was told.
    assert all(count <= versions[card] for card, count in messages.items())


def card_id(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["Keys"]["pk"]["S"]).removeprefix("C#")


def test_a_batch_queues_a_card_once(queue: str, story: Records) -> None:
    records = for_function("queue_pushes", story)
    deliver(ledger_stream.queue_pushes, "queue_pushes", records)
    deliver(ledger_stream.queue_pushes, "queue_pushes", records)
    assert set(cards_of(drained(queue)).values()) == {1}


@pytest.mark.parametrize("batches", [1, 5])
def test_five_changes_at_once_make_one_push(
    queue: str, world: World, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    shop, pushes = world.shop(), FakePushes()
    monkeypatch.setattr(wallets, "messenger", lambda: messenger(pushes))
    card = shop.card(shop.stamps)
    runtime.devices().register(registration(card))
    stream = world.stream()
    stream.new()
    for number in range(5):
        earn(runtime.books(), shop.act(f"{number}"), card.id, Gift(stamps=1))
    heads = for_function("queue_pushes", stream.new())
    assert len(heads) == 5
    for at in range(0, 5, 5 // batches):
        batch = heads[at : at + 5 // batches]
        deliver(ledger_stream.queue_pushes, "queue_pushes", batch)
    messages = drained(queue)
    assert len(messages) == batches
    for message in messages:
        answer = push_queue.push_passes({"Records": [message]}, Context(function_name="p"))
        assert answer == {"batchItemFailures": []}
    assert pushes.told == [registration(card).push_token]


def registration(card: Card) -> Registration:
    return Registration(
        device_id=DeviceId("ann"),
        card_id=card.id,
        push_token=PushToken("a" * 64),
        registered_at=card.created_at,
    )


def messenger(pushes: Pushes) -> Messenger:
    return Messenger(
        heads=runtime.ledger(),
        programs=runtime.programs(),
        devices=runtime.devices(),
        pushes=pushes,
        clock=runtime.now,
        pause=time.sleep,
        alarm=pytest.fail,
    )


def test_what_must_be_tried_again_is_given_back_by_its_message(
    queue: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, pushes = world.shop(), FakePushes()
    monkeypatch.setattr(wallets, "messenger", lambda: messenger(pushes))
    good, bad = shop.card(shop.stamps), shop.card(shop.points)
    runtime.devices().register(registration(good))
    phone = replace(registration(bad), device_id=DeviceId("bob"), push_token=PushToken("b" * 64))
    runtime.devices().register(phone)
    pushes.answers[phone.push_token] = Told(phone, "retry")
    runtime.push_queue().send({good.id: "1", bad.id: "2"})
    messages = received(queue)
    (failed,) = [each["messageId"] for each in messages if bad.id in each["body"]]
    answer = push_queue.push_passes({"Records": messages}, Context(function_name="p"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": failed}]}


class BreaksOn(FakePushes):
    """Fails where one phone is among those to be told, as a fault of our own would."""

    def __init__(self, token: PushToken) -> None:
        super().__init__()
        self._token = token

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        if self._token in {each.push_token for each in registrations}:
            raise ValueError(self._token)
        return super().tell(registrations)


def test_a_card_that_breaks_the_worker_breaks_no_other(
    queue: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = world.shop()
    good, bad = shop.card(shop.stamps), shop.card(shop.points)
    phone = replace(registration(bad), device_id=DeviceId("bob"), push_token=PushToken("b" * 64))
    pushes, lines = BreaksOn(phone.push_token), io.StringIO()
    monkeypatch.setattr(wallets, "messenger", lambda: messenger(pushes))
    monkeypatch.setattr(telemetry, "_stream", [lines])
    for each in (registration(good), phone):
        runtime.devices().register(each)
    runtime.push_queue().send({good.id: "1", bad.id: "2"})
    messages = received(queue)
    (failed,) = [each["messageId"] for each in messages if bad.id in each["body"]]
    answer = push_queue.push_passes({"Records": messages}, Context(function_name="p"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": failed}]}
    assert pushes.told == [registration(good).push_token]
    assert "ValueError" in lines.getvalue()
    assert bad.id not in lines.getvalue()


@pytest.mark.parametrize(
    "body", ["{}", "x", "[]", '{"card": 5}', '{"card": "x"}', '{"kind": "y"}']
)
def test_a_message_that_is_not_ours_goes_to_the_dead_letters_and_stays(
    queue: str, world: World, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    shop, lines = world.shop(), io.StringIO()
    card = shop.card(shop.stamps).id
    monkeypatch.setattr(telemetry, "_stream", [lines])
    for group, text in (("g", body), ("h", json.dumps({"card": card}))):
        client("sqs").send_message(
            QueueUrl=queue, MessageBody=text, MessageGroupId=group, MessageDeduplicationId=group
        )
    messages = received(queue)
    (alien,) = [each["messageId"] for each in messages if each["body"] == body]
    monkeypatch.setattr(wallets, "messenger", lambda: messenger(FakePushes()))
    answer = push_queue.push_passes({"Records": messages}, Context(function_name="p"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": alien}]}
    assert "names no card" in lines.getvalue()


def test_the_sweep_takes_only_what_it_can_read(queue: str, world: World) -> None:
    shop = world.shop()
    card = shop.card(shop.stamps)
    for group, text in (("g", "{}"), ("h", json.dumps({"card": card.id}))):
        client("sqs").send_message(
            QueueUrl=queue, MessageBody=text, MessageGroupId=group, MessageDeduplicationId=group
        )
    assert list(SqsDeadLetters(queue).take()) == [card.id]
    counts = client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert counts["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "1"}
