"""The part of the composition root that prints passes and speaks to Apple and Google.

As in the rest of it, heavy imports live inside the functions.
"""

import hashlib
import random
import time
from functools import cache
from typing import TYPE_CHECKING

from wallet import runtime

if TYPE_CHECKING:
    from wallet.apple.signing import Signer
    from wallet.clients.google_http import Endpoints, GooglePasses, GoogleWire
    from wallet.clients.google_keys import CallbackDesk
    from wallet.clients.google_pushes import GoogleCards
    from wallet.clients.google_token import ServiceAccount
    from wallet.clients.secrets import PassCertificate
    from wallet.domain.ids import MerchantId
    from wallet.google.ids import IssuerId
    from wallet.services.issue_pass import Press
    from wallet.services.refresh_passes import Messenger


def _certificate() -> "PassCertificate":
    from wallet.clients.secrets import pass_certificate

    return pass_certificate(runtime.settings().pass_certificate_secret)


@cache
def _signer() -> "Signer":
    from wallet.apple.signing import Signer

    certificate = _certificate()
    return Signer.from_pem(
        key=certificate.key,
        leaf=certificate.leaf,
        intermediate=certificate.intermediate,
        now=runtime.now(),
    )


@cache
def press() -> "Press":
    """What prints passes."""
    from wallet.clients.blobs import BucketPasses
    from wallet.services.issue_pass import Press

    return Press(
        signer=_signer(),
        certificate=hashlib.sha256(_certificate().leaf).hexdigest(),
        base_url=runtime.settings().base_url,
        store=BucketPasses(runtime.settings().blobs_bucket),
        logos=runtime.logos(),
    )


@cache
def google_account() -> "ServiceAccount":
    """What signs for us at Google."""
    from wallet.clients.google_token import ServiceAccount
    from wallet.clients.secrets import service_account

    return ServiceAccount(service_account(runtime.settings().google_secret))


@cache
def google_passes() -> "GooglePasses":
    """Cards at Google Wallet. Only where an issuer is set."""
    from functools import partial

    from wallet.clients.blobs import BucketGallery
    from wallet.clients.google_http import GoogleApi, GooglePasses
    from wallet.clients.google_token import AccessTokens
    from wallet.services.google_cards import Stall, documents, hang_pictures

    wire, ends = google_wire(), google_endpoints()
    tokens = AccessTokens(google_account(), wire, ends.token, runtime.now)
    stall = Stall(
        issuer=google_issuer(),
        base_url=runtime.settings().base_url,
        merchant_name=_merchant_name,
        logos=runtime.logos(),
        gallery=BucketGallery(runtime.settings().blobs_bucket),
    )
    return GooglePasses(
        GoogleApi(wire, tokens, ends.api).ask,
        write=partial(documents, stall),
        hang=partial(hang_pictures, stall),
        pause=time.sleep,
    )


@cache
def google_wire() -> "GoogleWire":
    """Requests to Google."""
    from wallet.clients.google_http import GoogleWire

    return GoogleWire()


@cache
def google_endpoints() -> "Endpoints":
    """Google's addresses."""
    from wallet.clients.google_http import Endpoints

    return Endpoints.of(runtime.settings().google_url)


def google_issuer() -> "IssuerId":
    """Our issuer id."""
    from wallet.google.ids import IssuerId

    return IssuerId(runtime.settings().google_issuer or "")


@cache
def callback_desk() -> "CallbackDesk":
    """What takes Google's callbacks. Only where an issuer is set."""
    from wallet.clients.google_keys import CallbackDesk

    return CallbackDesk(
        google_wire(), runtime.settings().google_keys_url, google_issuer(), runtime.now
    )


@cache
def _merchant_name(merchant_id: "MerchantId") -> str:
    merchant = runtime.merchants().merchant(merchant_id)
    return merchant.name if merchant else ""


@cache
def messenger() -> "Messenger":
    """What telling phones needs."""
    from wallet.clients.apns_http import ApnsConnection, Timeouts
    from wallet.clients.pushes import ApplePushes
    from wallet.services.refresh_passes import Messenger
    from wallet.telemetry import alarm

    certificate = _certificate()
    connection = ApnsConnection(
        runtime.settings().apns_url,
        leaf=certificate.leaf,
        intermediate=certificate.intermediate,
        key=certificate.key,
        ca_file=runtime.settings().apns_ca_file,
        timeouts=Timeouts(silence_seconds=5, batch_seconds=8),
    )
    return Messenger(
        heads=runtime.ledger(),
        programs=runtime.programs(),
        devices=runtime.devices(),
        pushes=ApplePushes(connection, topic=_signer().pass_type, clock=runtime.now, pause=_pause),
        clock=runtime.now,
        pause=time.sleep,
        alarm=alarm,
        google=_google_cards(),
    )


def _google_cards() -> "GoogleCards | None":
    if runtime.settings().google_issuer is None:
        return None
    from wallet.clients.google_pushes import GoogleCards

    return GoogleCards(google_passes)


def _pause(attempt: int) -> None:
    """Before the given further try of a push: a random part of 0.2 s, doubled with each."""
    time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311  spreads pushes, guards nothing
