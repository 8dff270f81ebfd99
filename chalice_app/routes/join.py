"""Joining: a page that works without JavaScript, and the same address for web sites, in JSON.

Who joins has a card at once. The answer is the same whether or not the contact has a card already:
docs/decisions/0008.
"""

from collections.abc import Mapping

from chalice_app.api import Open
from chalice_app.forms import Form, check_origin, is_form, new_key, read_form
from chalice_app.http import Answer, Call
from chalice_app.joining import (
    TRAP,
    Typed,
    consent_question,
    consent_texts,
    enter,
    program_of,
    read,
    ref_of,
    sent_by,
    typed,
    without_data,
)
from chalice_app.languages import language_of
from chalice_app.pages import TOO_MANY, WRONG, page, redirect
from chalice_app.program_words import promise
from chalice_app.referral_words import friends_part_in_words
from chalice_app.routes import join_json
from chalice_app.routes.join_json import JoinedOut, JoinIn
from chalice_app.rule_words import rules_in_words
from wallet import runtime
from wallet.domain.programs import Program
from wallet.domain.tokens import link_token
from wallet.services.join import JOINS_WINDOW, is_publishable_key, may_join

# Shop, promise and rule: with more words than this, the line under the button is left out.
_WORDS_MAX = 13
# What is longer is set smaller, so that reward, rule and button are seen at once.
_LONG_NAME, _LONG_TITLE, _LONGEST_TITLE = 26, 28, 52
_RETRY = str(int(JOINS_WINDOW.total_seconds()))


def show(call: Call) -> Answer:
    """The page."""
    program = program_of(call.params["program_id"])
    return _page(call, program, Typed(key=new_key(), ref=ref_of(call.query.get("ref", ""))))


def _post(call: Call) -> Answer:
    """Joins the programme: a new card's links, the same whether or not the contact has one.

    What does not say that it is a form is for the JSON side to take or to refuse.
    """
    return _from_form(call) if is_form(call) else join_json.post(call)


post = Open(handle=_post, body=JoinIn, answer=JoinedOut, statuses=(201,))


def _from_form(call: Call) -> Answer:
    form = read_form(call)
    program = program_of(call.params["program_id"])
    _check_sender(call, form, program)
    said, plain = typed(form), form.ticked("plain")
    got = without_data(said) if plain else read(said, program)
    faults = {"form": "again"} if form.text(TRAP) else got.faults
    if faults:
        return _page(call, program, said, status=WRONG, faults=faults)
    if not may_join(runtime.edge(), program.id, call.source_ip, now=runtime.now()):
        return _page(call, program, said, status=TOO_MANY, faults={"form": "often"})
    language = language_of(call, program.locale)
    joined = enter(program, got, language)
    welcome = str(got.contact.kind) if got.contact else "plain"
    return redirect(f"/c/{link_token(joined.card.id, joined.card.secret)}?welcome={welcome}")


def _check_sender(call: Call, form: Form, program: Program) -> None:
    """A form comes from our own page, or from a site that names the programme by its key."""
    if not is_publishable_key(runtime.vault(), program, form.text("publishable_key")):
        check_origin(call)


def _page(
    call: Call,
    program: Program,
    said: Typed,
    *,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
) -> Answer:
    language = language_of(call, program.locale)
    title = promise(program, language)
    rules = rules_in_words(program, language)
    friends_part = friends_part_in_words(program, language)
    friends_part = friends_part if friends_part and sent_by(said, program) else ""
    words = len(" ".join((program.name, title, *rules[:1], friends_part)).split())
    return page(
        call,
        "join.html",
        status=status,
        fallback=program.locale,
        headers={"Retry-After": _RETRY} if status == TOO_MANY else None,
        program=program,
        title=title,
        lengths=_lengths(program.name, title),
        rule=rules[0] if rules else "",
        brief=words > _WORDS_MAX,
        friends_part=friends_part,
        question=consent_question(program, language),
        consents=consent_texts(language),
        said=said,
        faults=faults or {},
        trap=TRAP,
    )


def _lengths(name: str, title: str) -> Mapping[str, str]:
    """The classes of the two texts that a shop chooses."""
    size = len(title)
    return {
        "name": "long" if len(name) > _LONG_NAME else "",
        "title": "longest" if size > _LONGEST_TITLE else "long" if size > _LONG_TITLE else "",
    }
