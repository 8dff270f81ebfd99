"""How a browser becomes a till: by the code that the owner shows, once.

A link is opened by scanners of mail and messages too, so that opening it pairs nothing: a person
presses the button.
"""

from datetime import timedelta

from chalice_app.cookies import session_cookie
from chalice_app.forms import check_origin, read_form
from chalice_app.http import Answer, Call
from chalice_app.pages import GONE, TOO_MANY, WRONG, page, redirect
from chalice_app.visitors import session_of
from wallet import runtime
from wallet.domain.errors import InvalidError
from wallet.domain.tills import NAME_CHARS_MAX
from wallet.services import tills
from wallet.services.sessions import SessionKind, within_limit

_TRIES_MAX = 30
_TRIES_WINDOW = timedelta(minutes=10)


def show(call: Call) -> Answer:
    """Where the code is typed."""
    return _page(call, fault="ended" if "ended" in call.query else "")


def show_link(call: Call) -> Answer:
    """Where the link of the owner's QR leads."""
    code = call.params["code"]
    merchant_id = tills.pairing_merchant(runtime.tillbox(), code, now=runtime.now())
    if merchant_id:
        return _page(call, code=code, shop=_shop(call, code))
    # Whoever comes back to a used link on the till itself wants the till.
    if session_of(call, SessionKind.TILL):
        return redirect("/till")
    return _page(call, fault="code", status=GONE)


def post(call: Call) -> Answer:
    """Pairs this browser by a typed code, or by the one in the link."""
    check_origin(call)
    form = read_form(call)
    code = call.params.get("code") or form.text("code")
    name, now = form.text("name"), runtime.now()
    if not _may_try(call):
        return _page(call, code=code, name=name, fault="often", status=TOO_MANY)
    try:
        paired = tills.pair(runtime.tillbox(), code, name=name, now=now)
    except InvalidError:
        shop = _shop(call, code)
        return _page(call, code=code, name=name, shop=shop, fault="name", status=WRONG)
    if paired is None:
        return _page(call, name=name, fault="code", status=WRONG)
    token, _ = paired
    return redirect("/till", Set_Cookie=session_cookie(SessionKind.TILL, token))


def _page(
    call: Call,
    *,
    code: str = "",
    name: str = "",
    shop: str = "",
    fault: str = "",
    status: int = 200,
) -> Answer:
    return page(
        call,
        "till_pair.html",
        status=status,
        code=code,
        name=name,
        shop=shop,
        fault=fault,
        name_chars_max=NAME_CHARS_MAX,
    )


def _shop(call: Call, code: str) -> str:
    """The name of the shop whose link it is; a typed code tells none until it is used."""
    if "code" not in call.params:
        return ""
    merchant_id = tills.pairing_merchant(runtime.tillbox(), code, now=runtime.now())
    merchant = runtime.merchants().merchant(merchant_id) if merchant_id else None
    return merchant.name if merchant else ""


def _may_try(call: Call) -> bool:
    return within_limit(
        runtime.edge(),
        f"pair {call.source_ip}",
        limit=_TRIES_MAX,
        window=_TRIES_WINDOW,
        now=runtime.now(),
    )
