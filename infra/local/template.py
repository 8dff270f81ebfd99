"""What the template for AWS (infra/resources.json) says that this world needs as well."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.local_routes import Reply

PATH = Path(__file__).parents[1] / "resources.json"
TABLE, QUEUE, BUCKET = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"
_REFERENCE = re.compile(r"\$\{(\w+)(?:\.\w+)?\}")


@cache
def _template() -> Mapping[str, Any]:
    template: dict[str, Any] = json.loads(PATH.read_text())
    return template


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a kind, by their logical id."""
    everything = _template()["Resources"].items()
    return {name: part["Properties"] for name, part in everything if part.get("Type") == kind}


def default(parameter: str) -> str:
    """What a parameter is when nobody says otherwise."""
    return str(_template()["Parameters"][parameter]["Default"])


def referred(value: Mapping[str, Any]) -> str:
    """The parameter or resource that a value refers to, whichever way it is written."""
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), _]}:
            return name
        case {"Fn::Sub": str(text)} if found := _REFERENCE.fullmatch(text):
            return found[1]
        case _:
            raise ValueError(f"refers to nothing that is known here: {value}")


def variables() -> dict[str, str]:
    """The functions' environment: each variable with the parameter or resource it refers to."""
    wanted = _template()["Globals"]["Function"]["Environment"]["Variables"]
    return {name: referred(value) for name, value in wanted.items()}


def event_source(function: str) -> dict[str, Any]:
    """The properties of the only event source of a function, named as Chalice names functions."""
    logical_id = "".join(word.capitalize() for word in function.split("_"))
    events = _template()["Resources"][logical_id]["Properties"]["Events"]
    (source,) = events.values()
    properties: dict[str, Any] = source["Properties"]
    return properties


def gateway_reply(name: str) -> Reply:
    """What API Gateway answers by itself, by the gateway response's name."""
    document = _template()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    response = document["x-amazon-apigateway-gateway-responses"][name]
    headers = {
        parameter.removeprefix("gatewayresponse.header."): value.strip("'")
        for parameter, value in response["responseParameters"].items()
    }
    body = response["responseTemplates"]["application/json"]
    return response["statusCode"], headers, body.encode()
