"""The PassKit web service, and passes by link.

Apple's page: "Adding a Web Service to Update Passes". Register, unregister and fetch carry the
pass's token; list and log carry none. Phones go by the status alone: what succeeds has an empty
body where Apple asks for none, and a refusal is a problem document like any other.
"""

from typing import TypeVar

import msgspec

from chalice_app.api import check_size, read_body
from chalice_app.holders import card_of_holder
from chalice_app.http import Answer, Call, json_answer
from chalice_app.problems import RequestError, Slug
from wallet import runtime
from wallet.apple.apns import is_push_token
from wallet.apple.webservice import (
    read_authorization,
    read_device_id,
    readable_log,
    write_http_date,
)
from wallet.domain.errors import NotFoundError, UnauthenticatedError, WalletError
from wallet.domain.ids import DeviceId, PushToken
from wallet.runtime import wallets
from wallet.services import passkit
from wallet.services.passkit import Holding
from wallet.telemetry import write_line

PKPASS = "application/vnd.apple.pkpass"
_SUFFIX = ".pkpass"


_BodyT = TypeVar("_BodyT")


class _Registering(msgspec.Struct):
    """What a phone sends when it registers. Unknown fields are Apple's business."""

    pushToken: str  # noqa: N815  Apple's name


class _Logging(msgspec.Struct):
    logs: list[object]


def register(call: Call) -> Answer:
    """201 for a new registration, 200 for a known one, which takes the new push token."""
    held = _open(call)
    push_token = _body(call, _Registering).pushToken
    if not is_push_token(push_token):
        raise RequestError(Slug.BAD_PUSH_TOKEN, "pushToken must be hexadecimal.")
    new = passkit.register(
        runtime.wicket(),
        held.card,
        _device_id(call),
        PushToken(push_token),
        now=runtime.now(),
    )
    return Answer(status=201 if new else 200)


def unregister(call: Call) -> Answer:
    """200, whether or not the phone was registered."""
    held = _open(call)
    runtime.devices().unregister(_device_id(call), held.card.id)
    return Answer()


def list_changed(call: Call) -> Answer:
    """200 with serial numbers and a new tag, or 204.

    An unknown phone is one for which nothing changed.
    """
    device_id = read_device_id(call.params["device_id"])
    if device_id is None or not _is_our_type(call):
        return _nothing()
    tag = call.query.get("passesUpdatedSince")
    changed = passkit.list_changed(runtime.wicket(), device_id, tag, now=runtime.now())
    if changed is None:
        return _nothing()
    return json_answer(
        msgspec.json.encode({"serialNumbers": changed.serials, "lastUpdated": changed.tag})
    )


def fetch(call: Call) -> Answer:
    """The newest pass, or 304 for a phone that has it."""
    return _pass(call, _open(call))


def log(call: Call) -> Answer:
    """200 always.

    What phones log is anybody's text: bounded, without tokens, and never trusted.
    """
    try:
        lines = readable_log(_body(call, _Logging).logs)
    except WalletError:
        lines = []
    for line in lines:
        write_line(function="passkit_log", line=line)
    return Answer()


def download(call: Call) -> Answer:
    """The pass behind a card's link."""
    name = call.params["name"]
    if not name.endswith(_SUFFIX):
        raise NotFoundError("pass")
    card = card_of_holder(name.removesuffix(_SUFFIX))
    return _pass(call, passkit.holding(runtime.programs(), card, runtime.now()))


def _body(call: Call, form: type[_BodyT]) -> _BodyT:
    """What a phone sends. Of what kind it is Apple need not say."""
    check_size(call)
    return read_body(call.body, form)


def _open(call: Call) -> Holding:
    token = read_authorization(call.headers.get("authorization"))
    if not _is_our_type(call):
        raise UnauthenticatedError("ApplePass")
    return passkit.open_card(runtime.wicket(), call.params["serial"], token, now=runtime.now())


def _is_our_type(call: Call) -> bool:
    return call.params["pass_type"] == wallets.press().signer.pass_type


def _device_id(call: Call) -> DeviceId:
    device_id = read_device_id(call.params["device_id"])
    if device_id is None:
        raise RequestError(Slug.BAD_DEVICE, "The device library identifier is malformed.")
    return device_id


def _nothing() -> Answer:
    return Answer(status=204, content_type="", headers={"Cache-Control": "no-store"})


def _pass(call: Call, held: Holding) -> Answer:
    headers = {
        "Last-Modified": write_http_date(held.modified),
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="card.pkpass"',
    }
    if passkit.is_current(held, call.headers.get("if-modified-since")):
        return Answer(status=304, content_type="", headers=headers)
    from wallet.apple.bundle import Sealed
    from wallet.services.issue_pass import issue_pass

    issued = issue_pass(wallets.press(), held.card, held.program, now=runtime.now())
    if isinstance(issued, Sealed):
        return Answer(content_type=PKPASS, headers=headers, encoded=issued.as_base64())
    return Answer(content_type=PKPASS, headers=headers, body=issued)
