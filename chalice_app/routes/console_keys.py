"""The keys of the API: made, listed, revoked. A secret is shown once, on the page that made it."""

import secrets

from chalice_app.console import console_language, console_page, said_in, time_zone_of
from chalice_app.console_forms import console_form, is_first
from chalice_app.formats import day
from chalice_app.forms import new_key
from chalice_app.http import Answer, Call
from chalice_app.pages import CONFLICT, WRONG, redirect
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.ids import ApiKeyId
from wallet.domain.merchants import ApiKey, Scope
from wallet.domain.program_document import clean_text
from wallet.services.api_keys import list_keys, make_key, revoke_key
from wallet.services.sessions import Session, SessionKind

NAME_CHARS_MAX = 40
KEYS_MAX = 50


def show(call: Call) -> Answer:
    """The keys that open something."""
    session = needed_session(call, SessionKind.CONSOLE)
    said = said_in(call, "revoked", "again")
    return _page(call, session, said=said)


def make(call: Call) -> Answer:
    """Makes a key, and shows its secret this once: a second sending of the form makes none."""
    session, form = console_form(call)
    name = clean_text(form.fields.get("name", ""))
    scope = Scope.LEDGER if form.text("scope") == Scope.LEDGER else Scope.FULL
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        return _page(call, session, wrong=True, typed=name, scope=scope, status=WRONG)
    if len(_open_keys(session)) >= KEYS_MAX:
        return _page(call, session, said="many", typed=name, scope=scope, status=CONFLICT)
    if not is_first(session, form):
        return redirect("/console/keys?again=1")
    new = make_key(
        runtime.merchants(),
        secrets.token_bytes,
        session.merchant_id,
        name=name,
        scope=scope,
        now=runtime.now(),
    )
    return _page(call, session, secret=new.secret)


def revoke(call: Call) -> Answer:
    """Revokes a key."""
    session, _ = console_form(call)
    key_id = ApiKeyId(call.params["key_id"])
    revoke_key(runtime.merchants(), session.merchant_id, key_id, runtime.now())
    return redirect("/console/keys?revoked=1")


def _open_keys(session: Session) -> list[ApiKey]:
    keys = list_keys(runtime.merchants(), session.merchant_id)
    return [key for key in reversed(keys) if key.revoked_at is None]


def _page(
    call: Call,
    session: Session,
    *,
    said: str = "",
    secret: str = "",
    wrong: bool = False,
    typed: str = "",
    scope: Scope = Scope.FULL,
    status: int = 200,
) -> Answer:
    language = console_language(call, session)
    zone = time_zone_of(session)
    return console_page(
        call,
        "keys.html",
        session,
        tab="connections",
        status=status,
        keys=[(key, day(key.created_at, zone, language)) for key in _open_keys(session)],
        said=said,
        secret=secret,
        wrong=wrong,
        typed=typed,
        scope=scope,
        key=new_key(),
        name_chars_max=NAME_CHARS_MAX,
    )
