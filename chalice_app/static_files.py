"""Style sheets, scripts and pictures of ours, under a name that holds their hash.

Kept for ever, never stale.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from chalice_app.http import FOR_EVER, Answer

FOLDER = Path(__file__).with_name("static")
# What others made and we pass on unaltered, with its licences.
VENDOR = FOLDER / "vendor"
_HASH_CHARS = 12
# A file system is asked for nothing but plain, short names.
_ASKED = re.compile(r"(?P<stem>[a-z0-9_]{1,60})\.[0-9a-f]{12}(?P<suffix>\.[a-z]{2,5})")
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
}


@cache
def static_url(name: str) -> str:
    """The address of a file.

    `tokens.css` as /static/tokens.0123456789ab.css. Raises FileNotFoundError.
    """
    stem, dot, suffix = name.rpartition(".")
    return f"/static/{stem}.{_digest(name)}{dot}{suffix}"


def static_file(asked: str) -> Answer | None:
    """The file behind a name with a hash, or None.

    An old hash finds nothing: its page is gone too.
    """
    name = _plain(asked)
    if name is None or static_url(name) != f"/static/{asked}":
        return None
    path = _path(name)
    return Answer(
        body=path.read_bytes(),
        content_type=_KINDS[path.suffix],
        headers=FOR_EVER,
    )


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_path(name).read_bytes()).hexdigest()[:_HASH_CHARS]


def _plain(asked: str) -> str | None:
    """The name without its hash, if it names a file of ours."""
    match = _ASKED.fullmatch(asked)
    name = match["stem"] + match["suffix"] if match else ""
    known = match is not None and match["suffix"] in _KINDS and _path(name).is_file()
    return name if known else None


def _path(name: str) -> Path:
    path = FOLDER / name
    return path if path.is_file() else VENDOR / name
