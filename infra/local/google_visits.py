"""What the fake Google Wallet does out in the world: look at a picture, call an issuer back."""

import logging
from collections.abc import Mapping
from typing import Any

import urllib3

log = logging.getLogger(__name__)

_SECONDS = 5.0
_OK = 200


def sees(url: str) -> bool:
    """Whether there is a picture at the address."""
    try:
        answer = urllib3.request("GET", url, retries=False, timeout=_SECONDS)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == _OK and answer.headers.get("Content-Type", "").startswith("image/")


def deliver(url: str, envelope: Mapping[str, Any]) -> None:
    """Delivers a callback, once: Google's are best effort too."""
    try:
        answer = urllib3.request("POST", url, json=envelope, retries=False, timeout=_SECONDS)
    except urllib3.exceptions.HTTPError as fault:
        log.warning("callback to %s: %r", url, fault)
    else:
        if answer.status != _OK:
            log.warning("callback to %s: %s", url, answer.status)
