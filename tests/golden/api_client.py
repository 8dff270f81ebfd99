"""Calls the API of a one-machine world, as its demo merchant, and moves its clock."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_PAGE = 100
# A jump over years runs what is due on each of their days.
_SECONDS = 600.0


class Client:
    """Calls of the demo merchant, each under a new idempotency key."""

    def __init__(self, demo: Mapping[str, Any]) -> None:
        self._base_url, self._api_key = demo["base_url"], demo["api_key"]
        self._demo_program = demo["programs"][0]["id"]

    def warm_up(self) -> None:
        """Makes the world sign a pass while its certificates are valid: they are of today, and
        those who sign look at that once.
        """
        path = f"/programs/{self._demo_program}/cards"
        card = self.done("POST", path, {"member": {}})
        with urllib.request.urlopen(card["links"]["apple"], timeout=_SECONDS) as answer:
            assert answer.read()

    def set_clock(self, now: datetime) -> None:
        """Lets the clock stand still at a time, once all that came due before it is done."""
        status, said = self._send("POST", "/local/clock", {"now": now.isoformat(), "still": True})
        assert status == 200, said

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the answer of an API call."""
        status, answer = self._send(method, f"/api/v1{path}", body)
        assert status < 500, answer
        return status, answer

    def done(self, method: str, path: str, body: object = None) -> Any:
        """The answer of a call that must not be refused."""
        status, answer = self.ask(method, path, body)
        assert status < 400, answer
        return answer

    def get(self, path: str) -> Any:
        """What stands there."""
        return self.done("GET", path)

    def entries(self, card_id: str) -> Sequence[Mapping[str, Any]]:
        """The history of a card, oldest first."""
        page = self.get(f"/cards/{card_id}/entries?limit={_PAGE}")
        assert page["cursor"] is None
        return list(reversed(page["entries"]))

    def _send(self, method: str, path: str, body: object) -> tuple[int, Any]:
        request = urllib.request.Request(
            self._base_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._api_key}",
                "Content-Type": "application/json",
                "Idempotency-Key": secrets.token_hex(16),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)
