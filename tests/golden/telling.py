"""Explains the entries of a golden history, from what the shop of the pure functions keeps."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalice_app.explanation_words import explanation_texts
from tests.golden import pure
from tests.golden.account import Account, Made
from tests.golden.cases import Case, _case
from tests.golden.shop import Shop
from wallet.domain.entries import EntryKind, Reversed
from wallet.domain.explanation.explain import explain
from wallet.domain.explanation.story import Past, Story, taken_before
from wallet.domain.ids import EntryId
from wallet.domain.undoing import Target


def english(shop: Shop, account: Account, made: Made) -> str:
    """How an entry came about, in English; it must come out the same when it is counted again."""
    explained = explain(story_of(shop, account, made))
    assert explained.agrees, made.entry
    return " ".join(explanation_texts(explained.steps, "en"))


def played(said: Mapping[str, Any]) -> Shop:
    """The shop after a history, written as a golden case without a name."""
    return run(_case("telling", {"name": "any", **said}))


def run(case: Case) -> Shop:
    """The shop after a case."""
    shop = Shop(case)
    order = [(step, shop.other) for step in case.other]
    order += [(step, shop.card) for step in case.history]
    for step, account in sorted(order, key=lambda each: each[0].at):
        pure._do(shop, account, step)
    return shop


def stories(shop: Shop) -> Iterator[Story]:
    """Every entry of both cards."""
    for account in (shop.card, shop.other):
        for made in account.made:
            yield story_of(shop, account, made)


def story_of(shop: Shop, account: Account, made: Made) -> Story:
    """An entry with what it was made from."""
    entry = made.entry
    return Story(
        entry=entry,
        program=made.program,
        before=made.before,
        card=account.card,
        purchase=made.purchase,
        target=_target(account, made),
        held=_held(account, entry.settles) if entry.settles else None,
        other=_counterpart(shop, made),
        merged=_merged(account, made),
    )


def _held(account: Account, entry_id: EntryId) -> Target:
    return account.target(next(each for each in account.made if each.entry.id == entry_id))


def _past(account: Account, entry_id: EntryId) -> Past:
    made = next(each for each in account.made if each.entry.id == entry_id)
    return Past(entry=made.entry, before=made.before)


def _counterpart(shop: Shop, made: Made) -> Past | None:
    if made.entry.kind not in (EntryKind.MERGE, EntryKind.UNMERGE):
        return None
    digest = made.entry.id.rpartition("-")[2]
    account = shop.other if made.entry.card_id == shop.card.card.id else shop.card
    held = account.held(digest)
    return Past(entry=held.entry, before=held.before)


def _merged(account: Account, made: Made) -> Past | None:
    """The merge that an unmerge of the card that was filled takes back."""
    reversed_id = made.entry.reverses
    if made.entry.kind is not EntryKind.UNMERGE or reversed_id is None:
        return None
    return _past(account, reversed_id)


def _target(account: Account, made: Made) -> Target | None:
    entry = made.entry
    if entry.kind is not EntryKind.REVERSE or entry.reverses is None:
        return None
    taken = next(each for each in account.made if each.entry.id == entry.reverses)
    target = replace(account.target(taken), so_far=Reversed())
    earlier = [
        Past(entry=each.entry, before=each.before)
        for each in account.made
        if each.entry.reverses == entry.reverses and each.entry.seq < entry.seq
    ]
    return replace(target, so_far=taken_before(account.card, target, earlier))
