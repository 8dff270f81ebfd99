"""LoyaltyObject: one card in Google Wallet.

https://developers.google.com/wallet/reference/rest/v1/loyaltyobject
"""

from dataclasses import dataclass

from wallet.domain.cards import Card, Status
from wallet.domain.programs import Program
from wallet.domain.sentences import Texts
from wallet.domain.tokens import link_token
from wallet.domain.vocabulary import ProgramKind
from wallet.google.art import Art, hero_of
from wallet.google.ids import IssuerId, class_id, object_id
from wallet.google.lettering import cut, localized
from wallet.google.loyalty_class import NEXT_MODULE, REWARD_MODULE

LABEL_SHOWN_MAX = 9
LINK_SHOWN_MAX = 20
HEADER_SHOWN_MAX = 35
BODY_SHOWN_MAX = 500
"""What Google recommends for each, so that it is shown whole."""

_INT32_MAX = 2**31 - 1
_BALANCE_FORMS = ("string", "int")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the card says of rewards: the nearest one's name, and the sentence about it.

    Empty where a programme has no reward.
    """

    reward: str = ""
    sentence: str = ""


def write_object(
    card: Card, program: Program, *, issuer: IssuerId, base_url: str, texts: Texts, news: News
) -> dict[str, object]:
    """The body that inserts the card as it stands. The same arguments give the same body."""
    hero = hero_of(card, program)
    return {
        "id": object_id(issuer, card.id),
        "classId": class_id(issuer, program.id),
        "state": "ACTIVE" if card.state.status is Status.ACTIVE else "INACTIVE",
        "loyaltyPoints": _balance(card, program, texts),
        "barcode": {
            "type": "QR_CODE",
            "renderEncoding": "UTF_8",
            "value": card.barcode,
            "alternateText": card.code,
        },
        "heroImage": {
            "sourceUri": {"uri": hero.url(base_url)},
            "contentDescription": localized(card.locale, _described(hero, program, texts)),
        },
        "textModulesData": _modules(card, texts, news),
        "linksModuleData": {
            "uris": [
                {
                    "id": "card",
                    "uri": f"{base_url}/c/{link_token(card.id, card.secret)}",
                    "description": cut(texts.gettext("Your card"), LINK_SHOWN_MAX),
                }
            ]
        },
    }


def as_update(document: dict[str, object], *, notify: bool) -> dict[str, object]:
    """The body that patches the card, from the one that inserts it.

    A patch merges objects, so the form that the balance does not have is taken away by null: a
    balance may have one form only. `notify` asks Google to tell the holder; it holds for this one
    request.
    """
    points = document["loyaltyPoints"]
    if not isinstance(points, dict):
        raise TypeError("not a body of write_object")
    balance = {form: points["balance"].get(form) for form in _BALANCE_FORMS}
    patch = document | {"loyaltyPoints": points | {"balance": balance}}
    return patch | ({"notifyPreference": "NOTIFY_ON_UPDATE"} if notify else {})


def _balance(card: Card, program: Program, texts: Texts) -> dict[str, object]:
    state = card.state
    balance: dict[str, object]
    if program.kind is ProgramKind.STAMPS:
        label = texts.gettext("Stamps")
        balance = {"string": f"{state.stamps} / {program.stamps_target}"}
    else:
        label = texts.gettext("Points")
        # Google's integer has 32 bits.
        fits = abs(state.points) <= _INT32_MAX
        balance = {"int": state.points} if fits else {"string": str(state.points)}
    shown = cut(label, LABEL_SHOWN_MAX)
    return {
        "label": shown,
        "localizedLabel": localized(card.locale, shown),
        "balance": balance,
    }


def _described(hero: Art, program: Program, texts: Texts) -> str:
    """What the picture shows, for those who do not see it."""
    if hero.stamps is None or hero.target is None:
        return texts.gettext("Loyalty card of {name}").format(name=program.name)
    sentence = texts.ngettext(
        "{count} of {target} stamp", "{count} of {target} stamps", hero.target
    )
    return sentence.format(count=hero.stamps, target=hero.target)


def _modules(card: Card, texts: Texts, news: News) -> list[dict[str, object]]:
    modules = (
        (REWARD_MODULE, texts.gettext("Reward"), news.reward),
        (NEXT_MODULE, texts.gettext("Your card"), news.sentence),
    )
    return [
        {
            "id": module,
            "localizedHeader": localized(card.locale, cut(header, HEADER_SHOWN_MAX)),
            "localizedBody": localized(card.locale, cut(body, BODY_SHOWN_MAX)),
        }
        for module, header, body in modules
        if body
    ]
