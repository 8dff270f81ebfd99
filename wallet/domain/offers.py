"""Offers on a card: given, used once, ended."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wallet.domain.calendar import day_end, local_day
from wallet.domain.cards import HeldOffer, State
from wallet.domain.programs import Program

# An entry carries the offers of its card: more would make every commit dearer.
OPEN_MAX = 20
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARS = 8


def offer_code(digest: str, number: int) -> str:
    """The single-use code of the nth offer that an entry gives; also the offer's id.

    40 bits, read from the digest of the entry's key: whoever asks again gets the same.
    """
    number_of = int.from_bytes(hashlib.sha256(f"offer\n{digest}\n{number}".encode()).digest()[:5])
    return "".join(_CODE_ALPHABET[number_of >> 5 * place & 31] for place in range(_CODE_CHARS))


def give_offers(
    state: State, program: Program, offers: Sequence[str], *, digest: str, given_at: datetime
) -> State:
    """The state with these offers more, as far as there is room for them."""
    held = list(state.offers)
    for number, offer_id in enumerate(offers):
        offer = program.offer(offer_id)
        if offer is None or len(held) >= OPEN_MAX:
            continue
        day = local_day(given_at, program.time_zone) + timedelta(days=offer.days)
        held.append(
            HeldOffer(
                id=offer_code(digest, number),
                offer=offer_id,
                expires_at=day_end(day, program.time_zone),
            )
        )
    return replace(state, offers=tuple(held))


def withdraw(state: State, offers: Sequence[str], kept: Sequence[str], *, digest: str) -> State:
    """The state without those offers of an entry that it no longer gives, if they are unused.

    `offers` are all that the entry gave, `kept` what its net amount gives.
    """
    left = list(kept)
    gone = set()
    for number, offer_id in enumerate(offers):
        if offer_id in left:
            left.remove(offer_id)
        else:
            gone.add(offer_code(digest, number))
    return without(state, gone)


def withdraw_newest(state: State, offer_id: str, count: int) -> State:
    """The state without so many unused offers of that kind, the newest first."""
    ids = [each.id for each in state.offers if each.offer == offer_id]
    return without(state, ids[max(len(ids) - count, 0) :])


def without(state: State, ids: Iterable[str]) -> State:
    """The state without these offers."""
    gone = set(ids)
    return replace(state, offers=tuple(each for each in state.offers if each.id not in gone))
