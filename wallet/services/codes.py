"""Single-use codes.

Printed or mailed by the merchant, each worth one action of a programme, once. A code is read from
a keyed digest of the request that asked for it: whoever asks again gets the same ones, and nobody
else can guess them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count as numbers
from itertools import islice
from typing import Protocol

from wallet.domain.errors import InvalidError, KeyReusedError, NotFoundError
from wallet.domain.ids import EntryId, MerchantId, ProgramId, encode_code, normal_code
from wallet.domain.vocabulary import RuleKind
from wallet.services.commit import Act
from wallet.services.ports import Programs, Vault

_CODE_BYTES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, the action that it stands for, and the entry that used it.

    `batch` is the digest of the idempotency key under which it was made.
    """

    code: str
    program_id: ProgramId
    action: str
    batch: str
    expires_at: datetime | None = None
    used_by: EntryId | None = None


class Codes(Protocol):
    """Single-use codes of merchants. Every reading is strongly consistent."""

    def begin_batch(
        self, merchant_id: MerchantId, batch: str, program_id: ProgramId, fingerprint: bytes
    ) -> None:
        """Keeps what an idempotency key asked for, unless something stands under it."""

    def batch(self, merchant_id: MerchantId, batch: str) -> tuple[ProgramId, bytes] | None:
        """What was asked for under an idempotency key: the programme, and the fingerprint."""

    def add_codes(self, merchant_id: MerchantId, codes: Sequence[Code]) -> Sequence[Code]:
        """Writes those that do not stand, and gives back all of them as they stand by then."""

    def code(self, merchant_id: MerchantId, code: str) -> Code | None:
        """A code, used or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePress:
    """What making codes needs."""

    codes: Codes
    programs: Programs
    vault: Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: so many codes for one action, until then."""

    action: str
    count: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The codes, and whether an earlier call had made them."""

    codes: Sequence[str]
    replayed: bool


def make_codes(press: CodePress, act: Act, program_id: ProgramId, wanted: Wanted) -> Made:
    """So many codes; under the same key the same ones, whatever has become of them.

    Raises NotFoundError, InvalidError for an unknown action, KeyReusedError.
    """
    replayed = _is_replay(press, act, program_id)
    if not replayed:
        _check(press, act, program_id, wanted)
        press.codes.begin_batch(act.merchant_id, act.digest, program_id, act.fingerprint)
        # Of two calls at the same moment one was first; the other must be the same.
        _is_replay(press, act, program_id)
    return Made(codes=_written(press, act, program_id, wanted), replayed=replayed)


def look_up(codes: Codes, merchant_id: MerchantId, typed: str) -> Code:
    """The code that somebody typed. Raises NotFoundError."""
    code = normal_code(typed)
    found = codes.code(merchant_id, code) if code else None
    if found is None:
        raise NotFoundError("code")
    return found


def _is_replay(press: CodePress, act: Act, program_id: ProgramId) -> bool:
    before = press.codes.batch(act.merchant_id, act.digest)
    if before is not None and before != (program_id, act.fingerprint):
        raise KeyReusedError
    return before is not None


def _check(press: CodePress, act: Act, program_id: ProgramId, wanted: Wanted) -> None:
    program = press.programs.in_force(program_id, act.now)
    if program is None or program.merchant_id != act.merchant_id:
        raise NotFoundError("program")
    if wanted.action not in {r.action for r in program.rules if r.kind is RuleKind.ACTION}:
        raise InvalidError("action", "this programme has no rule for it")
    if wanted.expires_at is not None and wanted.expires_at <= act.now:
        raise InvalidError("expires_at", "is in the past")


def _written(press: CodePress, act: Act, program_id: ProgramId, wanted: Wanted) -> Sequence[str]:
    """The codes of a batch, written as far as they do not stand.

    A code has 50 bits: once in a long while one is another batch's already, and the next is not.
    """
    drawn = _drawn(press.vault, act)
    made: list[str] = []
    while len(made) < wanted.count:
        codes = [
            Code(
                code=code,
                program_id=program_id,
                action=wanted.action,
                batch=act.digest,
                expires_at=wanted.expires_at,
            )
            for code in islice(drawn, wanted.count - len(made))
        ]
        standing = press.codes.add_codes(act.merchant_id, codes)
        made += [each.code for each in standing if each.batch == act.digest]
    return made


def _drawn(vault: Vault, act: Act) -> Iterator[str]:
    """The codes of a batch, one after the other, without end."""
    for number in numbers():
        keyed = vault.finder(act.merchant_id, "code", f"{act.digest}:{number}")
        yield encode_code(hashlib.sha256(keyed.encode()).digest()[:_CODE_BYTES])
