"""The link that saves a card: a signed JWT that only names an object which is there already.

A browser or a messenger may cut what is longer than 1,800 characters. A JWT that carries class
and object has more than that; one that carries an id has half of it, and gives away nothing.

https://developers.google.com/wallet/generic/web
"""

from datetime import datetime

from wallet.domain.errors import WalletError

JWT_CHARS_MAX = 1800


class LongLinkError(WalletError):
    """The JWT of a save link is too long for all browsers to carry."""

    def __init__(self, chars: int) -> None:
        super().__init__(f"a save link of {chars} characters")
        self.chars = chars


def save_claims(object_id: str, *, email: str, base_url: str, now: datetime) -> dict[str, object]:
    """What is signed: that this service account lets whoever holds the link save the object."""
    return {
        "iss": email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "origins": ["/".join(base_url.split("/", 3)[:3])],
        "payload": {"loyaltyObjects": [{"id": object_id}]},
    }


def save_url(save_base: str, jwt: str) -> str:
    """The address that the customer's browser is sent to. Raises LongLinkError."""
    if len(jwt) > JWT_CHARS_MAX:
        raise LongLinkError(len(jwt))
    return f"{save_base}/{jwt}"
