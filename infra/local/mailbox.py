"""The mailbox: every mail that the one-machine world would have sent, to read in the browser.

A mail is one RFC 5322 file, `${WALLET_HOME}/mailbox/*.eml`; whoever sends writes it under another
name first and renames it, so that half a mail is never shown.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from infra.local.local_routes import LocalRequest, Reply
from infra.local.phone import pages
from infra.local.phone.routes import LocalRoute

SHOWN_MAX = 200  # newest first; a demo world sends a few mails a day
_WEB_ADDRESS = re.compile(r"(https?://[^\s<>\"')]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as the page shows it; `text` in runs, every second one a web address."""

    to: str
    subject: str
    sent_at: datetime
    runs: tuple[str, ...]


def mailbox_routes(*, home: Path, base_url: str) -> tuple[LocalRoute, ...]:
    """Give the mailbox page as (method, path prefix, handler)."""

    def answer(request: LocalRequest) -> Reply:
        return pages.page_reply(
            "mailbox.html",
            asked=request.query.get("lang", ""),
            accept_language=request.headers.get("accept-language", ""),
            base_url=base_url,
            mails=mails(home),
        )

    return (("GET", "/local/mailbox", answer),)


def mails(home: Path) -> tuple[Mail, ...]:
    """Read the newest mails of a world, the newest first. No folder yet means no mail yet."""
    files = sorted(
        (home / "mailbox").glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    return tuple(_mail(path) for path in files[:SHOWN_MAX])


def _mail(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=default)
    return Mail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC),
        runs=tuple(_WEB_ADDRESS.split(_plain_text(message))),
    )


def _plain_text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    return str(part.get_content()).strip() if part else ""
