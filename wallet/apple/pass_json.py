"""pass.json of a loyalty card, a storeCard: its strip shows the stamps, its fields say the rest.

Apple's pages: "Pass", "PassFields", "PassFieldContent". Only one field carries a changeMessage:
where several change in one update, iOS says no more than "Store Card changed".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from wallet.domain.cards import Card
from wallet.domain.programs import Program, ProgramKind, Reward

FORMAT_VERSION = 1


class Texts(Protocol):
    """A language's catalogue, as gettext gives it."""

    def gettext(self, message: str, /) -> str:
        """The message in this language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """The message in the form that the number asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues the pass: type and team as the certificate has them, and where phones ask."""

    pass_type: str
    team: str
    web_service_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """The three colours of a pass, `#rrggbb`."""

    background: str
    foreground: str
    label: str


def write_pass(
    card: Card,
    program: Program,
    *,
    issuer: Issuer,
    token: str,
    colors: Colors,
    texts: Texts,
) -> bytes:
    """The pass.json of the card as it stands. The same arguments always give the same bytes."""
    document = {
        "formatVersion": FORMAT_VERSION,
        "passTypeIdentifier": issuer.pass_type,
        "serialNumber": card.serial,
        "teamIdentifier": issuer.team,
        "organizationName": program.name,
        "description": texts.gettext("Loyalty card of {name}").format(name=program.name),
        "logoText": program.name,
        "webServiceURL": issuer.web_service_url,
        "authenticationToken": token,
        "backgroundColor": _rgb(colors.background),
        "foregroundColor": _rgb(colors.foreground),
        "labelColor": _rgb(colors.label),
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": card.barcode,
                "messageEncoding": "iso-8859-1",
                "altText": card.code,
            }
        ],
        "sharingProhibited": True,
        "storeCard": _fields(card, program, texts),
    }
    return msgspec.json.encode(document)


def say_next(card: Card, program: Program, texts: Texts) -> str:
    """The one sentence that a barista could say aloud: what is ready, or how much is missing."""
    reward = nearest_reward(card, program)
    if reward is None:
        return ""
    missing = max(reward.cost.points - card.state.points, reward.cost.stamps - card.state.stamps)
    if missing <= 0:
        return texts.gettext("Ready: {reward}. Show your card at the till.").format(
            reward=reward.name
        )
    sentence = (
        texts.ngettext("{count} more stamp: {reward}", "{count} more stamps: {reward}", missing)
        if program.kind is ProgramKind.STAMPS
        else texts.ngettext(
            "{count} more point: {reward}", "{count} more points: {reward}", missing
        )
    )
    return sentence.format(count=missing, reward=reward.name)


def nearest_reward(card: Card, program: Program) -> Reward | None:
    """The dearest reward that the card can pay for, else the cheapest that it cannot."""
    ordered = sorted(program.rewards, key=_price)
    ready = [reward for reward in ordered if _price(reward) <= _held(card, reward)]
    return ready[-1] if ready else next(iter(ordered), None)


def _price(reward: Reward) -> int:
    return reward.cost.points or reward.cost.stamps


def _held(card: Card, reward: Reward) -> int:
    return card.state.points if reward.cost.points else card.state.stamps


def _fields(card: Card, program: Program, texts: Texts) -> Mapping[str, list[dict[str, object]]]:
    reward = nearest_reward(card, program)
    return {
        "headerFields": [_balance(card, program, texts)],
        "secondaryFields": [_field("reward", texts.gettext("Reward"), reward.name)]
        if reward
        else [],
        "auxiliaryFields": [],
        "backFields": _back(card, program, texts),
    }


def _balance(card: Card, program: Program, texts: Texts) -> dict[str, object]:
    if program.kind is ProgramKind.STAMPS:
        value = f"{card.state.stamps} / {program.stamps_target}"
        label = texts.gettext("Stamps")
    else:
        value, label = str(card.state.points), texts.gettext("Points")
    return _field("balance", label, value)


def _back(card: Card, program: Program, texts: Texts) -> list[dict[str, object]]:
    # What changed is said by one field that is always there, so that its changeMessage is the
    # banner.
    news = _field(
        "news", texts.gettext("Your card"), say_next(card, program, texts) or program.name
    )
    rewards = "\n".join(f"{reward.name}: {_cost(reward, texts)}" for reward in program.rewards)
    return [
        {**news, "changeMessage": "%@"},
        _field("rewards", texts.gettext("Rewards"), rewards or "-"),
        _field("code", texts.gettext("Card code"), card.code),
    ]


def _cost(reward: Reward, texts: Texts) -> str:
    if reward.cost.stamps:
        count = reward.cost.stamps
        return texts.ngettext("{count} stamp", "{count} stamps", count).format(count=count)
    count = reward.cost.points
    return texts.ngettext("{count} point", "{count} points", count).format(count=count)


def _field(key: str, label: str, value: str) -> dict[str, object]:
    return {"key": key, "label": label, "value": value}


def _rgb(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
