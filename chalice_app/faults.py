"""What a page says when something is wrong.

One sentence, what to do next, in the visitor's language.
"""

import traceback

from chalice_app.http import Answer, Call
from chalice_app.pages import page, redirect
from chalice_app.problems import status_of
from chalice_app.visitors import SignInNeededError
from wallet.domain.errors import ForbiddenError, NotFoundError, WalletError
from wallet.services.sessions import SessionKind
from wallet.telemetry import write_line

_BROKEN = 500


def fault_page(error: Exception, call: Call) -> Answer:
    """The page for an error that a view raised. Nothing of the error itself is shown."""
    if isinstance(error, SignInNeededError):
        return _way_in(error.kind)
    if not isinstance(error, WalletError):
        write_line(function="page", route=call.route, level="ERROR", error=traceback.format_exc())
    return page(call, "fault.html", status=status_of(error), kind=_kind(error))


def _way_in(kind: SessionKind) -> Answer:
    return redirect("/till/pair" if kind is SessionKind.TILL else "/signup?ended=1")


def _kind(error: Exception) -> str:
    """Which of the template's sentences fits."""
    if isinstance(error, NotFoundError):
        return "missing"
    if isinstance(error, ForbiddenError):
        return "stale"
    return "broken" if status_of(error) >= _BROKEN else "wrong"
