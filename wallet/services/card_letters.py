"""Mails that lead to a card."""

from wallet.domain.cards import Card
from wallet.domain.programs import Program
from wallet.domain.tokens import link_token
from wallet.services.letters import Letter
from wallet.texts import texts


def card_ready(card: Card, program: Program, to: str, language: str, base_url: str) -> Letter:
    """To somebody who has just joined: keep this link."""
    say = texts(language).gettext
    return Letter(
        to=to,
        subject=say("Your card: {name}").format(name=program.name),
        text="\n\n".join(
            (
                say("Your card of {name} is ready:").format(name=program.name),
                _link(card, base_url),
                say("Keep this mail: the link leads back to your card from any phone."),
                say("You did not ask for a card? Then leave this mail; nothing more will come."),
            )
        ),
    )


def card_again(card: Card, program: Program, to: str, language: str, base_url: str) -> Letter:
    """To somebody who has a card, because they, or somebody else, asked for one again."""
    say = texts(language).gettext
    return Letter(
        to=to,
        subject=say("Your card: {name}").format(name=program.name),
        text="\n\n".join(
            (
                say("You have a card of {name} already. Here it is again:").format(
                    name=program.name
                ),
                _link(card, base_url),
                say("If a new, empty card was made just now, you do not need it."),
                say("You did not ask for this? Then leave this mail; your card is safe."),
            )
        ),
    )


def _link(card: Card, base_url: str) -> str:
    return f"{base_url}/c/{link_token(card.id, card.secret)}"
