"""Reads what a customer, or a web site on their behalf, says in order to join."""

from collections.abc import Mapping

from msgspec import Struct

from chalice_app.forms import Form, new_key
from chalice_app.mailing import send_letter
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.consents import ConsentKind
from wallet.domain.contacts import CONTACT_CHARS_MAX, Contact, read_contact
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import CardId, ProgramId, is_id, is_program_id
from wallet.domain.program_document import clean_text
from wallet.domain.programs import Program
from wallet.services.find_referrer import referrer_by_code
from wallet.services.join import Application, Joined, join
from wallet.texts import texts

NAME_CHARS_MAX = 80
# No person sees this field, so whoever fills it in is a program.
TRAP = "homepage"


class Typed(Struct, frozen=True, kw_only=True):
    """What stands in the form: what was typed, what was ticked, and the form's own key.

    `ref` names the card whose holder sent them, as their link has it, or the code that a web
    site sent.
    """

    key: str
    ref: str = ""
    name: str = ""
    contact: str = ""
    consents: frozenset[ConsentKind] = frozenset()


class Read(Struct, frozen=True, kw_only=True):
    """What could be read of it; `faults` names each wrong field with what is wrong."""

    said: Typed
    name: str
    contact: Contact | None
    faults: Mapping[str, str]


def program_of(program_id: str) -> Program:
    """The programme in force. Raises NotFoundError."""
    known = is_program_id(program_id)
    now = runtime.now()
    program = runtime.programs().current(ProgramId(program_id), now) if known else None
    if program is None:
        raise NotFoundError("program")
    return program


def join_link(program: Program) -> str:
    """Where customers join."""
    return f"{runtime.settings().base_url}/join/{program.id}"


def friends_link(card: Card, program: Program) -> str:
    """Where those join whom the card's holder brings."""
    return f"{join_link(program)}?ref={card.id}"


def ref_of(text: str) -> str:
    """What a link says of who sent it, if it looks so.

    Only an id: a page that told which codes are cards' would help to guess one.
    """
    return text if is_id(text) else ""


def sent_by(said: Typed, program: Program) -> CardId | None:
    """The card whose holder sent them; a link that leads to none any more is no fault."""
    return referrer_by_code(runtime.counter(), program, said.ref) if said.ref else None


def typed(form: Form) -> Typed:
    """The fields of a form, bounded: what is longer is shown cut."""
    key = form.text("key")
    return Typed(
        key=key if is_id(key) else new_key(),
        ref=ref_of(form.text("ref")),
        name=form.text("name")[: NAME_CHARS_MAX + 1],
        contact=form.text("contact")[: CONTACT_CHARS_MAX + 1],
        consents=frozenset(kind for kind in ConsentKind if form.ticked(f"consent_{kind}")),
    )


def read(said: Typed, program: Program) -> Read:
    """The name and the contact, or what is wrong with them."""
    name = clean_text(said.name)
    contact = read_contact(clean_text(said.contact), program.time_zone)
    faults = {
        "name": _fault(name, NAME_CHARS_MAX),
        "contact": _fault(clean_text(said.contact), CONTACT_CHARS_MAX)
        or ("" if contact else "wrong"),
    }
    return Read(
        said=said,
        name=name,
        contact=contact,
        faults={field: fault for field, fault in faults.items() if fault},
    )


def without_data(said: Typed) -> Read:
    """Nothing but the form's own: for a card that no data leads to."""
    return Read(said=Typed(key=said.key, ref=said.ref), name="", contact=None, faults={})


def application(got: Read, program: Program, language: str) -> Application:
    """What goes to the use case, each consent with the words that stood beside its box."""
    question, words = consent_question(program, language), consent_texts(language)
    return Application(
        name=got.name or None,
        contact=got.contact,
        language=language,
        consents={
            kind: f"{question} {words[kind]}" for kind in ConsentKind if kind in got.said.consents
        },
        key=got.said.key,
        referred_by=sent_by(got.said, program),
    )


def enter(program: Program, got: Read, language: str) -> Joined:
    """A card for who said that, and the mail that goes with it."""
    asked = application(got, program, language)
    joined = join(runtime.front_desk(), program, asked, now=runtime.now())
    send_letter(joined.letter)
    return joined


def consent_question(program: Program, language: str) -> str:
    """What stands over the boxes."""
    return texts(language).gettext("News from {name}?").format(name=program.name)


def consent_texts(language: str) -> Mapping[ConsentKind, str]:
    """What stands beside each box."""
    say = texts(language).gettext
    return {
        ConsentKind.EMAIL: say("By e-mail, at most twice a month"),
        ConsentKind.PASS: say("As a message on the card in my phone"),
    }


def _fault(text: str, most: int) -> str:
    if not text:
        return "empty"
    return "long" if len(text) > most else ""
