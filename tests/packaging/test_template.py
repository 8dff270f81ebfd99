"""The template as it would be deployed: Chalice's, with infra/resources.json merged in."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalice_app.problems import TYPE_PREFIX, problem_of_status
from infra.package import Package
from wallet import telemetry
from wallet.settings import Settings

FUNCTIONS = {
    "APIHandler": "app.app",
    "QueuePushes": "handlers.ledger_stream.queue_pushes",
    "FoldStatistics": "handlers.ledger_stream.fold_statistics",
    "PushPasses": "handlers.push_queue.push_passes",
    "Sweep": "handlers.schedules.sweep",
    "KeepCalendar": "handlers.schedules.keep_calendar",
}
ROLES = {"APIHandler": "ApiHandlerRole"} | {
    name: f"{name}Role" for name in FUNCTIONS if name != "APIHandler"
}
HEADS = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "C#"}]}, "sk": {"S": ["H"]}}},
}
ENTRIES = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "C#"}]}, "sk": {"S": [{"prefix": "L#"}]}}},
}
OPTIONAL = {"WALLET_APNS_CA_FILE"}
READ_ITEMS = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}
# The indexes that each function's code queries; the API's may be any.
INDEXES = {
    "APIHandler": {"*"},
    "QueuePushes": set[str](),
    "FoldStatistics": {"by_seq"},
    "PushPasses": {"by_seq"},
    "Sweep": set[str](),
    "KeepCalendar": {"by_seq", "by_program"},
}
WRITE_ITEMS = {
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
}

Template = Mapping[str, Any]


def _resources(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource.get("Type") == kind
    }


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _event(template: Template, function: str) -> dict[str, Any]:
    [event] = _properties(template, function)["Events"].values()
    properties: dict[str, Any] = event["Properties"]
    return properties


def _statements(template: Template, role: str) -> Iterator[dict[str, Any]]:
    for policy in _properties(template, role)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_cfn_lint_finds_nothing(packages: Mapping[str, Package], architecture: str) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    template = packages[architecture].template

    done = subprocess.run([lint, template], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class TestFunctions:
    def test_all_are_there_each_with_its_own_role_log_and_code(
        self, packages: Mapping[str, Package]
    ) -> None:
        for architecture, package in packages.items():
            template = package.read_template()
            functions = _resources(template, "AWS::Serverless::Function")
            assert {n: f["Properties"]["Handler"] for n, f in functions.items()} == FUNCTIONS
            for name, function in functions.items():
                properties = function["Properties"]
                assert properties["Architectures"] == [architecture]
                assert properties["Runtime"] == f"python{package.python}"
                assert properties["CodeUri"] == "./deployment.zip"
                assert properties["Tracing"] == "PassThrough"  # X-Ray only if a caller asks
                assert properties["Role"] == {"Fn::GetAtt": [ROLES[name], "Arn"]}
                assert properties["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Log"}
                assert _properties(template, f"{name}Log")["RetentionInDays"] == {"Ref": "LogDays"}

    def test_the_environment_is_what_the_settings_read(self, template: Template) -> None:
        given = template["Globals"]["Function"]["Environment"]["Variables"].keys()
        read = _Asked()
        for name in vars(Settings):
            if isinstance(getattr(Settings, name), property):
                getattr(Settings(environ=read), name)

        assert given == read.names - OPTIONAL
        assert not any("Environment" in _properties(template, name) for name in FUNCTIONS)

    def test_the_api_answers_before_the_gateway_gives_up(self, template: Template) -> None:
        assert _properties(template, "APIHandler")["Timeout"] <= 29


class _Asked(dict[str, str]):
    """An environment that has everything and notes what is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return default or "x"


class TestTriggers:
    @pytest.mark.parametrize(
        ("function", "patterns"), [("QueuePushes", [HEADS]), ("FoldStatistics", [ENTRIES, HEADS])]
    )
    def test_a_function_on_the_stream(
        self, template: Template, function: str, patterns: list[dict[str, Any]]
    ) -> None:
        event = _event(template, function)

        assert event["Stream"] == {"Fn::GetAtt": ["CoreTable", "StreamArn"]}
        assert event["StartingPosition"] == "TRIM_HORIZON"
        assert [json.loads(f["Pattern"]) for f in event["FilterCriteria"]["Filters"]] == patterns
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["BisectBatchOnFunctionError"] is True
        # An outage of minutes loses nothing; one bad record holds up its shard for as long.
        assert event["MaximumRetryAttempts"] == 100
        assert event["DestinationConfig"]["OnFailure"] == {
            "Type": "SQS",
            "Destination": {"Fn::GetAtt": ["StreamDeadLetters", "Arn"]},
        }

    def test_the_function_on_the_queue(self, template: Template) -> None:
        event = _event(template, "PushPasses")
        queue = _properties(template, "PushQueue")

        assert event["Queue"] == {"Fn::Sub": "${PushQueue.Arn}"}
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queue["VisibilityTimeout"] >= 6 * _properties(template, "PushPasses")["Timeout"]

    def test_the_function_by_the_clock(self, template: Template) -> None:
        for function in ("Sweep", "KeepCalendar"):
            assert _event(template, function) == {"Schedule": "rate(5 minutes)"}

    def test_the_calendar_ends_before_its_next_run(self, template: Template) -> None:
        assert _properties(template, "KeepCalendar")["Timeout"] < 5 * 60


class TestQueues:
    def test_a_card_keeps_its_order_and_blocks_no_other(self, template: Template) -> None:
        queue = _properties(template, "PushQueue")

        assert queue["FifoQueue"] is True
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"
        assert queue["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": ["PushDeadLetters", "Arn"]},
            "maxReceiveCount": 30,
        }

    def test_dead_letters_wait_the_longest_that_they_may(self, template: Template) -> None:
        days = 24 * 3600
        for name in ("PushDeadLetters", "StreamDeadLetters"):
            assert _properties(template, name)["MessageRetentionPeriod"] == 14 * days
        assert _properties(template, "PushDeadLetters")["FifoQueue"] is True  # as its source
        assert "FifoQueue" not in _properties(template, "StreamDeadLetters")  # Lambda's demand

    def test_all_are_encrypted(self, template: Template) -> None:
        queues = _resources(template, "AWS::SQS::Queue")

        assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values())


class TestTables:
    def test_keys_and_the_one_index(self, template: Template) -> None:
        for name in ("CoreTable", "EdgeTable", "StatsTable"):
            keys = [
                (key["AttributeName"], key["KeyType"])
                for key in _properties(template, name)["KeySchema"]
            ]
            assert keys == [("pk", "HASH"), ("sk", "RANGE")]
        [members] = _properties(template, "CoreTable")["GlobalSecondaryIndexes"]
        # Only rows that no earn writes carry its keys, so that an earn pays for no index of it.
        names = [key["AttributeName"] for key in members["KeySchema"]]
        assert (members["IndexName"], names) == ("by_program", ["gp", "gc"])
        [index] = _properties(template, "CoreTable")["LocalSecondaryIndexes"]
        assert index == {
            "IndexName": "by_seq",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "q", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }

    def test_the_core_table_is_the_outbox_and_can_be_restored(self, template: Template) -> None:
        core = _properties(template, "CoreTable")

        assert core["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert core["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}

    def test_only_edge_forgets(self, template: Template) -> None:
        forgets = {
            name: table["Properties"].get("TimeToLiveSpecification")
            for name, table in _resources(template, "AWS::DynamoDB::Table").items()
        }

        assert forgets == {
            "CoreTable": None,
            "EdgeTable": {"AttributeName": "ttl", "Enabled": True},
            "StatsTable": None,
        }

    def test_no_deployment_takes_data_away(self, template: Template) -> None:
        tables = _resources(template, "AWS::DynamoDB::Table")
        buckets = _resources(template, "AWS::S3::Bucket")
        for resource in (tables | buckets).values():
            assert resource["DeletionPolicy"] == "Retain"
            assert resource["UpdateReplacePolicy"] == "Retain"
        for table in tables.values():
            assert table["Properties"]["DeletionProtectionEnabled"] is True
            assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
            assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"

    def test_the_bucket_is_nobody_elses(self, template: Template) -> None:
        blobs = _properties(template, "Blobs")

        assert set(blobs["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in blobs
        assert "VersioningConfiguration" not in blobs


class TestRights:
    """Each function may do what it does and no more."""

    @pytest.mark.parametrize(
        ("function", "rights"),
        [
            (
                "APIHandler",
                READ_ITEMS
                | WRITE_ITEMS
                | {
                    "s3:GetObject",
                    "s3:ListBucket",  # without it a missing object is "denied"
                    "s3:PutObject",
                    "secretsmanager:GetSecretValue",
                    "ses:SendEmail",
                    "ses:SendRawEmail",
                    "sqs:SendMessage",
                },
            ),
            ("QueuePushes", {"sqs:SendMessage"}),
            (
                "FoldStatistics",
                READ_ITEMS | WRITE_ITEMS | {"dynamodb:BatchWriteItem", "sqs:SendMessage"},
            ),
            (
                "PushPasses",
                READ_ITEMS
                | WRITE_ITEMS
                | {
                    "s3:GetObject",
                    "s3:ListBucket",
                    "s3:PutObject",
                    "secretsmanager:GetSecretValue",
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                },
            ),
            ("Sweep", {"sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage"}),
            (
                "KeepCalendar",
                READ_ITEMS
                | WRITE_ITEMS
                | {"dynamodb:BatchWriteItem", "secretsmanager:GetSecretValue"},
            ),
        ],
    )
    def test_of_a_function(self, template: Template, function: str, rights: set[str]) -> None:
        reading_the_stream = {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        }
        logging = {"logs:CreateLogStream", "logs:PutLogEvents"}
        on_stream = function in {"QueuePushes", "FoldStatistics"}

        statements = list(_statements(template, ROLES[function]))

        allowed = {action for statement in statements for action in statement["Action"]}
        assert allowed == rights | logging | (reading_the_stream if on_stream else set())
        assert all(statement["Effect"] == "Allow" for statement in statements)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_each_may_query_the_indexes_that_its_code_queries(
        self, template: Template, function: str
    ) -> None:
        queried = [
            statement["Resource"]
            for statement in _statements(template, ROLES[function])
            if "dynamodb:Query" in statement["Action"]
        ]
        found = re.findall(r"\$\{CoreTable\.Arn\}/index/([^\"]+)", json.dumps(queried))
        assert sorted(found) == sorted(INDEXES[function])

    def test_no_code_queries_another_index(self, template: Template) -> None:
        core = _properties(template, "CoreTable")
        indexes = [*core["GlobalSecondaryIndexes"], *core["LocalSecondaryIndexes"]]
        named = set[str]().union(*INDEXES.values()) - {"*"}
        assert {index["IndexName"] for index in indexes} == named

    def test_none_is_for_everything(self, template: Template) -> None:
        for role in ROLES.values():
            for statement in _statements(template, role):
                assert not any("*" in action for action in statement["Action"])
                assert '"*"' not in json.dumps(statement["Resource"])

    def test_only_who_signs_may_read_the_certificate_and_only_who_finds_people_the_master(
        self, template: Template
    ) -> None:
        readers = {
            secret: {
                name
                for name, role in ROLES.items()
                if f"secret:${{{secret}}}-" in json.dumps(list(_statements(template, role)))
            }
            for secret in ("PassCertificateSecret", "MasterSecret", "GoogleSecret")
        }

        assert readers == {
            "PassCertificateSecret": {"APIHandler", "PushPasses"},
            "MasterSecret": {"APIHandler", "KeepCalendar"},
            "GoogleSecret": {"APIHandler", "PushPasses"},
        }


class TestApi:
    def test_every_body_may_be_binary(self, template: Template) -> None:
        body = _properties(template, "RestAPI")["DefinitionBody"]

        assert body["x-amazon-apigateway-binary-media-types"] == ["*/*"]

    @pytest.mark.parametrize(
        ("response", "status"),
        [
            ("MISSING_AUTHENTICATION_TOKEN", 404),  # the gateway's word for an unknown path
            ("RESOURCE_NOT_FOUND", 404),
            ("ACCESS_DENIED", 403),
            ("REQUEST_TOO_LARGE", 413),
            ("UNSUPPORTED_MEDIA_TYPE", 415),
            ("THROTTLED", 429),
            ("QUOTA_EXCEEDED", 429),
            ("INTEGRATION_TIMEOUT", 504),
            ("DEFAULT_4XX", None),
            ("DEFAULT_5XX", None),
        ],
    )
    def test_the_gateways_own_answers_are_problem_documents(
        self, template: Template, response: str, status: int | None
    ) -> None:
        body = _properties(template, "RestAPI")["DefinitionBody"]
        answer = body["x-amazon-apigateway-gateway-responses"][response]
        problem = json.loads(answer["responseTemplates"]["application/json"])

        assert answer.get("statusCode") == problem.get("status") == status
        assert problem["type"].startswith(TYPE_PREFIX)
        assert problem["title"]
        if status in {403, 404, 413, 415}:  # those that the app gives too
            assert problem == json.loads(problem_of_status(status).body())
        assert (
            answer["responseParameters"]["gatewayresponse.header.Content-Type"]
            == "'application/problem+json'"
        )


class TestAlarms:
    def test_each_tells_somebody(self, template: Template) -> None:
        alarms = _resources(template, "AWS::CloudWatch::Alarm")

        assert len(alarms) == 14
        for alarm in alarms.values():
            assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
            assert alarm["Properties"]["TreatMissingData"] == "notBreaching"

    def test_every_function_is_watched(self, template: Template) -> None:
        for name in FUNCTIONS:
            alarm = _properties(template, f"{name}ErrorsAlarm")
            assert (alarm["MetricName"], alarm["Threshold"]) == ("Errors", 0)
            assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]

    def test_the_api_is_watched_under_its_own_name(self, template: Template) -> None:
        api = _properties(template, "RestAPI")

        assert _properties(template, "ApiFaultsAlarm")["Dimensions"] == [
            {"Name": "ApiName", "Value": api["DefinitionBody"]["info"]["title"]},
            {"Name": "Stage", "Value": api["StageName"]},
        ]

    def test_a_card_whose_dues_fail_is_the_metric_that_is_watched(
        self, template: Template, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = io.StringIO()
        monkeypatch.setattr(telemetry, "_stream", [log])
        telemetry.alarm_of_card("abcdefghij", "what went wrong")
        line = json.loads(log.getvalue())
        [metrics] = line["_aws"]["CloudWatchMetrics"]
        alarm = _properties(template, "DueFailedAlarm")

        assert alarm["Namespace"] == metrics["Namespace"]
        assert alarm["MetricName"] == metrics["Metrics"][0]["Name"]
        assert line["card"] == "abcdef"

    def test_a_programme_whose_cards_cannot_be_noted_is_in_the_same_metric(
        self, template: Template, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = io.StringIO()
        monkeypatch.setattr(telemetry, "_stream", [log])
        telemetry.alarm_of_program("coffee", "what went wrong")
        line = json.loads(log.getvalue())
        [metrics] = line["_aws"]["CloudWatchMetrics"]

        watched = _properties(template, "DueFailedAlarm")["MetricName"]
        assert [metric["Name"] for metric in metrics["Metrics"]] == [watched]
        assert (line["program"], line[watched], "card" in line) == ("coffee", 1, False)

    def test_the_alarm_line_is_the_metric_that_is_watched(
        self, template: Template, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = io.StringIO()
        monkeypatch.setattr(telemetry, "_stream", [log])
        telemetry.alarm("the topic is not ours")
        [metrics] = json.loads(log.getvalue())["_aws"]["CloudWatchMetrics"]
        alarm = _properties(template, "PushRejectedAlarm")

        assert alarm["Namespace"] == metrics["Namespace"]
        assert alarm["MetricName"] == metrics["Metrics"][0]["Name"]
        assert metrics["Dimensions"] == [[]]
        assert "Dimensions" not in alarm
