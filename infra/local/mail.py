"""SES as the product calls it: what is sent becomes a file in the mailbox."""

import base64
import binascii
import json
import secrets
from pathlib import Path

from infra.local.local_routes import Handler, LocalRequest, Reply, problem

PREFIX = "/local/ses"
"""What AWS_ENDPOINT_URL_SESV2 ends with."""


def mail_route(home: Path) -> tuple[str, str, Handler]:
    """The answer to SendEmail of SES version 2, as (method, path prefix, handler)."""

    def answer(request: LocalRequest) -> Reply:
        try:
            content = json.loads(request.body)["Content"]["Raw"]["Data"]
            message = base64.b64decode(content, validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error):
            return problem(400, "Bad Request", "This takes raw mails only.")
        name = _keep(home / "mailbox", message)
        body = json.dumps({"MessageId": name}).encode()
        return 200, {"Content-Type": "application/json"}, body

    return "POST", PREFIX, answer


def _keep(folder: Path, message: bytes) -> str:
    """Written under another name first, so that half a mail is never shown."""
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    path = folder / f"{name}.part"
    path.write_bytes(message)
    path.replace(folder / f"{name}.eml")
    return name
