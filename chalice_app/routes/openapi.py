"""/openapi.json, made from the same types that validate the calls."""

from functools import cache
from typing import Any

import msgspec

from chalice_app.api import OPERATIONS, Operation
from chalice_app.http import Answer, Call, StempelApp, json_answer
from chalice_app.schemas import ProblemOut

VERSION = "3.1.0"
_REF = "#/components/schemas/{name}"


def mount(app: StempelApp) -> None:
    """Mounts /openapi.json."""
    app.mount("GET", "/openapi.json", get)


def get(call: Call) -> Answer:
    """The description of the API."""
    del call
    return json_answer(_encoded())


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(describe())


def describe() -> dict[str, Any]:
    """The OpenAPI document."""
    types = [each.body for each in OPERATIONS if each.body is not None]
    types += [each.answer for each in OPERATIONS] + [ProblemOut]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    bodies = [each for each in OPERATIONS if each.body is not None]
    body_of = {id(each): schema for each, schema in zip(bodies, schemas, strict=False)}
    answers = schemas[len(bodies) : -1]
    paths: dict[str, dict[str, Any]] = {}
    for each, answer in zip(OPERATIONS, answers, strict=True):
        described = _operation(each, body_of.get(id(each)), answer)
        paths.setdefault(each.path, {})[each.method.lower()] = described
    return {
        "openapi": VERSION,
        "info": {"title": "Stempel", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


def _operation(each: Operation, body: Any, answer: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": each.summary,
        "operationId": each.handle.__module__.rpartition(".")[2] + "_" + each.handle.__name__,
        "parameters": _parameters(each),
        "responses": {
            **{str(status): _content("application/json", answer) for status in each.statuses},
            "default": _content(
                "application/problem+json", {"$ref": _REF.format(name="ProblemOut")}
            ),
        },
    }
    if body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return described


def _parameters(each: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in each.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if each.method != "GET":
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"}
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": key}
        )
    if each.path.endswith("/entries"):
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        parameters.append({"name": "limit", "in": "query", "schema": limit})
        parameters.append({"name": "cursor", "in": "query", "schema": {"type": "string"}})
    return parameters


def _content(kind: str, schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": schema}}}
