"""What the one-machine world answers beside the product: paths that begin with /local/."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Reply = tuple[int, Mapping[str, str], bytes | Iterator[bytes]]
"""Status, headers, and a body: bytes, or pieces that are sent as they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRequest:
    """A request as a local handler sees it. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


Handler = Callable[[LocalRequest], Reply]


class LocalRoutes:
    """The local handlers, found by method and path."""

    def __init__(self) -> None:
        self._handlers: dict[tuple[str, str], Handler] = {}

    def add(self, method: str, path_prefix: str, handler: Handler) -> None:
        """Answer the method on the path and all paths below it."""
        self._handlers[method, path_prefix] = handler

    def find(self, method: str, path: str) -> Handler | None:
        """The handler with the longest prefix; a HEAD is answered like a GET."""
        wanted = "GET" if method == "HEAD" else method
        prefix = path.rstrip("/")
        while prefix:
            handler = self._handlers.get((wanted, prefix))
            if handler:
                return handler
            prefix = prefix.rpartition("/")[0]
        return None


def problem(status: int, title: str, detail: str = "") -> Reply:
    """A problem document (RFC 9457) of the general type."""
    document = {"type": "about:blank", "title": title, "status": status}
    if detail:
        document["detail"] = detail
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    return status, headers, json.dumps(document, separators=(",", ":")).encode()
