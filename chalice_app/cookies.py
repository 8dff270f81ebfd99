"""Cookies.

Those that let somebody in are `__Host-`: sent to this host only, over TLS only, out of a script's
reach.
"""

from chalice_app.http import Call
from wallet.services.sessions import LIFETIMES, SessionKind

SESSION_COOKIES = {SessionKind.CONSOLE: "__Host-console", SessionKind.TILL: "__Host-till"}


def read_cookie(call: Call, name: str) -> str:
    """The value of a cookie; empty where there is none.

    What another page of the same domain set beside it, however odd, does not hide ours: the
    standard library's reader gives up on the whole header at the first value it does not like.
    """
    for pair in call.headers.get("cookie", "").split(";"):
        said, _, value = pair.partition("=")
        if said.strip() == name:
            return value.strip()
    return ""


def session_cookie(kind: SessionKind, token: str) -> str:
    """The Set-Cookie header of a new session."""
    seconds = int(LIFETIMES[kind].total_seconds())
    return _header(SESSION_COOKIES[kind], token, seconds)


def no_session_cookie(kind: SessionKind) -> str:
    """The Set-Cookie header that makes the browser forget a session."""
    return _header(SESSION_COOKIES[kind], "", 0)


def plain_cookie(name: str, value: str, *, seconds: int) -> str:
    """The Set-Cookie header of a choice that lets nobody in."""
    return f"{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax"


def _header(name: str, value: str, seconds: int) -> str:
    return f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
