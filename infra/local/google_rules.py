"""What Google Wallet takes for a sound LoyaltyClass or LoyaltyObject.

Google's own discovery document says most of it. It comes with google-api-python-client, which is
there for developers only; without it a few rules that matter most are checked. What the document
says in prose only is written out here.
"""

import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

Rules = Callable[[str, object], list[str]]
"""The faults of a body, by the name of its schema; none if Google's documents allow it."""

_DOCUMENT: Final = "discovery_cache/documents/walletobjects.v1.json"
_ID: Final = re.compile(r"[0-9]+\.[A-Za-z0-9._-]+")
_MODULE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_INT32: Final = {"minimum": -(2**31), "maximum": 2**31 - 1}
_INT64: Final = {"type": ["string", "integer"], "pattern": r"^-?\d+$"}
_REQUIRED: Final = {
    "LoyaltyClass": ("id", "issuerName", "programName", "programLogo", "reviewStatus"),
    "LoyaltyObject": ("id", "classId", "state"),
}
_ROW_KINDS: Final = {"oneItem", "twoItems", "threeItems"}
_LISTS_MAX: Final = {"messages": 10, "merchantLocations": 10, "cardRowTemplateInfos": 3}
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*:\S+")


def rules() -> Rules:
    """Google's own where its document and a validator are installed, else the small ones."""
    path = discovery_path()
    if path is None or importlib.util.find_spec("jsonschema") is None:
        return _small
    return official(path)


def discovery_path() -> Path | None:
    """Where the document lies, if it is installed."""
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / _DOCUMENT
    return path if path.is_file() else None


@cache
def official(path: Path) -> Rules:
    """The rules of a discovery document, and those that it has in prose."""
    import jsonschema

    schemas = json.loads(path.read_text())["schemas"]
    converted = {name: _schema(schema) for name, schema in schemas.items()}

    def faults(name: str, body: object) -> list[str]:
        whole = {"$ref": f"#/$defs/{name}", "$defs": converted}
        validator = jsonschema.Draft202012Validator(whole)
        found = [f"{each.json_path}: {each.message}" for each in validator.iter_errors(body)]
        return found + list(_prose(body))

    return faults


def _small(name: str, body: object) -> list[str]:
    if not isinstance(body, dict):
        return ["not an object"]
    missing = [f"{key} is missing" for key in _REQUIRED[name] if key not in body]
    return missing + list(_prose(body))


def _schema(found: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of a discovery document as JSON Schema, where an unknown field is a fault."""
    if "$ref" in found:
        return {"$ref": f"#/$defs/{found['$ref']}"}
    if found.get("format") in ("int64", "uint64"):
        return dict(_INT64)
    made: dict[str, Any] = {"type": found["type"]} if found.get("type") != "any" else {}
    if found.get("format") == "int32":
        made |= _INT32
    if "enum" in found:
        made["enum"] = list(_living(found))
    if "items" in found:
        made["items"] = _schema(found["items"])
    if found.get("type") == "object":
        made |= _members(found)
    return made


def _members(found: Mapping[str, Any]) -> dict[str, Any]:
    if "additionalProperties" in found:
        return {"additionalProperties": _schema(found["additionalProperties"])}
    properties = found.get("properties", {})
    return {
        "properties": {name: _schema(each) for name, each in properties.items()},
        "required": [
            name
            for name, each in properties.items()
            if each.get("description", "").startswith("Required")
        ],
        "additionalProperties": False,
    }


def _living(found: Mapping[str, Any]) -> Iterator[str]:
    """The values of an enum that are neither deprecated nor "unspecified"."""
    deprecated = found.get("enumDeprecated") or [False] * len(found["enum"])
    for value, is_old in zip(found["enum"], deprecated, strict=True):
        if not is_old and not value.endswith("_UNSPECIFIED"):
            yield value


def _prose(body: object) -> Iterator[str]:
    if not isinstance(body, dict):
        return
    for key in ("id", "classId"):
        if key in body and not (isinstance(body[key], str) and _ID.fullmatch(body[key])):
            yield f"{key} is not an issuer and a name"
    if body.get("reviewStatus") in ("APPROVED", "REJECTED"):
        yield "reviewStatus is Google's to give"
    for path, value in _walk(body, "$"):
        for fault in _prose_of(path.rpartition(".")[2], value):
            yield f"{path}: {fault}"


def _walk(value: object, path: str) -> Iterator[tuple[str, object]]:
    yield path, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _walk(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, path)


def _prose_of(name: str, value: object) -> Iterable[str]:
    if isinstance(value, list):
        most = _LISTS_MAX.get(name)
        return [f"more than {most}"] if most and len(value) > most else []
    if name in ("url", "uri") and isinstance(value, str):
        return [] if _URL.fullmatch(value) else ["no scheme"]
    if not isinstance(value, dict):
        return []
    check = _OBJECT_RULES.get(name)
    return [] if check is None or check(value) else ["against a rule that Google has in prose"]


def _one_of(value: Mapping[str, object], names: set[str]) -> bool:
    return len(names & set(value)) == 1


_OBJECT_RULES: Final[Mapping[str, Callable[[Mapping[str, object]], bool]]] = {
    "balance": lambda value: _one_of(value, {"string", "int", "double", "money"}),
    "loyaltyPoints": lambda value: "balance" in value,
    "cardRowTemplateInfos": lambda value: _one_of(value, _ROW_KINDS),
    "heroImage": lambda value: _one_of(value, {"sourceUri", "privateImageId"}),
    "programLogo": lambda value: _one_of(value, {"sourceUri", "privateImageId"}),
    "textModulesData": lambda value: bool(_MODULE_ID.fullmatch(str(value.get("id", "-")))),
    "defaultValue": lambda value: bool(value.get("value")) and bool(value.get("language")),
}
