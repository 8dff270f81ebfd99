"""The plain rules of a programme, written from its document: what holds is what stands there."""

from chalice_app.formats import day
from chalice_app.http import Answer, Call
from chalice_app.joining import program_of
from chalice_app.languages import language_of
from chalice_app.pages import page
from chalice_app.program_words import cost_in_words, rules_in_words
from wallet.domain.programs import ProgramKind


def show(call: Call) -> Answer:
    """The rules in the visitor's language."""
    program = program_of(call.params["program_id"])
    language = language_of(call, program.locale)
    return page(
        call,
        "rules.html",
        fallback=program.locale,
        program=program,
        stamps=program.kind is ProgramKind.STAMPS,
        rules=rules_in_words(program, language),
        rewards=[
            (reward.name, cost_in_words(reward.cost, language)) for reward in program.rewards
        ],
        since=day(program.effective_at, program.time_zone, language),
    )
