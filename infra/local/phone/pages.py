"""Renders the local pages and gives their files, under a policy that lets no stray script run."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from infra.local.phone.texts import LANGUAGES, language, texts

if TYPE_CHECKING:
    from jinja2 import Environment

Reply = tuple[int, dict[str, str], bytes]

_HERE = Path(__file__).parent
_STATIC = _HERE.parents[2] / "chalice_app" / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

FILES: Mapping[str, Path] = {
    **{name: _STATIC / name for name in ("tokens.css", "parts.css")},
    **{path.name: path for path in sorted(_HERE.iterdir()) if path.suffix in _TYPES},
}
"""Every file that the local pages load, by the name it has after /local/phone/."""


def file_reply(name: str) -> Reply:
    """Give one of FILES, read anew each time: this is the world in which it is being changed."""
    path = FILES[name]
    return (
        200,
        {"Content-Type": _TYPES[path.suffix], "Cache-Control": "no-store"},
        path.read_bytes(),
    )


def page_reply(
    template: str,
    *,
    asked: str,
    accept_language: str,
    base_url: str,
    calls: Iterable[str] = (),
    **values: Any,
) -> Reply:
    """Render a page in the reader's language; `asked` is the language named in the address.

    `calls` are the other origins that its scripts may call.
    """
    chosen = language(asked, accept_language)
    words = texts(chosen)
    html = (
        _environment()
        .get_template(template)
        .render(lang=chosen, languages=LANGUAGES, words=words, base_url=base_url, **values)
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": chosen,
        "Content-Security-Policy": _policy(base_url, calls),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return 200, headers, html.encode()


def _policy(base_url: str, calls: Iterable[str]) -> str:
    parts = urlsplit(base_url)
    called = " ".join(["'self'", f"{parts.scheme}://{parts.netloc}", *calls])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            f"connect-src {called}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
