"""Pictures of cards, drawn from nothing but their names, and logos.

Kept for ever by who has one.
"""

import re
from functools import lru_cache

from chalice_app.http import Answer, Call
from wallet import runtime
from wallet.art.names import Art, read_name
from wallet.domain.errors import NotFoundError

_DRAWN_MAX = 64
_DIGEST = re.compile(r"[0-9a-f]{32,64}\.png")
_LOGO = re.compile(r"[0-9a-f]{32}")
_FOR_EVER = "public, max-age=31536000, immutable"


def get(call: Call) -> Answer:
    """A PNG under its name. The name says all, so it is the ETag too.

    Pictures of Google's passes stand in the bucket under their digest.
    """
    if _DIGEST.fullmatch(call.params["name"]):
        from chalice_app.routes.google import picture

        return picture(call)
    stem, _, suffix = call.params["name"].rpartition(".")
    art = read_name(stem) if suffix == "png" else None
    if art is None:
        raise NotFoundError("picture")
    headers = {"Cache-Control": _FOR_EVER, "ETag": f'"{stem}"'}
    if f'"{stem}"' in call.headers.get("if-none-match", ""):
        return Answer(status=304, content_type="", headers=headers)
    return Answer(body=_drawn(art), content_type="image/png", headers=headers)


@lru_cache(maxsize=_DRAWN_MAX)
def _drawn(art: Art) -> bytes:
    return art.draw()


def get_logo(call: Call) -> Answer:
    """An uploaded logo under its name, the digest of its bytes."""
    stem, _, suffix = call.params["name"].rpartition(".")
    png = runtime.logos().logo(stem) if suffix == "png" and _LOGO.fullmatch(stem) else None
    if png is None:
        raise NotFoundError("logo")
    headers = {"Cache-Control": _FOR_EVER, "ETag": f'"{stem}"'}
    return Answer(body=png, content_type="image/png", headers=headers)
