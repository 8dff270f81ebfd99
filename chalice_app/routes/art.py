"""Pictures of cards, and logos: each under a name that says all, so whoever has one keeps it."""

import re
from collections.abc import Callable
from functools import lru_cache

from chalice_app.http import FOR_EVER, Answer, Call
from wallet import runtime
from wallet.art.names import Art, read_name
from wallet.domain.errors import NotFoundError

_DRAWN_MAX = 64
# No name of ours holds anything else.
_NAME = re.compile(r"([0-9a-z-]{1,80})\.png")
_DIGEST = re.compile(r"[0-9a-f]{32}")


def get(call: Call) -> Answer:
    """A picture of a card: drawn from its name, or, for Google, kept under a digest."""
    return _picture(call, lambda name: _kept(name) if _DIGEST.fullmatch(name) else _drawn(name))


def get_logo(call: Call) -> Answer:
    """An uploaded logo under its name, the digest of its bytes."""
    return _picture(call, _logo)


def _picture(call: Call, find: Callable[[str], bytes | None]) -> Answer:
    """The PNG of that name. It never stands for another picture, so the name is the ETag too."""
    match = _NAME.fullmatch(call.params["name"])
    if match is None:
        raise NotFoundError("picture")
    headers = {**FOR_EVER, "ETag": f'"{match[1]}"'}
    if headers["ETag"] in call.headers.get("if-none-match", ""):
        return Answer(status=304, content_type="", headers=headers)
    png = find(match[1])
    if png is None:
        raise NotFoundError("picture")
    return Answer(body=png, content_type="image/png", headers=headers)


def _kept(name: str) -> bytes | None:
    from wallet.clients.blobs import BucketGallery
    from wallet.services.google_cards import stored_name

    return BucketGallery(runtime.settings().blobs_bucket).get(stored_name(name))


def _logo(name: str) -> bytes | None:
    return runtime.logos().logo(name) if _DIGEST.fullmatch(name) else None


def _drawn(name: str) -> bytes | None:
    art = read_name(name)
    return _draw(art) if art else None


@lru_cache(maxsize=_DRAWN_MAX)
def _draw(art: Art) -> bytes:
    return art.draw()
