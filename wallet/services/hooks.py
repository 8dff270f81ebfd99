"""Hooks: made, listed, given a new secret, revoked, and asked whether a call is theirs.

The secret is kept encrypted, not as a digest: a signature is checked with the secret itself, and
the console shows it again to who lost it. After a rotation the old one holds for a day, so that a
till can change over without losing a sale.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from wallet.domain.errors import ContentionError, KeyReusedError, NotFoundError
from wallet.domain.hooks import Hook, HookId
from wallet.domain.ids import ID_BYTES, MerchantId, ProgramId, encode_id, is_id
from wallet.domain.standard_webhooks import SECRET_BYTES, Flaw, verify, write_secret
from wallet.domain.times import cut
from wallet.services.ports import Chance
from wallet.services.sessions import Edge, Kept, digest_of

OLD_SECRET_LIFETIME = timedelta(hours=24)
# Senders try again for three days; a sale counts once for ever by its own id.
_EVENT_LIFETIME = timedelta(days=30)


class Hooks(Protocol):
    """The hooks of merchants."""

    def add(self, hook: Hook) -> None:
        """Keeps a new hook."""

    def hook(self, hook_id: HookId) -> Hook | None:
        """One hook, revoked or not, strongly consistent."""

    def of_merchant(self, merchant_id: MerchantId) -> Sequence[Hook]:
        """All hooks, revoked ones too, oldest first."""

    def change(self, before: Hook, after: Hook) -> bool:
        """Writes what changed, if the hook is still as it was read; says whether it did."""


class Safe(Protocol):
    """Encrypts texts that must be read again."""

    def seal_text(self, merchant_id: MerchantId, owner: str, text: str) -> bytes:
        """The text, encrypted and bound to its owner."""

    def open_text(self, merchant_id: MerchantId, owner: str, sealed: bytes) -> str:
        """What `seal_text` took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRack:
    """What keeping hooks needs."""

    hooks: Hooks
    safe: Safe
    edge: Edge
    chance: Chance


def make_hook(
    rack: HookRack, merchant_id: MerchantId, program_id: ProgramId | None, *, now: datetime
) -> Hook:
    """A new hook with a secret. `hook_secret` reads it."""
    hook_id = HookId(encode_id(rack.chance(ID_BYTES)))
    hook = Hook(
        id=hook_id,
        merchant_id=merchant_id,
        program_id=program_id,
        sealed=_new_secret(rack, merchant_id, hook_id),
        created_at=cut(now),
    )
    rack.hooks.add(hook)
    return hook


def hook_secret(rack: HookRack, hook: Hook) -> str:
    """The secret to sign with."""
    return rack.safe.open_text(hook.merchant_id, _owner(hook.id), hook.sealed)


def list_hooks(rack: HookRack, merchant_id: MerchantId) -> Sequence[Hook]:
    """All hooks of a merchant, revoked ones too, oldest first."""
    return rack.hooks.of_merchant(merchant_id)


def own_hook(rack: HookRack, merchant_id: MerchantId, hook_id: str) -> Hook:
    """The merchant's hook, revoked or not. Raises NotFoundError, for another merchant's too."""
    hook = rack.hooks.hook(HookId(hook_id)) if is_id(hook_id) else None
    if hook is None or hook.merchant_id != merchant_id:
        raise NotFoundError("hook")
    return hook


def rotate_secret(rack: HookRack, merchant_id: MerchantId, hook_id: str, *, now: datetime) -> Hook:
    """Gives a hook a new secret; the one before holds for 24 hours more, an older one no longer.

    Raises NotFoundError for a hook that is revoked, too, and ContentionError.
    """
    hook = own_hook(rack, merchant_id, hook_id)
    if hook.revoked_at is not None:
        raise NotFoundError("hook")
    rotated = replace(
        hook,
        sealed=_new_secret(rack, merchant_id, hook.id),
        old_sealed=hook.sealed,
        rotated_at=cut(now),
    )
    return _changed(rack, hook, rotated)


def revoke_hook(rack: HookRack, merchant_id: MerchantId, hook_id: str, *, now: datetime) -> Hook:
    """Closes a hook for good, from this moment on.

    Raises NotFoundError, ContentionError. What it told of stays, and claim links still work.
    """
    hook = own_hook(rack, merchant_id, hook_id)
    if hook.revoked_at is not None:
        return hook
    return _changed(rack, hook, replace(hook, revoked_at=cut(now)))


def open_hook(rack: HookRack, hook_id: str) -> Hook:
    """The hook that is called. Raises NotFoundError for an unknown or revoked one."""
    hook = rack.hooks.hook(HookId(hook_id)) if is_id(hook_id) else None
    if hook is None or hook.revoked_at is not None:
        raise NotFoundError("hook")
    return hook


def flaw_of(
    rack: HookRack, hook: Hook, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Flaw | None:
    """What is wrong with a call of the hook; None if it is signed with one of its secrets."""
    return verify(_ring(rack, hook, now), headers, body, now=now)


def check_repeated(
    rack: HookRack, hook: Hook, message_id: str, body: bytes, *, now: datetime
) -> None:
    """Refuses another body under an id that was taken. Raises KeyReusedError."""
    kept = rack.edge.get(_event_key(hook, message_id))
    if kept and kept.expires_at > now and kept.data["body"] != _body_digest(body):
        raise KeyReusedError


def note_taken(rack: HookRack, hook: Hook, message_id: str, body: bytes, *, now: datetime) -> None:
    """Keeps in mind that an event was taken. A refused one may come again, mended."""
    kept = Kept(
        owner=hook.merchant_id,
        data={"body": _body_digest(body)},
        expires_at=now + _EVENT_LIFETIME,
    )
    rack.edge.put(_event_key(hook, message_id), kept)


def _ring(rack: HookRack, hook: Hook, now: datetime) -> list[str]:
    ring = [hook_secret(rack, hook)]
    if hook.old_sealed and hook.rotated_at and now < hook.rotated_at + OLD_SECRET_LIFETIME:
        ring.append(rack.safe.open_text(hook.merchant_id, _owner(hook.id), hook.old_sealed))
    return ring


def _new_secret(rack: HookRack, merchant_id: MerchantId, hook_id: HookId) -> bytes:
    secret = write_secret(rack.chance(SECRET_BYTES))
    return rack.safe.seal_text(merchant_id, _owner(hook_id), secret)


def _changed(rack: HookRack, before: Hook, after: Hook) -> Hook:
    if not rack.hooks.change(before, after):
        raise ContentionError(before.id)
    return after


def _owner(hook_id: HookId) -> str:
    return f"hook {hook_id}"


def _event_key(hook: Hook, message_id: str) -> str:
    return f"W#{hook.id}#{digest_of(message_id)}"


def _body_digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
