"""Google Wallet: the link that saves a card, what Google tells us, and the pictures it fetches."""

import re
from typing import TYPE_CHECKING

from chalice_app.http import Answer, Call
from chalice_app.problems import RequestError
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError
from wallet.domain.tokens import card_of_link, link_token, same
from wallet.google.ids import object_id
from wallet.telemetry import alarm

if TYPE_CHECKING:
    from wallet.google.api import Outcome

_TRIES = 4
_UNAVAILABLE = ("google-unavailable", 503, "Google Wallet does not answer; try again.")
_PICTURE = re.compile(r"([0-9a-f]{32})\.png")


def save(call: Call) -> Answer:
    """Brings the card to Google, then sends the browser there to save it."""
    from wallet.google.api import Done, Rejected
    from wallet.google.save_link import LongLinkError, save_claims, save_url

    card = _card(call.params["token"])
    if runtime.settings().google_issuer is None:
        raise NotFoundError("pass")
    outcome = _bring(card)
    if isinstance(outcome, Rejected):
        alarm(f"google: {outcome.reason}")
    if not isinstance(outcome, Done):
        raise RequestError(*_UNAVAILABLE)
    account = runtime.google_account()
    claims = save_claims(
        object_id(runtime.google_issuer(), card.id),
        email=account.email,
        base_url=runtime.settings().base_url,
        now=runtime.now(),
    )
    try:
        location = save_url(runtime.google_endpoints().save, account.sign(claims))
    except LongLinkError as fault:
        alarm(f"google: {fault}")
        raise RequestError(*_UNAVAILABLE) from fault
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Answer(status=302, content_type="", headers=headers)


def callback(call: Call) -> Answer:
    """200 for what is Google's. A card that was taken away is told of no more."""
    from wallet.clients.google_keys import NoKeysError
    from wallet.google.callback import CallbackError
    from wallet.services.google_callbacks import Switchboard, follow_callback

    if runtime.settings().google_issuer is None:
        raise NotFoundError("callback")
    try:
        told = runtime.callback_desk().take(call.body)
    except CallbackError as fault:
        raise RequestError("not-googles", 400, "This is not a callback of Google's.") from fault
    except NoKeysError as fault:
        raise RequestError("google-unavailable", 503, "Google's keys cannot be had.") from fault
    board = Switchboard(
        cards=runtime.ledger(),
        devices=runtime.devices(),
        queue=runtime.push_queue(),
        edge=runtime.edge(),
    )
    follow_callback(board, told, now=runtime.now())
    return Answer()


def picture(call: Call) -> Answer:
    """A picture of a pass; never changes under its name."""
    from wallet.clients.blobs import BucketGallery
    from wallet.services.google_cards import stored_name

    match = _PICTURE.fullmatch(call.params["name"])
    gallery = BucketGallery(runtime.settings().blobs_bucket)
    png = gallery.get(stored_name(match[1])) if match else None
    if png is None:
        raise NotFoundError("picture")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Answer(content_type="image/png", headers=headers, body=png)


def _card(token: str) -> Card:
    card_id = card_of_link(token)
    card = runtime.ledger().head(card_id) if card_id else None
    if card is None or not same(token, link_token(card.id, card.secret)):
        raise NotFoundError("pass")
    return card


def _bring(card: Card) -> "Outcome":
    """Brings the newest state to Google, and lets it hear of every change from now on.

    The push worker may bring a newer one meanwhile and be overtaken by ours: then once more.
    """
    from wallet.services.google_callbacks import google_registration

    runtime.devices().register(google_registration(card, runtime.now()))
    outcome: Outcome | None = None
    for _ in range(_TRIES):
        newest = runtime.ledger().head(card.id) or card
        if outcome is not None and newest.version == card.version:
            break
        card = newest
        # Not the cached version: it would bring an edited class back to what it was.
        program = runtime.programs().in_force(card.program_id, runtime.now())
        if program is None:
            raise NotFoundError("pass")
        outcome = runtime.google_passes().upsert(card, program)
    if outcome is None:
        raise NotFoundError("pass")
    return outcome
