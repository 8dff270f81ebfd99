"""Who is at the other end of a page: the session behind the cookie, or the way to one."""

from chalice_app.cookies import SESSION_COOKIES, read_cookie
from chalice_app.http import Call
from wallet import runtime
from wallet.domain.errors import WalletError
from wallet.services.sessions import Session, SessionKind, find_session


class SignInNeededError(WalletError):
    """There is no session, or it has ended: the visitor is led to the way in."""

    def __init__(self, kind: SessionKind) -> None:
        super().__init__(kind)
        self.kind = kind


def session_of(call: Call, kind: SessionKind) -> Session | None:
    """The session that the browser brings, if it holds."""
    token = read_cookie(call, SESSION_COOKIES[kind])
    return find_session(runtime.edge(), kind, token, now=runtime.now())


def needed_session(call: Call, kind: SessionKind) -> Session:
    """The session that the browser brings. Raises SignInNeededError."""
    session = session_of(call, kind)
    if session is None:
        raise SignInNeededError(kind)
    return session
