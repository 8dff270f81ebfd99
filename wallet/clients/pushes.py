"""The Pushes port on APNs: one request a phone, and its outcome in the words of the use case."""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from wallet.apple.apns import (
    Delivered,
    Gone,
    Outcome,
    PushRequest,
    Rejected,
    Retry,
    build_push,
)
from wallet.clients.apns_http import ApnsConnection
from wallet.services.phones import Registration, Told
from wallet.services.ports import Clock

# For a phone that is off: APNs keeps the newest push of a topic so long.
EXPIRES = timedelta(days=28)
_TRIES = 2


class ApplePushes:
    """Pushes to Apple's phones over one kept connection."""

    def __init__(
        self, apns: ApnsConnection, *, topic: str, clock: Clock, pause: Callable[[int], None]
    ) -> None:
        self._apns = apns
        self._topic = topic
        self._clock = clock
        self._pause = pause

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        """Sends one push to each; what may pass by itself is tried once more before it is told.

        Where Apple names a time to wait, that is left to the queue.
        """
        told: dict[str, Told] = {}
        left = list(registrations)
        for attempt in range(_TRIES):
            if not left:
                break
            if attempt:
                self._pause(attempt)
            outcomes = self._apns.push_all([self._request(each) for each in left])
            pairs = list(zip(left, outcomes, strict=True))
            told |= {each.push_token: _told(each, outcome) for each, outcome in pairs}
            left = [
                each
                for each, outcome in pairs
                if isinstance(outcome, Retry) and not outcome.after_seconds
            ]
        return [told[each.push_token] for each in registrations]

    def _request(self, registration: Registration) -> PushRequest | Gone:
        token = registration.push_token
        return build_push(
            token,
            self._topic,
            expires_at=self._clock() + EXPIRES,
            push_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{token} {registration.card_id}")),
        )


def _told(registration: Registration, outcome: Outcome) -> Told:
    if isinstance(outcome, Delivered):
        return Told(registration, "delivered")
    if isinstance(outcome, Gone):
        return Told(registration, "gone", gone_since=outcome.since)
    if isinstance(outcome, Rejected):
        return Told(registration, "rejected", outcome.reason)
    return Told(registration, "retry", outcome.reason)
