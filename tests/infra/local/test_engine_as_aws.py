"""What the product relies on in the engine: DynamoDB and SQS as on AWS."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.infra.local.aws import Aws


def test_a_cancelled_transaction_says_which_condition_failed_and_shows_the_old_item(
    aws: Aws,
) -> None:
    table = aws.table()
    aws.put(table, "C#1", "L#1", note={"S": "mine"})
    with pytest.raises(ClientError) as caught:
        aws.dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": table,
                        "Item": {"pk": {"S": "C#1"}, "sk": {"S": sk}},
                        "ConditionExpression": "attribute_not_exists(pk)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                }
                for sk in ("H", "L#1")
            ]
        )
    answer: Any = caught.value.response
    reasons = answer["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"]["note"] == {"S": "mine"}
    assert aws.keys(table) == {("C#1", "L#1")}


def test_an_index_gives_whole_items_in_order_a_page_at_a_time(aws: Aws) -> None:
    table = aws.table()
    for seq in (3, 1, 10, 2):
        aws.put(table, "C#1", f"L#{seq}", q={"N": str(seq)}, rest={"S": "x"})
    aws.put(table, "C#1")  # the head has no sequence number, so it is not in the index
    pages = aws.dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName="by_seq",
        KeyConditionExpression="pk = :c",
        ExpressionAttributeValues={":c": {"S": "C#1"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 3},
    )
    items = [[item["q"]["N"] + item["rest"]["S"] for item in page["Items"]] for page in pages]
    assert items == [["10x", "3x", "2x"], ["1x"]]


def test_of_many_threads_on_one_item_one_wins_each_version(aws: Aws) -> None:
    table = aws.table()
    aws.put(table, "C#1", v={"N": "0"})

    def add_one(_: int) -> None:
        while True:
            key = {"pk": {"S": "C#1"}, "sk": {"S": "H"}}
            head = aws.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
            version = int(head["v"]["N"])
            try:
                aws.dynamodb.put_item(
                    TableName=table,
                    Item={**key, "v": {"N": str(version + 1)}},
                    ConditionExpression="v = :v",
                    ExpressionAttributeValues={":v": {"N": str(version)}},
                )
            except aws.dynamodb.exceptions.ConditionalCheckFailedException:
                continue
            return

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(add_one, range(64)))
    key = {"pk": {"S": "C#1"}, "sk": {"S": "H"}}
    assert aws.dynamodb.get_item(TableName=table, Key=key)["Item"]["v"] == {"N": "64"}


def test_a_message_in_hand_holds_back_its_group_and_no_other(aws: Aws) -> None:
    queue = aws.queue()
    aws.send(queue, "a1", group="a")
    (first,) = aws.receive(queue)
    aws.send(queue, "a2", group="a")
    aws.send(queue, "b1", group="b")
    assert [m["Body"] for m in aws.receive(queue)] == ["b1"]
    aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    assert [m["Body"] for m in aws.receive(queue)] == ["a2"]


def test_a_repeated_message_counts_once_within_its_group(aws: Aws) -> None:
    queue = aws.queue(DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group in ("a", "a", "b"):
        aws.send(queue, group, group=group, key="same")
    assert [m["Body"] for m in aws.receive(queue)] == ["a", "b"]


def test_a_message_that_keeps_failing_ends_in_the_dead_letters(aws: Aws) -> None:
    dead = aws.queue()
    policy = f'{{"deadLetterTargetArn": "{aws.arn(dead)}", "maxReceiveCount": 2}}'
    queue = aws.queue(RedrivePolicy=policy)
    aws.send(queue, "poison", group="a")
    aws.send(queue, "behind it", group="a")
    for _ in range(2):
        (message, behind) = aws.receive(queue, VisibilityTimeout=0)
        assert (message["Body"], behind["Body"]) == ("poison", "behind it")
    assert aws.receive(queue) == []
    assert [m["Body"] for m in aws.receive(dead)] == ["poison", "behind it"]


def test_a_hidden_message_shows_itself_when_its_time_is_over(aws: Aws) -> None:
    queue = aws.queue()
    aws.send(queue, "later")
    (message,) = aws.receive(queue, VisibilityTimeout=60)
    assert aws.receive(queue) == []
    aws.sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    assert [m["Body"] for m in aws.receive(queue)] == ["later"]
