"""/openapi.json, made from the same types that validate the calls."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from chalice_app.addresses import ADDRESSES, Address
from chalice_app.api import Open, Operation
from chalice_app.http import Answer, Call, json_answer
from chalice_app.schemas import ProblemOut
from chalice_app.stages import stage
from wallet.domain.standard_webhooks import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER

VERSION = "3.1.0"
_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer"},
    "publishable": {
        "type": "http",
        "scheme": "bearer",
        "description": "The programme's publishable key, no secret; or send `key` in the body.",
    },
    "webhook": {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE_HEADER,
        "description": "Standard Webhooks 1.0: v1, and the HMAC-SHA256 under the hook's secret.",
    },
}
_PROOFS: Mapping[str, list[dict[str, list[str]]]] = {
    "publishable": [{"publishable": []}, {}],
    "webhook": [{"webhook": []}],
}
_KEY = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"}
_SECONDS = {"type": "string", "pattern": "^[0-9]{1,11}$"}
_Described = Operation[Any] | Open
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
        (address, view)
        for address in ADDRESSES
        if isinstance(view := address.view(), Operation | Open)
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
        "servers": [{"url": stage() or "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": _SCHEMES,
        },
        "security": [{"key": []}],
    }


def _operation(address: Address, view: _Described, body: Any, answer: Any) -> dict[str, Any]:
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
    if isinstance(view, Open):
        described["security"] = _PROOFS[view.proof]
    if body is not None:
        content = {"application/json": {"schema": body}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(address: Address, view: _Described) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in address.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if isinstance(view, Open) and view.proof == "webhook":
        parameters += [_header(ID_HEADER, _KEY), _header(TIMESTAMP_HEADER, _SECONDS)]
    elif view.body is not None:
        parameters.append(_header("Idempotency-Key", _KEY, required=isinstance(view, Operation)))
    if address.path.endswith("/entries"):
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        parameters.append({"name": "limit", "in": "query", "schema": limit})
        parameters.append({"name": "cursor", "in": "query", "schema": {"type": "string"}})
    return parameters


def _header(name: str, schema: Any, *, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _content(kind: str, schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": schema}}}
