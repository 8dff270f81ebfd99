"""What a till has to do for a reward, an offer or money off that was redeemed."""

import hashlib

from chalice_app.schemas import Voucher
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.ids import EntryId, encode_code
from wallet.domain.programs import Offer, Program, Reward
from wallet.domain.spending import handed_over
from wallet.domain.vocabulary import RewardKind
from wallet.texts import texts

_GIVEN = (EntryKind.REDEEM, EntryKind.CAPTURE)
_CODE_BYTES = 7


def voucher_of(entry: Entry, program: Program, language: str) -> Voucher | None:
    """The voucher of an entry under the version that it names; None if it gave nothing away."""
    if entry.kind not in _GIVEN:
        return None
    thing = handed_over(program, entry)
    if thing is not None:
        return _for_thing(thing, entry, program, language)
    if entry.amount is not None:
        return _for_points(entry, entry.amount, language)
    return None


def external_code(entry_id: EntryId) -> str:
    """The code by which an external reward is had: whoever asks again gets the same."""
    digest = hashlib.sha256(f"external\n{entry_id}".encode()).digest()
    return encode_code(digest[:_CODE_BYTES])


def _for_thing(thing: Reward | Offer, entry: Entry, program: Program, language: str) -> Voucher:
    is_external = thing.kind is RewardKind.EXTERNAL
    return Voucher(
        kind=str(thing.kind),
        name=thing.name,
        amount=thing.amount or None,
        currency=program.currency if thing.amount else None,
        percent=thing.percent or None,
        points=thing.points or None,
        code=external_code(entry.id) if is_external else None,
        url=thing.url or None,
        cause=thing.cause or None,
        receipt=_receipt(thing, entry, program, language),
    )


def _for_points(entry: Entry, amount: int, language: str) -> Voucher:
    from chalice_app.formats import number

    said = texts(language).ngettext(
        "{count} point: {amount} off", "{count} points: {amount} off", -entry.points
    )
    off = _money(amount, entry.currency or "", language)
    return Voucher(
        kind=str(RewardKind.AMOUNT_OFF),
        amount=amount,
        currency=entry.currency,
        receipt=said.format(count=number(-entry.points, language), amount=off),
    )


def _receipt(thing: Reward | Offer, entry: Entry, program: Program, language: str) -> str:
    from chalice_app.formats import number

    say = texts(language)
    match thing.kind:
        case RewardKind.DONATION:
            said = say.gettext("{name} gives {amount} to: {cause}")
        case RewardKind.AMOUNT_OFF if thing.amount:
            said = say.gettext("{reward}: {amount} off")
        case RewardKind.PERCENT_OFF if thing.percent:
            said = say.gettext("{reward}: {percent} off")
        case RewardKind.BONUS_POINTS:
            said = say.ngettext(
                "{reward}: {count} point more", "{reward}: {count} points more", thing.points
            )
        case RewardKind.EXTERNAL:
            said = say.gettext("{reward}: code {code}")
        case _:
            said = "{reward}"
    return said.format(
        name=program.name,
        reward=thing.name,
        cause=thing.cause,
        percent=f"{thing.percent}%",
        count=number(thing.points, language),
        amount=_money(thing.amount, program.currency, language) if thing.amount else "",
        code=external_code(entry.id),
    )


def _money(amount: int, currency: str, language: str) -> str:
    # Babel is loaded only where something is handed over.
    from chalice_app.formats import money

    return money(amount, currency, language)
