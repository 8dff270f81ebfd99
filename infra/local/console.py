"""The newcomer's way into the demo merchant's console: a link that lets in whoever opens it.

Only this world has it: it serves one person on one machine, and the mail with the link that the
product sends would only lead through the mailbox.
"""

import secrets

from chalice_app.cookies import session_cookie
from chalice_app.stages import behind_stage
from infra.local.local_routes import Handler, LocalRequest, Reply
from wallet import runtime
from wallet.domain.ids import MerchantId
from wallet.services.sessions import SessionKind, open_session

PATH = "/local/console"
OWNER = "owner@example.com"


def console_route(merchant_id: MerchantId) -> tuple[str, str, Handler]:
    """The route; each visit opens a session of its own."""

    def let_in(_: LocalRequest) -> Reply:
        token, _session = open_session(
            runtime.edge(),
            secrets.token_bytes,
            SessionKind.CONSOLE,
            merchant_id,
            OWNER,
            now=runtime.now(),
        )
        headers = {
            "Location": behind_stage("/console"),
            "Set-Cookie": session_cookie(SessionKind.CONSOLE, token),
            "Cache-Control": "no-store",
        }
        return 303, headers, b""

    return "GET", PATH, let_in
