"""The plain rules of a programme, written from its document: what holds is what stands there."""

from chalice_app.formats import day
from chalice_app.http import Answer, Call
from chalice_app.joining import program_of
from chalice_app.languages import language_of
from chalice_app.limit_words import expiry_in_words, had_in_words, terms_in_words
from chalice_app.pages import page
from chalice_app.program_words import cost_in_words
from chalice_app.rule_words import rules_in_words
from chalice_app.tier_words import tiers_in_words
from wallet.domain.vocabulary import ProgramKind


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
        rules=[
            *rules_in_words(program, language),
            *tiers_in_words(program, language),
            *terms_in_words(program, language),
        ],
        expiry=expiry_in_words(program, language),
        rewards=[
            (
                reward.name,
                cost_in_words(reward.cost, language),
                had_in_words(reward, program, language),
            )
            for reward in program.rewards
        ],
        since=day(program.effective_at, program.time_zone, language),
    )
