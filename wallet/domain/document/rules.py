"""The rules of a document, and the limits on what they give."""

import re
from collections.abc import Mapping

from wallet.domain.document.conditions import AMOUNT_MAX, ID, ITEMS, WHEN
from wallet.domain.document.notes import Notes
from wallet.domain.document.records import Check, Field, Kinds, Record, needed
from wallet.domain.document.shapes import Choice, Text, Whole
from wallet.domain.programs import Limit, Rule, Thanks
from wallet.domain.vocabulary import APART, Per, RuleKind

RULES_MAX = 40
LIMITS_MAX = 40
PER_PURCHASE_MAX = 1_000
STEP_MAX = AMOUNT_MAX
GIVEN_MAX = 1_000_000
PERCENT_LEAST = 101
PERCENT_MAX = 10_000
VISITS_MAX = 31
CHALLENGE_DAYS_MAX = 62
IDLE_DAYS_MAX = 3_650


def _check_gives(notes: Notes, given: Mapping[str, object], _made: Rule | Thanks) -> None:
    if not {"points", "stamps", "offer"} & given.keys():
        notes.refuse("must give points, stamps or an offer")


_ACTION = Text(re.compile(r"[a-z0-9_-]{1,40}"), "must be 1 to 40 of a-z, 0-9, - and _")
_PER_PURCHASE = Whole(PER_PURCHASE_MAX)
_POINTS, _STAMPS = needed("points", _PER_PURCHASE), needed("stamps", _PER_PURCHASE)
_WHEN = Field("when", WHEN)
_STEP = needed("step", Whole(STEP_MAX))
_THESE, _ONLY_THESE = needed("items", ITEMS), Field("items", ITEMS)
_GIVES = (
    Field("points", Whole(GIVEN_MAX)),
    Field("stamps", _PER_PURCHASE),
    Field("offer", ID),
)
_THANKS = Record(of=Thanks, fields=_GIVES, check=_check_gives)
_FIELDS: Mapping[str, tuple[Field, ...]] = {
    RuleKind.STAMPS_PER_PURCHASE: (_STAMPS, _WHEN),
    RuleKind.STAMPS_PER_ITEM: (_STAMPS, _THESE, _WHEN),
    RuleKind.STAMPS_PER_AMOUNT: (_STEP, _STAMPS, _ONLY_THESE, _WHEN),
    RuleKind.POINTS_PER_PURCHASE: (_POINTS, _WHEN),
    RuleKind.POINTS_PER_ITEM: (_POINTS, _THESE, _WHEN),
    RuleKind.POINTS_PER_AMOUNT: (_STEP, _POINTS, _ONLY_THESE, _WHEN),
    RuleKind.MULTIPLIER: (needed("percent", Whole(PERCENT_MAX, PERCENT_LEAST)), _WHEN),
    RuleKind.BONUS: (*_GIVES, _WHEN),
    RuleKind.MILESTONE: (_STEP, *_GIVES),
    RuleKind.CHALLENGE: (
        needed("visits", Whole(VISITS_MAX, 2)),
        needed("days", Whole(CHALLENGE_DAYS_MAX, 2)),
        *_GIVES,
    ),
    RuleKind.ACTION: (needed("action", _ACTION), *_GIVES),
    RuleKind.WELCOME: _GIVES,
    RuleKind.BIRTHDAY: _GIVES,
    RuleKind.WIN_BACK: (needed("days", Whole(IDLE_DAYS_MAX)), *_GIVES),
    RuleKind.REFERRAL: (*_GIVES, Field("referrer", _THANKS), _WHEN),
}
UNLIMITED = (RuleKind.MULTIPLIER,)
"""Several multipliers make one factor, so that none of them gives anything by itself."""


def _check_referral(notes: Notes, given: Mapping[str, object], rule: Rule) -> None:
    if "referrer" not in given:
        _check_gives(notes, given, rule)


def _check_challenge(notes: Notes, given: Mapping[str, object], rule: Rule) -> None:
    _check_gives(notes, given, rule)
    if rule.visits > rule.days and not notes.spoilt(".days"):
        notes.refuse_at(".visits", "must be at most days: one visit a day counts")


def _check_limit(notes: Notes, given: Mapping[str, object], limit: Limit) -> None:
    if len({"points", "stamps", "purchases"} & given.keys()) != 1:
        notes.refuse("must limit one of points, stamps and purchases")
    if "purchases" not in given:
        return
    if limit.per is Per.VISIT:
        notes.refuse_at(".per", "a visit is one purchase: visit goes with points or stamps")
    if "rule" in given:
        notes.refuse_at(".rule", "has no place beside purchases")


_CHECKS: Mapping[str, Check] = {
    **dict.fromkeys((RuleKind.BONUS, RuleKind.MILESTONE, *APART), _check_gives),
    RuleKind.CHALLENGE: _check_challenge,
    RuleKind.REFERRAL: _check_referral,
}
RULE = Kinds(
    Rule,
    (needed("id", ID), needed("kind", Choice(RuleKind))),
    _FIELDS,
    checks=_CHECKS,
)
LIMIT = Record(
    of=Limit,
    fields=(
        needed("id", ID),
        needed("per", Choice(Per)),
        Field("points", Whole(GIVEN_MAX)),
        Field("stamps", Whole(GIVEN_MAX)),
        Field("purchases", Whole(GIVEN_MAX)),
        Field("rule", ID),
    ),
    check=_check_limit,
)
