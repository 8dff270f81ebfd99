"""Google Wallet: the link that saves a card, and what Google tells us."""

from typing import TYPE_CHECKING

from chalice_app.holders import card_of_holder
from chalice_app.http import Answer, Call
from chalice_app.problems import RequestError, Slug
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError
from wallet.google.ids import object_id
from wallet.runtime import wallets
from wallet.telemetry import alarm

if TYPE_CHECKING:
    from wallet.google.api import Outcome

_TRIES_MORE = 3
_UNAVAILABLE = (Slug.GOOGLE_UNAVAILABLE, "Google Wallet does not answer; try again.")


def save(call: Call) -> Answer:
    """Brings the card to Google, then sends the browser there to save it."""
    from wallet.google.api import Done, Rejected
    from wallet.google.save_link import LongLinkError, save_claims, save_url

    card = card_of_holder(call.params["token"])
    if runtime.settings().google_issuer is None:
        raise NotFoundError("pass")
    outcome = _bring(card)
    if isinstance(outcome, Rejected):
        alarm(f"google: {outcome.reason}")
    if not isinstance(outcome, Done):
        raise RequestError(*_UNAVAILABLE)
    account = wallets.google_account()
    claims = save_claims(
        object_id(wallets.google_issuer(), card.id),
        email=account.email,
        base_url=runtime.settings().base_url,
        now=runtime.now(),
    )
    try:
        location = save_url(wallets.google_endpoints().save, account.sign(claims))
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
        told = wallets.callback_desk().take(call.body)
    except CallbackError as fault:
        raise RequestError(Slug.NOT_GOOGLES, "This is not a callback of Google's.") from fault
    except NoKeysError as fault:
        raise RequestError(Slug.GOOGLE_UNAVAILABLE, "Google's keys cannot be had.") from fault
    board = Switchboard(
        cards=runtime.ledger(),
        devices=runtime.devices(),
        queue=runtime.push_queue(),
        edge=runtime.edge(),
    )
    follow_callback(board, told, now=runtime.now())
    return Answer()


def _bring(card: Card) -> "Outcome":
    """Brings the newest state to Google, and lets it hear of every change from now on.

    The push worker may bring a newer one meanwhile and be overtaken by ours: then once more.
    """
    from wallet.services.google_callbacks import google_registration

    runtime.devices().register(google_registration(card, runtime.now()))
    outcome = _upsert(card)
    for _ in range(_TRIES_MORE):
        newest = runtime.ledger().head(card.id) or card
        if newest.version == card.version:
            break
        card, outcome = newest, _upsert(newest)
    return outcome


def _upsert(card: Card) -> "Outcome":
    # Not the cached version: it would bring an edited class back to what it was.
    program = runtime.programs().in_force(card.program_id, runtime.now())
    if program is None:
        raise NotFoundError("pass")
    return wallets.google_passes().upsert(card, program)
