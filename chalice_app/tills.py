"""A call that a till makes: who makes it, for whom, in which language, with which form.

The same addresses serve a plain form and the till's own script. The script sends the token of the
session in a header, and is answered with the part of the page that changes, as JSON.
"""

from datetime import timedelta

import msgspec
from msgspec import Struct

from chalice_app.cookies import no_session_cookie
from chalice_app.forms import Form, check_form, check_origin, read_form
from chalice_app.http import Answer, Call, json_answer
from chalice_app.languages import language_of
from chalice_app.stages import behind_stage
from chalice_app.visitors import SignInNeededError, needed_session
from wallet import runtime
from wallet.domain.canonical import fingerprint
from wallet.domain.errors import ForbiddenError
from wallet.domain.ids import CardId, MerchantId, is_id, key_digest
from wallet.domain.merchants import Merchant
from wallet.domain.tills import Till, TillId
from wallet.domain.tokens import same
from wallet.services import counter
from wallet.services import tills as pairing
from wallet.services.commit import Act
from wallet.services.sessions import Session, SessionKind

_CSRF_HEADER = "x-csrf"
_KEY_SCOPE = "till"
PAIRING = "/till/pair"


class Desk(Struct, frozen=True, kw_only=True):
    """A paired till at work."""

    call: Call
    session: Session
    till: Till
    merchant: Merchant
    language: str
    form: Form

    @property
    def by_script(self) -> bool:
        """Whether the till's own script asks."""
        return _CSRF_HEADER in self.call.headers

    def card_id(self) -> CardId | None:
        """The card that the form names, if it has the form of one."""
        text = self.form.text("card")
        return CardId(text) if is_id(text) else None

    def act(self, request: dict[str, object], *, key: str = "") -> Act:
        """Who asks, when, for what.

        Under the key that was drawn for this tap: RequestError where the form has none.
        """
        return Act(
            merchant_id=self.merchant.id,
            actor=counter.actor(self.till.id),
            digest=key_digest(_KEY_SCOPE, key or self.form.key()),
            fingerprint=fingerprint(self.call.route, request),
            now=runtime.now(),
        )


def start_pairing(
    merchant_id: MerchantId, *, lifetime: timedelta = pairing.PAIRING_LIFETIME
) -> str:
    """A link that makes one browser a till of the merchant.

    Its last part is the code that can be typed at /till/pair instead.
    """
    code = pairing.start_pairing(
        runtime.tillbox(), merchant_id, now=runtime.now(), lifetime=lifetime
    )
    return f"{runtime.settings().base_url}/till/pair/{code}"


def open_desk(call: Call) -> Desk:
    """The till behind a call. Raises SignInNeededError, ForbiddenError, RequestError."""
    session = needed_session(call, SessionKind.TILL)
    till = runtime.tillbox().tills.till(session.merchant_id, TillId(session.subject))
    merchant = runtime.merchants().merchant(session.merchant_id)
    if till is None or till.revoked_at is not None or merchant is None:
        raise SignInNeededError(SessionKind.TILL)
    return Desk(
        call=call,
        session=session,
        till=till,
        merchant=merchant,
        language=language_of(call, merchant.locale),
        form=_checked_form(call, session) if call.method == "POST" else Form({}),
    )


def lead_to(path: str, *, status: int) -> Answer:
    """Tells the till's script to load another page."""
    body = msgspec.json.encode({"go": behind_stage(path)})
    if path.startswith(PAIRING):
        return json_answer(body, status=status, Set_Cookie=no_session_cookie(SessionKind.TILL))
    return json_answer(body, status=status)


def _checked_form(call: Call, session: Session) -> Form:
    form = read_form(call)
    header = call.headers.get(_CSRF_HEADER)
    if header is None:
        check_form(call, form, session)
        return form
    check_origin(call)
    if not same(header, session.csrf):
        raise ForbiddenError
    return form
