"""LoyaltyClass: what all cards of a programme have in common in Google Wallet.

https://developers.google.com/wallet/reference/rest/v1/loyaltyclass
"""

from wallet.domain.programs import Program
from wallet.google.art import mark_of
from wallet.google.ids import IssuerId, class_id
from wallet.google.lettering import cut, localized

NAME_SHOWN_MAX = 20
"""What Google recommends for issuerName and programName, so that they are shown whole."""

REWARD_MODULE = "reward"
NEXT_MODULE = "next"
"""Ids of an object's text modules. No dots: those separate the steps of a fieldPath."""

# A programme says its language, not its country. English is spoken in too many to name one.
_COUNTRIES = {"pl": "PL", "hu": "HU"}


def write_class(
    program: Program, *, issuer: IssuerId, issuer_name: str, base_url: str
) -> dict[str, object]:
    """The body that inserts or patches the class, the same for both.

    The review status is UNDER_REVIEW even where Google has said APPROVED: a write that says
    APPROVED is refused.
    """
    name = cut(program.name, NAME_SHOWN_MAX)
    shop = cut(issuer_name, NAME_SHOWN_MAX)
    document: dict[str, object] = {
        "id": class_id(issuer, program.id),
        "reviewStatus": "UNDER_REVIEW",
        "issuerName": shop,
        "localizedIssuerName": localized(program.locale, shop),
        "programName": name,
        "localizedProgramName": localized(program.locale, name),
        "programLogo": {
            "sourceUri": {"uri": mark_of(program).url(base_url)},
            "contentDescription": localized(program.locale, program.name),
        },
        "hexBackgroundColor": program.design.color,
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "classTemplateInfo": {"cardTemplateOverride": {"cardRowTemplateInfos": _ROWS}},
        "callbackOptions": {"url": f"{base_url}/google/callback"},
    }
    country = _COUNTRIES.get(program.locale)
    return document | ({"countryCode": country} if country else {})


def _item(path: str) -> dict[str, object]:
    return {"firstValue": {"fields": [{"fieldPath": path}]}}


_ROWS = [
    {
        "twoItems": {
            "startItem": _item("object.loyaltyPoints.balance"),
            "endItem": _item(f"object.textModulesData['{REWARD_MODULE}']"),
        }
    }
]
