"""Makes the tables, queues and buckets of the template in whatever stands in for AWS."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.local import template

PREFIX = "stempel-"
_AS_THEY_ARE = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
)
_ELSEWHERE = {"RedrivePolicy", "SqsManagedSseEnabled"}


def make_all(client: Callable[[str], Any], *, prefix: str = PREFIX) -> dict[str, str]:
    """Make what is missing; by logical id, the name of each table and bucket, a queue's address.

    `client` gives the client of a service. What is there already is left as it is.
    """
    return {
        **make_tables(client("dynamodb"), prefix=prefix),
        **_make_queues(client("sqs"), prefix),
        **_make_buckets(client("s3"), prefix),
    }


def make_tables(dynamodb: Any, *, prefix: str = PREFIX) -> dict[str, str]:
    """Make the tables that are missing; the name of each by its logical id."""
    names = {}
    for logical_id, properties in template.resources(template.TABLE).items():
        names[logical_id] = _local_name(prefix, logical_id)
        _make_table(dynamodb, names[logical_id], properties)
    return names


def _local_name(prefix: str, logical_id: str, suffix: str = "") -> str:
    words = re.findall(r"[A-Z][a-z0-9]*", logical_id.removesuffix("Table"))
    return prefix + "-".join(words).lower() + suffix


def _make_table(dynamodb: Any, name: str, properties: Mapping[str, Any]) -> None:
    wanted = {part: properties[part] for part in _AS_THEY_ARE if part in properties}
    if "StreamSpecification" in properties:
        wanted["StreamSpecification"] = {
            **properties["StreamSpecification"],
            "StreamEnabled": True,
        }
    try:
        dynamodb.create_table(TableName=name, **wanted)
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    if "TimeToLiveSpecification" in properties:
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )


def _make_queues(sqs: Any, prefix: str) -> dict[str, str]:
    wanted = template.resources(template.QUEUE)
    urls: dict[str, str] = {}
    # A queue names its dead letters, so they are made first.
    for logical_id, properties in sorted(wanted.items(), key=lambda q: "RedrivePolicy" in q[1]):
        suffix = ".fifo" if properties.get("FifoQueue") else ""
        attributes = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in properties.items()
            if name not in _ELSEWHERE
        }
        if "RedrivePolicy" in properties:
            policy = _redrive_policy(sqs, properties["RedrivePolicy"], urls)
            attributes["RedrivePolicy"] = json.dumps(policy)
        name = _local_name(prefix, logical_id, suffix)
        urls[logical_id] = _made_queue(sqs, name, attributes)
    return urls


def _redrive_policy(
    sqs: Any, policy: Mapping[str, Any], urls: Mapping[str, str]
) -> dict[str, Any]:
    url = urls[template.referred(policy["deadLetterTargetArn"])]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return {**policy, "deadLetterTargetArn": answer["Attributes"]["QueueArn"]}


def _made_queue(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    try:
        return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def _make_buckets(s3: Any, prefix: str) -> dict[str, str]:
    names = {}
    for logical_id in template.resources(template.BUCKET):
        name = names[logical_id] = _local_name(prefix, logical_id)
        try:
            s3.create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name}
            )
        except s3.exceptions.BucketAlreadyOwnedByYou:
            continue
    return names
