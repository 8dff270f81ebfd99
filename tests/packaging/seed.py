"""A handler for the unpacked zip that makes a merchant and gives the secret of an API key."""

import secrets
from typing import Any

from wallet import runtime
from wallet.domain.ids import ID_BYTES, MerchantId, encode_id
from wallet.domain.merchants import Merchant, Scope
from wallet.services.api_keys import make_key


def merchant(_event: Any, _context: Any) -> str:
    merchant_id = MerchantId(encode_id(secrets.token_bytes(ID_BYTES)))
    runtime.merchants().add(
        Merchant(id=merchant_id, name="Zosia", locale="pl", created_at=runtime.now())
    )
    new = make_key(
        runtime.merchants(),
        secrets.token_bytes,
        merchant_id,
        name="tests",
        scope=Scope.FULL,
        now=runtime.now(),
    )
    return new.secret
