"""What the editor says, and what its script needs to say it again without asking."""

from collections.abc import Mapping

from chalice_app.program_form import CURRENCIES, first_spend
from chalice_app.text_tables import _, said
from wallet.art.brand import brand, contrast
from wallet.art.logos import LogoFault
from wallet.domain.designs import Design
from wallet.texts import texts

_CHANGES_MAX = 20


def editor_words(language: str, design: Design) -> Mapping[str, object]:
    """All names and sentences of the editor that its template does not hold itself."""
    return {
        "trades": said(_TRADES, language),
        "pictures": said(_PICTURES, language),
        "colors": said(_COLORS, language),
        "styles": said(_STYLES, language),
        "faults": said(_FAULTS, language),
        "logo_faults": said(_LOGO_FAULTS, language),
        "contrast": contrast_line(design, language),
        "script": script_words(language),
    }


def first_reward(language: str) -> str:
    """The reward that a new form suggests."""
    return said(_REWARDS, language)["cafe"]


def contrast_line(design: Design, language: str) -> str:
    """How well the card's text can be read."""
    from babel.numbers import format_decimal

    on_brand = brand(design.color).on_brand
    ratio = int(contrast(on_brand, design.color) * 10 + 0.5) / 10
    return contrast_templates(language)[on_brand].format(
        ratio=format_decimal(ratio, "0.0", locale=language)
    )


def contrast_templates(language: str) -> Mapping[str, str]:
    """The line for each colour of text."""
    lines = said(_CONTRASTS, language)
    return {text: line.replace(" : ", "\u00a0:\u00a0") for text, line in lines.items()}


def script_words(language: str) -> Mapping[str, object]:
    """What the editor's script says."""
    say = texts(language)
    changes = range(_CHANGES_MAX + 1)
    return {
        "language": language,
        "stamps": say.gettext("Stamps"),
        "points": say.gettext("Points"),
        "alt": say.gettext("{count} of {target} stamps"),
        "contrast": contrast_templates(language),
        "changes": [
            say.ngettext("{count} change.", "{count} changes.", n).format(count=n) for n in changes
        ],
        "rewards": said(_REWARDS, language),
        "forEach": say.gettext("for each ({currency})"),
        "spends": {currency: first_spend(currency) for currency in CURRENCIES},
        "tooLarge": say.gettext(_LOGO_FAULTS[LogoFault.TOO_LARGE]),
    }


# Kinds of shop.
_TRADES = {
    "cafe": _("Café or restaurant"),
    "bakery": _("Bakery or grocery"),
    "hair": _("Hairdresser or barber"),
    "nails": _("Nails and beauty"),
    "sport": _("Gym or studio"),
    "flowers": _("Florist"),
    "books": _("Books and gifts"),
    "pets": _("Pet shop or groomer"),
    "other": _("Something else"),
}
# The reward that each kind of shop suggests.
_REWARDS = {
    "cafe": _("A free coffee"),
    "bakery": _("A free loaf"),
    "hair": _("A free haircut"),
    "nails": _("A free manicure"),
    "sport": _("A free class"),
    "flowers": _("A free bouquet"),
    "books": _("A free paperback"),
    "pets": _("A free treat"),
    "other": _("A free gift"),
}
# Pictures, for who cannot see them.
_PICTURES = {
    "cup": _("Cup"),
    "loaf": _("Loaf"),
    "scissors": _("Scissors"),
    "dumbbell": _("Dumb-bell"),
    "gift": _("Gift"),
    "flower": _("Flower"),
    "book": _("Book"),
    "paw": _("Paw"),
    "nail": _("Nail varnish"),
}
# The colours offered, by their place.
_COLORS = {0: _("Linden green"), 1: _("Brick"), 2: _("Plum"), 3: _("Sea"), 4: _("Honey")}
# Styles of a stamp.
_STYLES = {"pad": _("Solid"), "ring": _("Ring"), "rosette": _("Rosette")}
# What is wrong with a field, and what to do.
_FAULTS = {
    "name": _("Write the name of the shop, in at most 60 characters."),
    "reward": _("Write what the customer gets, in at most 60 characters."),
    "target": _("Choose how many stamps fill the card: 1 to 30."),
    "spend": _("Write an amount such as 10 or 2.50."),
    "points": _("Write a whole number from 1 to 1,000."),
    "cost": _("Write a whole number from 1 to 1,000,000."),
    "color": _("Choose one of the colours."),
    "other": _("Choose one of these."),
}
# The line for each colour of text.
_CONTRASTS = {
    "#ffffff": _("Reads well with white text ({ratio} : 1)"),
    "#000000": _("Reads well with black text ({ratio} : 1)"),
}
# Why a file is no logo.
_LOGO_FAULTS = {
    LogoFault.TOO_LARGE: _("This file is larger than 4 MB. Choose a smaller one."),
    LogoFault.TOO_MANY_PIXELS: _(
        "This picture has more than 16 megapixels. Choose a smaller one."
    ),
    LogoFault.NOT_A_PICTURE: _(
        "This file is not a PNG, JPEG or WEBP picture. Choose another one."
    ),
}
