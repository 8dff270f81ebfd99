"""Forms.

Read within bounds, and only where the visitor's own browser sent them from our own page.
"""

import secrets
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from chalice_app.http import Call
from chalice_app.problems import RequestError, Slug
from wallet import runtime
from wallet.domain.errors import ForbiddenError
from wallet.domain.ids import ID_BYTES, encode_id, is_id
from wallet.domain.tokens import same
from wallet.services.sessions import Session

FIELDS_MAX = 200
FORM_BYTES_MAX = 64 * 1024
UPLOAD_BYTES_MAX = 4 * 1024 * 1024 + FORM_BYTES_MAX
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class Form(Struct, frozen=True):
    """The fields of a form (the last of each name), and its files."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes] = {}

    def text(self, name: str) -> str:
        """A field without spaces at its ends; empty where it is missing."""
        return self.fields.get(name, "").strip()

    def key(self) -> str:
        """The key that was drawn for this form. Raises RequestError where there is none."""
        key = self.text("key")
        if not is_id(key):
            raise RequestError(Slug.BAD_FORM, "The form has no key.")
        return key

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.fields


def new_key() -> str:
    """A key for the next form, so that what is sent twice with it is done once."""
    return encode_id(secrets.token_bytes(ID_BYTES))


def is_form(call: Call) -> bool:
    """Whether a call says that it brings a form."""
    kind, _, _ = call.headers.get("content-type", "").partition(";")
    return kind.strip().lower() in (_URLENCODED, _MULTIPART)


def read_form(call: Call) -> Form:
    """The form that a call brings. Raises RequestError for what is none, or is too large."""
    kind, _, _ = call.headers.get("content-type", "").partition(";")
    if kind.strip().lower() == _MULTIPART:
        return _multipart(call)
    if kind.strip().lower() != _URLENCODED:
        raise RequestError(Slug.NOT_A_FORM, "This address takes a form.")
    if len(call.body) > FORM_BYTES_MAX:
        raise RequestError(Slug.TOO_LARGE, "The form is too large.")
    try:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise RequestError(Slug.BAD_FORM, "The form could not be read.") from None
    return Form(dict(pairs))


def check_origin(call: Call) -> None:
    """Refuses a form that another site sent. Raises ForbiddenError.

    Browsers say where a request comes from (Sec-Fetch-Site, else Origin); what says nothing is no
    browser, has no cookies of a victim, and is let through.
    """
    site = call.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForbiddenError
        return
    origin = call.headers.get("origin")
    base = urlsplit(runtime.settings().base_url)
    if origin not in (None, f"{base.scheme}://{base.netloc}"):
        raise ForbiddenError


def check_form(call: Call, form: Form, session: Session) -> None:
    """Refuses a form that was not made for this session. Raises ForbiddenError."""
    check_origin(call)
    if not same(form.fields.get("csrf", ""), session.csrf):
        raise ForbiddenError


def _multipart(call: Call) -> Form:
    if len(call.body) > UPLOAD_BYTES_MAX:
        raise RequestError(Slug.TOO_LARGE, "The file is larger than 4 MB.")
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + call.body, policy=HTTP)
    if not message.is_multipart():
        raise RequestError(Slug.BAD_FORM, "The form could not be read.")
    fields, files = {}, {}
    for part in list(message.iter_parts())[:FIELDS_MAX]:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True) or b""
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is not None:
            files[name] = content
        else:
            fields[name] = content.decode("utf-8", "replace")
    return Form(fields, files)
