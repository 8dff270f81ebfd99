"""What the editor says, and what its script needs to say it again without asking."""

from collections.abc import Mapping

from chalice_app.program_form import CURRENCIES, first_spend
from wallet.art.brand import brand, contrast
from wallet.art.logos import LogoFault
from wallet.domain.designs import Design
from wallet.texts import texts

_CHANGES_MAX = 20


def editor_words(language: str, design: Design) -> Mapping[str, object]:
    """All names and sentences of the editor that its template does not hold itself."""
    return {
        "trades": trade_names(language),
        "pictures": picture_names(language),
        "colors": color_names(language),
        "styles": style_names(language),
        "faults": fault_words(language),
        "logo_faults": logo_fault_words(language),
        "contrast": contrast_line(design, language),
        "script": script_words(language),
    }


def first_reward(language: str) -> str:
    """The reward that a new form suggests."""
    return trade_rewards(language)["cafe"]


def trade_rewards(language: str) -> Mapping[str, str]:
    """The reward that each kind of shop suggests."""
    say = texts(language).gettext
    return {
        "cafe": say("A free coffee"),
        "bakery": say("A free loaf"),
        "hair": say("A free haircut"),
        "nails": say("A free manicure"),
        "sport": say("A free class"),
        "flowers": say("A free bouquet"),
        "books": say("A free paperback"),
        "pets": say("A free treat"),
        "other": say("A free gift"),
    }


def trade_names(language: str) -> Mapping[str, str]:
    """Kinds of shop."""
    say = texts(language).gettext
    return {
        "cafe": say("Café or restaurant"),
        "bakery": say("Bakery or grocery"),
        "hair": say("Hairdresser or barber"),
        "nails": say("Nails and beauty"),
        "sport": say("Gym or studio"),
        "flowers": say("Florist"),
        "books": say("Books and gifts"),
        "pets": say("Pet shop or groomer"),
        "other": say("Something else"),
    }


def picture_names(language: str) -> Mapping[str, str]:
    """Pictures, for who cannot see them."""
    say = texts(language).gettext
    return {
        "cup": say("Cup"),
        "loaf": say("Loaf"),
        "scissors": say("Scissors"),
        "dumbbell": say("Dumb-bell"),
        "gift": say("Gift"),
        "flower": say("Flower"),
        "book": say("Book"),
        "paw": say("Paw"),
        "nail": say("Nail varnish"),
    }


def color_names(language: str) -> tuple[str, ...]:
    """The colours offered, in their order."""
    say = texts(language).gettext
    return (say("Linden green"), say("Brick"), say("Plum"), say("Sea"), say("Honey"))


def style_names(language: str) -> Mapping[str, str]:
    """Styles of a stamp."""
    say = texts(language).gettext
    return {"pad": say("Solid"), "ring": say("Ring"), "rosette": say("Rosette")}


def fault_words(language: str) -> Mapping[str, str]:
    """What is wrong with a field, and what to do."""
    say = texts(language).gettext
    return {
        "name": say("Write the name of the shop, in at most 60 characters."),
        "reward": say("Write what the customer gets, in at most 60 characters."),
        "target": say("Choose how many stamps fill the card: 1 to 30."),
        "spend": say("Write an amount such as 10 or 2.50."),
        "points": say("Write a whole number from 1 to 1,000."),
        "cost": say("Write a whole number from 1 to 1,000,000."),
        "color": say("Choose one of the colours."),
        "other": say("Choose one of these."),
    }


def logo_fault_words(language: str) -> Mapping[str, str]:
    """Why a file is no logo."""
    say = texts(language).gettext
    return {
        LogoFault.TOO_LARGE: say("This file is larger than 4 MB. Choose a smaller one."),
        LogoFault.TOO_MANY_PIXELS: say(
            "This picture has more than 16 megapixels. Choose a smaller one."
        ),
        LogoFault.NOT_A_PICTURE: say(
            "This file is not a PNG, JPEG or WEBP picture. Choose another one."
        ),
    }


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
    say = texts(language).gettext
    lines = {
        "#ffffff": say("Reads well with white text ({ratio} : 1)"),
        "#000000": say("Reads well with black text ({ratio} : 1)"),
    }
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
        "rewards": trade_rewards(language),
        "forEach": say.gettext("for each ({currency})"),
        "spends": {currency: first_spend(currency) for currency in CURRENCIES},
        "tooLarge": logo_fault_words(language)[LogoFault.TOO_LARGE],
    }
