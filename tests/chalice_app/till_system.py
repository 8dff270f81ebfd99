"""A till system at the generic hook: it signs what it tells, and can sign it wrongly."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import Reply, send
from wallet import runtime
from wallet.domain.ids import ProgramId
from wallet.domain.standard_webhooks import sign
from wallet.services.hooks import hook_secret, make_hook

TIME = "2026-11-20T10:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class TillSystem:
    """A sender that knows a hook's secret."""

    hook_id: str
    secret: str

    def tell(
        self,
        kind: str,
        *,
        message_id: str = "",
        late: float = 0,
        secret: str = "",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> Reply:
        """Tells of something, signed `late` seconds ago. `body` goes out as it is."""
        message = {"type": kind, "timestamp": TIME, "data": data}
        raw = json.dumps(message, ensure_ascii=False).encode() if body is None else body
        message_id = message_id or f"msg_{secrets.token_hex(8)}"
        timestamp = str(int(runtime.now().timestamp() - late))
        signature = sign(secret or self.secret, message_id, timestamp, raw)
        sent = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
            **(headers or {}),
        }
        sent = {name: text for name, text in sent.items() if text}
        return send("POST", f"/hooks/generic/{self.hook_id}", headers=sent, body=raw)

    def sale(self, sale_id: str, card: dict[str, Any] | None, amount: int, **more: Any) -> Reply:
        """A sale in euros."""
        told = {"sale_id": sale_id, "card": card, "amount": amount, "currency": "EUR", **more}
        return self.tell("sale.completed", **told)

    def refund(self, sale_id: str, refund_id: str, amount: int) -> Reply:
        """A refund."""
        return self.tell("sale.refunded", sale_id=sale_id, refund_id=refund_id, amount=amount)

    def reward(self, kind: str, card: dict[str, str], reward_id: str, sale_id: str) -> Reply:
        """`quoted` or `redeemed`."""
        return self.tell(f"reward.{kind}", sale_id=sale_id, card=card, reward_id=reward_id)


def till_system(desk: Desk, program_id: ProgramId | None = None) -> TillSystem:
    """A new hook of the shop, and who knows its secret."""
    rack = runtime.hook_rack()
    hook = make_hook(rack, desk.shop.merchant_id, program_id, now=runtime.now())
    return TillSystem(hook_id=hook.id, secret=hook_secret(rack, hook))


def told(reply: Reply, code: int, status: str) -> dict[str, Any]:
    """The answer, which is this one, in its whole form."""
    assert reply.status == code, reply.body
    assert reply.headers["cache-control"] == "no-store"
    document: dict[str, Any] = reply.json
    assert set(document) == {"status", "entry", "card", "claim", "reward", "reason"}
    assert (document["reason"] is not None) is (status == "ignored")
    assert document["status"] == status, document
    return document
