"""Pages.

Jinja templates, spoken in the visitor's language, under a policy that lets nothing in from
outside.

No style or script stands inline, so the policy needs no exception, and a name that a stranger
typed has no way to become code.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalice_app.cookies import plain_cookie
from chalice_app.http import Answer, Call
from chalice_app.languages import COOKIE, NAMES, asked_language, language_of
from chalice_app.stages import behind_stage, markup_behind_stage, stage
from chalice_app.stamp_art import seal, stamp_card
from chalice_app.static_files import static_url
from wallet.texts import FALLBACK, texts

HTML = "text/html; charset=utf-8"
# The status with which a page speaks of its own form; errors get theirs in problems.py.
CONFLICT, GONE, WRONG, TOO_MANY = 409, 410, 422, 429
# For a page whose address is all that it takes to see it: it is not for a search engine.
PRIVATE: Mapping[str, str] = {"X-Robots-Tag": "noindex"}
_YEAR_SECONDS = 365 * 24 * 3600
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def page(
    call: Call,
    template: str,
    *,
    status: int = 200,
    fallback: str = FALLBACK,
    headers: Mapping[str, str] | None = None,
    policy: Mapping[str, str] | None = None,
    **context: Any,
) -> Answer:
    """A page.

    `fallback` is the shop's language; `policy` widens the content security policy for this page
    alone.
    """
    return Answer(
        status=status,
        body=markup(call, template, fallback=fallback, **context).encode(),
        content_type=HTML,
        headers={**_headers(call, policy), **(headers or {})},
    )


def markup(call: Call, template: str, *, fallback: str = FALLBACK, **context: Any) -> str:
    """What a template says in the visitor's language: a page, or a part that a script puts in."""
    language = language_of(call, fallback)
    catalogue = texts(language)
    return markup_behind_stage(
        _environment()
        .get_template(template)
        .render(
            **context,
            _=catalogue.gettext,
            ngettext=catalogue.ngettext,
            language=language,
            languages=NAMES,
            path=call.path,
            stage=stage(),
        )
    )


def redirect(path: str, **headers: str) -> Answer:
    """Sends the browser to a path of ours with a GET."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        status=303,
        content_type="",
        headers={"Location": behind_stage(path), "Cache-Control": "no-store", **named},
    )


def for_script(value: object) -> str:
    """A value as JSON that may stand in <script type="application/json">."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _headers(call: Call, policy: Mapping[str, str] | None) -> dict[str, str]:
    parts = {**POLICY, **(policy or {})}
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in parts.items()),
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
        "Strict-Transport-Security": "max-age=31536000",
        "Cache-Control": "no-store",
    }
    asked = asked_language(call)
    if asked:
        headers["Set-Cookie"] = plain_cookie(COOKIE, asked, seconds=_YEAR_SECONDS)
    return headers


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_url
    environment.globals.update(stamp_card=stamp_card, seal_shapes=seal)
    environment.filters["for_script"] = for_script
    return environment
