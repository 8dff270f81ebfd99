"""The app's triggers, as Chalice and the template declare them, on threads of this process."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chalice.app import (
    Chalice,
    DynamoDBEventConfig,
    ScheduledEventConfig,
    ScheduleExpression,
    SQSEventConfig,
)

from infra.local import template
from infra.local.poller import Poller
from infra.local.queues import Queue
from infra.local.schedule import Schedule, parse
from infra.local.stream import Stream


def pollers(
    app: Chalice, client: Callable[[str], Any], made: Mapping[str, str], places: Path
) -> tuple[list[Poller], list[Poller]]:
    """Those of the app's streams and those of its queues; the first wake the second.

    `made` is what `tables.make_all` gave; `places` the folder where streams keep their place.
    """
    places.mkdir(mode=0o700, parents=True, exist_ok=True)
    queues = [
        Poller(
            source.name,
            Queue(
                client=client("sqs"),
                url=made[_referred(source.name, "Queue")],
                name=source.name,
                handler=app.handler_map[source.name],
            ),
        )
        for source in app.event_sources
        if isinstance(source, SQSEventConfig)
    ]

    def after() -> None:
        for queue in queues:
            queue.wake()

    streams = [
        Poller(
            source.name,
            Stream(
                client=client("dynamodbstreams"),
                arn=_stream_arn(client("dynamodb"), made[_referred(source.name, "Stream")]),
                name=source.name,
                handler=app.handler_map[source.name],
                place=places / f"{source.name}.json",
                patterns=_patterns(source.name),
                after=after,
            ),
        )
        for source in app.event_sources
        if isinstance(source, DynamoDBEventConfig)
    ]
    return streams, queues


def schedules(app: Chalice) -> list[Schedule]:
    """What of the app runs by the clock."""
    return [
        Schedule(
            name=source.name,
            when=parse(_expression(source.schedule_expression)),
            run=app.handler_map[source.name],
        )
        for source in app.event_sources
        if isinstance(source, ScheduledEventConfig)
    ]


def _expression(declared: str | ScheduleExpression) -> str:
    return declared if isinstance(declared, str) else declared.to_string()


def _referred(function: str, kind: str) -> str:
    """The logical id of the table or queue that feeds a function."""
    return template.referred(template.event_source(function)[kind])


def _patterns(function: str) -> list[Any]:
    filters = template.event_source(function).get("FilterCriteria", {}).get("Filters", [])
    return [json.loads(each["Pattern"]) for each in filters]


def _stream_arn(dynamodb: Any, table: str) -> str:
    return str(dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"])
