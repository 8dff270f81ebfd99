"""pass.json of a loyalty card, a storeCard: its strip shows the stamps, its fields say the rest.

Apple's pages: "Pass", "PassFields", "PassFieldContent". Only one field carries a changeMessage:
where several change in one update, iOS says no more than "Store Card changed".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from wallet.domain.cards import Card, Status
from wallet.domain.endings import say_ending, say_news, say_offers
from wallet.domain.programs import Program, Reward
from wallet.domain.sentences import Texts, nearest_reward
from wallet.domain.vocabulary import ProgramKind

FORMAT_VERSION = 1


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
    link: str,
    colors: Colors,
    texts: Texts,
) -> bytes:
    """The pass.json of the card as it stands. The same arguments always give the same bytes.

    `link` is the address of the card's page.
    """
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
        "storeCard": _fields(card, program, link, texts),
    }
    if card.state.status is not Status.ACTIVE:
        document["voided"] = True
    return msgspec.json.encode(document)


def _fields(
    card: Card, program: Program, link: str, texts: Texts
) -> Mapping[str, list[dict[str, object]]]:
    reward = nearest_reward(card, program)
    return {
        "headerFields": [_balance(card, program, texts)],
        "secondaryFields": [_field("reward", texts.gettext("Reward"), reward.name)]
        if reward
        else [],
        "auxiliaryFields": [],
        "backFields": _back(card, program, link, texts),
    }


def _balance(card: Card, program: Program, texts: Texts) -> dict[str, object]:
    if program.kind is ProgramKind.STAMPS:
        value = f"{card.state.stamps} / {program.stamps_target}"
        label = texts.gettext("Stamps")
    else:
        value, label = str(card.state.points), texts.gettext("Points")
    return _field("balance", label, value)


def _back(card: Card, program: Program, link: str, texts: Texts) -> list[dict[str, object]]:
    # What changed is said by one field that is always there, so that its changeMessage is the
    # banner.
    news = _field(
        "news", texts.gettext("Your card"), say_news(card, program, texts) or program.name
    )
    rewards = "\n".join(f"{reward.name}: {_cost(reward, texts)}" for reward in program.rewards)
    return [
        {**news, "changeMessage": "%@"},
        *_ends(card, program, texts),
        _field("rewards", texts.gettext("Rewards"), rewards or "-"),
        _field("code", texts.gettext("Card code"), card.code),
        # Wallet makes a link of an address by itself.
        _field("link", texts.gettext("History and settings"), link),
    ]


def _ends(card: Card, program: Program, texts: Texts) -> list[dict[str, object]]:
    said = (
        ("offers", texts.gettext("Your offers"), say_offers(card, program, texts)),
        ("ending", texts.gettext("What ends"), say_ending(card, program, texts)),
    )
    return [_field(key, label, value) for key, label, value in said if value]


def _cost(reward: Reward, texts: Texts) -> str:
    count = reward.cost.units
    if reward.cost.stamps:
        return texts.ngettext("{count} stamp", "{count} stamps", count).format(count=count)
    return texts.ngettext("{count} point", "{count} points", count).format(count=count)


def _field(key: str, label: str, value: str) -> dict[str, object]:
    return {"key": key, "label": label, "value": value}


def _rgb(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
