"""What the forms of the console bring.

A session, its token, and a key that was drawn with the page, so that each act counts once.
"""

from collections.abc import Mapping
from datetime import timedelta

from chalice_app.forms import Form, check_form, read_form
from chalice_app.http import Call
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.canonical import fingerprint
from wallet.domain.ids import key_digest
from wallet.services.commit import Act
from wallet.services.sessions import Kept, Session, SessionKind

OWNER = "owner"
_KEY_SCOPE = "console"
# As long as a session: an older form is refused for its token.
_FORM_LIFETIME = timedelta(days=14)


def console_form(call: Call) -> tuple[Session, Form]:
    """The session and its form. Raises SignInNeededError, ForbiddenError, RequestError."""
    session = needed_session(call, SessionKind.CONSOLE)
    form = read_form(call)
    check_form(call, form, session)
    return session, form


def owner_act(call: Call, session: Session, form: Form, request: Mapping[str, object]) -> Act:
    """What the owner asks for, under the form's key."""
    return Act(
        merchant_id=session.merchant_id,
        actor=OWNER,
        digest=key_digest(_KEY_SCOPE, form.key()),
        fingerprint=fingerprint(call.route, request),
        now=runtime.now(),
    )


def is_first(session: Session, form: Form) -> bool:
    """Whether this very form comes for the first time, and not by a reload or a second tap."""
    digest = key_digest(_KEY_SCOPE, f"{session.merchant_id} {form.key()}")
    kept = Kept(owner=session.merchant_id, data={}, expires_at=runtime.now() + _FORM_LIFETIME)
    return runtime.edge().put_once(f"N#{digest}", kept)
