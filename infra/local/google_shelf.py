"""What the fake Google Wallet holds, and how Google changes it: refusals, merges, what it adds."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from infra.local.google_rules import Rules

Document = dict[str, Any]
Kind = Literal["loyaltyClass", "loyaltyObject"]

_SCHEMAS: Final = {"loyaltyClass": "LoyaltyClass", "loyaltyObject": "LoyaltyObject"}
_FAULTS_TOLD_MAX: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and a body: JSON, or a page. With a location it sends the browser there."""

    status: int
    body: Document | str
    location: str = ""


class RefusedError(Exception):
    """What Google would not do, in Google's words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        fault = {"message": message, "domain": "walletobjects", "reason": reason}
        error = {"code": status, "message": message, "errors": [fault]}
        self.answer = Answer(status=status, body={"error": error})


class Shelf:
    """Classes, objects, and which of these are on the phone; kept in a file. Not thread-safe."""

    def __init__(
        self, path: Path, *, issuer: str, sees: Callable[[str], bool], faults: Rules
    ) -> None:
        self._path = path
        self._issuer = issuer
        self._sees = sees
        self._faults = faults
        kept = json.loads(path.read_text()) if path.exists() else {}
        self._held: dict[Kind, dict[str, Document]] = {
            "loyaltyClass": kept.get("classes", {}),
            "loyaltyObject": kept.get("objects", {}),
        }
        self.saved: list[str] = kept.get("saved", [])
        self.root: str | None = kept.get("root")

    def has(self, object_id: str) -> bool:
        """Whether there is such an object."""
        return object_id in self._held["loyaltyObject"]

    def class_of(self, object_id: str) -> str:
        """The class of an object."""
        return str(self._held["loyaltyObject"][object_id]["classId"])

    def shown(self, object_id: str) -> Document:
        """An object with its class, as Google shows it."""
        reference = self._held["loyaltyClass"][self.class_of(object_id)]
        return self._held["loyaltyObject"][object_id] | {"classReference": reference}

    def save(self, object_id: str, *, is_saved: bool) -> None:
        """Puts an object on the phone, or takes it off."""
        if is_saved:
            self.saved.append(object_id)
        else:
            self.saved.remove(object_id)
        self._held["loyaltyObject"][object_id]["hasUsers"] = is_saved
        self._keep()

    def get(self, kind: Kind, name: str | None, class_id: str | None) -> Document:
        """One resource; or without a name all, of a class if one is named."""
        held = self._held[kind]
        if name is not None:
            if name not in held:
                raise _missing(kind, name)
            return self._seen(kind, name)
        names = [each for each, body in held.items() if class_id in (None, body.get("classId"))]
        # Google leaves out the member of an empty list.
        return {"resources": [self._seen(kind, each) for each in names]} if names else {}

    def insert(self, kind: Kind, document: Document) -> Document:
        """A new resource, as Google shows it."""
        self._check(kind, document)
        name = str(document["id"])
        if name in self._held[kind]:
            raise RefusedError(409, "alreadyExists", f"{name} already exists")
        return self._put(kind, name, document)

    def change(self, kind: Kind, name: str, document: Document, *, is_patch: bool) -> Document:
        """A changed resource, as Google shows it."""
        before = self._held[kind].get(name)
        if before is None:
            raise _missing(kind, name)
        after = _merged(before, document) if is_patch else dict(document)
        if kind == "loyaltyClass" and "reviewStatus" not in document:
            after["reviewStatus"] = "UNDER_REVIEW"
        self._check(kind, after)
        if after["id"] != name:
            raise RefusedError(400, "invalidResource", "id of another resource")
        return self._put(kind, name, after)

    def _check(self, kind: Kind, document: Document) -> None:
        if faults := self._faults(_SCHEMAS[kind], document):
            raise RefusedError(400, "invalidResource", "; ".join(faults[:_FAULTS_TOLD_MAX]))
        names = [document[each] for each in ("id", "classId") if each in document]
        if any(name.partition(".")[0] != self._issuer for name in names):
            raise RefusedError(403, "permissionDenied", "Permission denied.")
        if kind == "loyaltyObject" and document["classId"] not in self._held["loyaltyClass"]:
            raise _missing("loyaltyClass", document["classId"])
        for image in (document.get("heroImage"), document.get("programLogo")):
            if image and not self._sees(image["sourceUri"]["uri"]):
                raise RefusedError(400, "invalidResource", "Image cannot be loaded.")

    def _put(self, kind: Kind, name: str, document: Document) -> Document:
        kept = {key: value for key, value in document.items() if key != "notifyPreference"}
        if kind == "loyaltyClass":
            kept["reviewStatus"] = "APPROVED"  # Google's machine says so at once
        else:
            kept["hasUsers"] = name in self.saved
        self._held[kind][name] = kept
        self._keep()
        return self._seen(kind, name)

    def _seen(self, kind: Kind, name: str) -> Document:
        return self.shown(name) if kind == "loyaltyObject" else self._held[kind][name]

    def _keep(self) -> None:
        document = {
            "classes": self._held["loyaltyClass"],
            "objects": self._held["loyaltyObject"],
            "saved": self.saved,
            "root": self.root,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(document, file, indent=1)
        fresh.replace(self._path)


def _merged(before: Document, change: Document) -> Document:
    """As Google patches: objects merge, lists are replaced, null takes away."""
    after = dict(before)
    for name, value in change.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, dict):
            held = before.get(name)
            after[name] = _merged(held if isinstance(held, dict) else {}, value)
        else:
            after[name] = value
    return after


def _missing(kind: str, name: str) -> RefusedError:
    reason = "classNotFound" if kind == "loyaltyClass" else "resourceNotFound"
    return RefusedError(404, reason, f"{name} not found")
