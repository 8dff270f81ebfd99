"""What the template says is what the world gets."""

import json
from typing import Any

import pytest

from infra.local import template
from infra.local.tables import make_all, make_tables
from tests.infra.local.aws import Aws


def test_everything_is_made_once(aws: Aws) -> None:
    made = make_all(aws.client, prefix="once-")
    assert make_all(aws.client, prefix="once-") == made
    assert made["CoreTable"] == "once-core"
    assert made["Blobs"] == "once-blobs"
    assert made["PushQueue"].endswith("/once-push-queue.fifo")
    outside = {"BaseUrl", "ApnsUrl", "MailSender", "GoogleIssuer", "GoogleUrl", "GoogleKeysUrl"}
    wanted = {*template.variables().values()} - outside
    parameters = {name for name in wanted if name.endswith("Secret")}
    assert wanted - parameters <= made.keys()


def test_tables_have_their_indexes_streams_and_expiry(aws: Aws) -> None:
    made = make_tables(aws.dynamodb, prefix="shape-")
    core = aws.dynamodb.describe_table(TableName=made["CoreTable"])["Table"]
    (index,) = core["LocalSecondaryIndexes"]
    assert (index["IndexName"], index["Projection"]) == ("by_seq", {"ProjectionType": "ALL"})
    assert core["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    expiry = aws.dynamodb.describe_time_to_live(TableName=made["EdgeTable"])
    assert expiry["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"


def test_queues_have_their_attributes_and_dead_letters(aws: Aws) -> None:
    made = make_all(aws.client, prefix="queues-")
    answer = aws.sqs.get_queue_attributes(QueueUrl=made["PushQueue"], AttributeNames=["All"])
    attributes = answer["Attributes"]
    assert attributes["FifoQueue"] == "true"
    assert attributes["DeduplicationScope"] == "messageGroup"
    wanted = template.resources(template.QUEUE)["PushQueue"]
    assert attributes["VisibilityTimeout"] == str(wanted["VisibilityTimeout"])
    policy = json.loads(attributes["RedrivePolicy"])
    assert policy["deadLetterTargetArn"] == aws.arn(made["PushDeadLetters"])
    assert policy["maxReceiveCount"] == wanted["RedrivePolicy"]["maxReceiveCount"]


@pytest.mark.parametrize(
    "value",
    [{"Ref": "A"}, {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::Sub": "${A.Arn}"}, {"Fn::Sub": "${A}"}],
)
def test_a_reference_may_be_written_in_several_ways(value: Any) -> None:
    assert template.referred(value) == "A"


@pytest.mark.parametrize("value", [{}, {"Fn::Sub": "arn:${A}"}, {"Fn::Join": ["", []]}])
def test_what_refers_to_nothing_known_is_an_error(value: Any) -> None:
    with pytest.raises(ValueError, match="refers to nothing"):
        template.referred(value)
