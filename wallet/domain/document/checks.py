"""What the parts of a document ask of one another."""

from collections.abc import Iterator, Mapping
from typing import Any

from wallet.domain.document.notes import Notes
from wallet.domain.document.rules import UNLIMITED
from wallet.domain.programs import Limit, Terms
from wallet.domain.vocabulary import PER_AMOUNT, ProgramKind

# Entries and limits name rules, cards name rewards and offers: within these an id is said once.
_NAME_SPACES = (("rules", "limits"), ("rewards", "offers"))


def check_terms(notes: Notes, _given: Mapping[str, object], terms: Terms) -> None:
    """Notes what does not fit together."""
    _check_ids(notes, terms)
    _check_units(notes, terms)
    _check_carry(notes, terms)
    _check_offers(notes, terms)
    _check_limits(notes, terms)
    _check_tiers(notes, terms)


def _each(terms: Terms, *names: str) -> Iterator[tuple[str, Any]]:
    """The values of lists, each with its path."""
    for name in names:
        for index, value in enumerate(getattr(terms, name)):
            yield f"{name}[{index}]", value


def _check_ids(notes: Notes, terms: Terms) -> None:
    for names in _NAME_SPACES:
        seen = {""}  # the stand-in for an id that has its fault already
        for path, value in _each(terms, *names):
            if value.id in seen - {""}:
                notes.refuse_at(f".{path}.id", f"stands twice in {' and '.join(names)}")
            seen.add(value.id)


def _check_units(notes: Notes, terms: Terms) -> None:
    """A stamps programme gives and takes stamps, a points programme points."""
    other = "points" if terms.kind is ProgramKind.STAMPS else "stamps"
    reason = f"{other} have no place in a {terms.kind} programme"
    thanks = ((f"{path}.referrer", rule.referrer) for path, rule in _each(terms, "rules"))
    for path, value in (*_each(terms, "rules", "rewards", "offers", "limits"), *thanks):
        if getattr(value, other, 0):
            notes.refuse_at(f".{path}.{other}", reason)
    for path, reward in _each(terms, "rewards"):
        if getattr(reward.cost, other) and not notes.spoilt(f".{path}.cost", within=True):
            notes.refuse_at(f".{path}.cost", reason)


def _check_carry(notes: Notes, terms: Terms) -> None:
    """A card carries one remainder, so one rule at most counts amounts of whole purchases."""
    counting = [
        path
        for path, rule in _each(terms, "rules")
        if rule.kind in PER_AMOUNT
        and not rule.items
        and not notes.spoilt(f".{path}.items", within=True)
    ]
    for path in counting[1:]:
        notes.refuse_at(f".{path}", "a second rule by amount: a card carries one remainder")


def _check_offers(notes: Notes, terms: Terms) -> None:
    if notes.spoilt(".offers"):
        return
    for path, rule in _each(terms, "rules"):
        for place, offer in ((path, rule.offer), (f"{path}.referrer", rule.referrer.offer)):
            if offer and terms.offer(offer) is None:
                notes.refuse_at(f".{place}.offer", "is the id of none of the offers")


def _check_tiers(notes: Notes, terms: Terms) -> None:
    known = {level.id for level in terms.tiers.levels} if terms.tiers else set()
    if notes.spoilt(".tiers", within=True):
        return
    for path, value in _each(terms, "rules", "rewards"):
        for index, tier in enumerate(value.when.tiers):
            if tier and tier not in known:
                notes.refuse_at(f".{path}.when.tiers[{index}]", "is the id of none of the levels")


def _check_limits(notes: Notes, terms: Terms) -> None:
    for path, limit in _each(terms, "limits"):
        if limit.rule and not notes.spoilt(".rules"):
            _check_limited(notes, terms, path, limit)


def _check_limited(notes: Notes, terms: Terms, path: str, limit: Limit) -> None:
    found = next((each for each in _each(terms, "rules") if each[1].id == limit.rule), None)
    if found is None:
        notes.refuse_at(f".{path}.rule", "is the id of none of the rules")
        return
    rule_path, rule = found
    if notes.spoilt(f".{rule_path}", within=True):
        return
    if rule.kind in UNLIMITED:
        notes.refuse_at(f".{path}.rule", f"a {rule.kind} gives nothing by itself")
    elif not any((rule.points, rule.stamps, rule.referrer.points, rule.referrer.stamps)):
        notes.refuse_at(f".{path}.rule", f"gives no {terms.kind}")
