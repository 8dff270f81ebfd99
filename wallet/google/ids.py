"""Google's names of our programmes and cards: the issuer, a dot, and our own id.

Nothing has to be kept to find one from the other. Google allows letters, digits, `.`, `_` and `-`
after the first dot; our ids hold no dot, so each name has exactly one.
"""

from typing import NewType

from wallet.domain.ids import CardId, DeviceId, ProgramId, is_id, is_program_id

IssuerId = NewType("IssuerId", str)

# Phones of Apple name themselves by letters, digits, `.`, `_` and `-` only, so no phone can take
# this name.
_DEVICE_PREFIX = "google:"


def class_id(issuer: IssuerId, program_id: ProgramId) -> str:
    """The name of a programme's LoyaltyClass."""
    return f"{issuer}.{program_id}"


def object_id(issuer: IssuerId, card_id: CardId) -> str:
    """The name of a card's LoyaltyObject."""
    return f"{issuer}.{card_id}"


def program_of(issuer: IssuerId, name: str) -> ProgramId | None:
    """The programme of a class; None if it is another issuer's, or not of our making."""
    own, dot, rest = name.partition(".")
    return ProgramId(rest) if dot and own == issuer and is_program_id(rest) else None


def card_of(issuer: IssuerId, name: str) -> CardId | None:
    """The card of an object; None if it is another issuer's, or not of our making."""
    own, dot, rest = name.partition(".")
    return CardId(rest) if dot and own == issuer and is_id(rest) else None


def google_device(card_id: CardId) -> DeviceId:
    """Under this name Google's servers stand among the devices of a card that was saved there.

    One for each card, so that no key grows with the number of cards.
    """
    return DeviceId(f"{_DEVICE_PREFIX}{card_id}")


def is_google(device_id: DeviceId) -> bool:
    """Whether this device is Google's servers, not a phone of Apple."""
    return device_id.startswith(_DEVICE_PREFIX)
