"""/openapi.json, made from the same types that validate the calls."""

from functools import cache
from typing import Any

import msgspec

from chalice_app.addresses import ADDRESSES, Address
from chalice_app.api import Operation
from chalice_app.http import Answer, Call, json_answer
from chalice_app.schemas import ProblemOut

VERSION = "3.1.0"
_REF = "#/components/schemas/{name}"


def get(call: Call) -> Answer:
    """The description of the API."""
    del call
    return json_answer(_encoded())


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(describe())


def describe() -> dict[str, Any]:
    """The OpenAPI document."""
    operations = [
        (address, view) for address in ADDRESSES if isinstance(view := address.view(), Operation)
    ]
    types = [view.answer for _, view in operations] + [ProblemOut]
    types += [view.body for _, view in operations if view.body is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    bodies = iter(schemas[len(operations) + 1 :])
    paths: dict[str, dict[str, Any]] = {}
    for (address, view), answer in zip(operations, schemas, strict=False):
        body = next(bodies) if view.body is not None else None
        described = _operation(address, view, body, answer)
        paths.setdefault(address.path, {})[address.method.lower()] = described
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


def _operation(address: Address, view: Operation[Any], body: Any, answer: Any) -> dict[str, Any]:
    problem = {"$ref": _REF.format(name="ProblemOut")}
    described: dict[str, Any] = {
        "summary": (view.handle.__doc__ or "").splitlines()[0],
        "operationId": address.target.replace(".", "_"),
        "parameters": _parameters(address, view),
        "responses": {
            **{str(status): _content("application/json", answer) for status in view.statuses},
            "default": _content("application/problem+json", problem),
        },
    }
    if body is not None:
        content = {"application/json": {"schema": body}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(address: Address, view: Operation[Any]) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in address.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if view.body is not None:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"}
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": key}
        )
    if address.path.endswith("/entries"):
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        parameters.append({"name": "limit", "in": "query", "schema": limit})
        parameters.append({"name": "cursor", "in": "query", "schema": {"type": "string"}})
    return parameters


def _content(kind: str, schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": schema}}}
