"""Clients of one endpoint, and short ways to make what the tests of the local world need."""

import itertools
from functools import cached_property
from typing import Any

import botocore.session
from botocore.config import Config

_numbers = itertools.count(1)


class Aws:
    """All services of one engine."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        return botocore.session.get_session().create_client(
            service,
            endpoint_url=self.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(max_pool_connections=64),
        )

    @cached_property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    @cached_property
    def streams(self) -> Any:
        return self.client("dynamodbstreams")

    @cached_property
    def sqs(self) -> Any:
        return self.client("sqs")

    @cached_property
    def s3(self) -> Any:
        return self.client("s3")

    @cached_property
    def secrets(self) -> Any:
        return self.client("secretsmanager")

    def table(self) -> str:
        """A new table of the shape of core, with a stream."""
        name = f"table-{next(_numbers)}"
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[_key("pk", "HASH"), _key("sk", "RANGE")],
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": t}
                for n, t in (("pk", "S"), ("sk", "S"), ("q", "N"))
            ],
            LocalSecondaryIndexes=[
                {
                    "IndexName": "by_seq",
                    "KeySchema": [_key("pk", "HASH"), _key("q", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return name

    def stream_arn(self, table: str) -> str:
        return str(self.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"])

    def put(self, table: str, pk: str, sk: str = "H", **attributes: Any) -> None:
        self.dynamodb.put_item(
            TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes}
        )

    def keys(self, table: str) -> set[tuple[str, str]]:
        """The keys of all items."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return {(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]}

    def queue(self, **attributes: str) -> str:
        """A new FIFO queue; its address."""
        name = f"queue-{next(_numbers)}.fifo"
        attributes = {"FifoQueue": "true", **attributes}
        return str(self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def arn(self, queue: str) -> str:
        answer = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def send(self, queue: str, body: str, *, group: str = "g", key: str | None = None) -> None:
        self.sqs.send_message(
            QueueUrl=queue,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=key or f"key-{next(_numbers)}",
        )

    def receive(self, queue: str, **options: Any) -> list[Any]:
        answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **options)
        return list(answer.get("Messages", []))


def _key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}
