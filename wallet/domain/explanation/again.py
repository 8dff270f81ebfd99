"""Decides an entry again, from what was before it: the proof in an explanation.

The same pure functions that decided it first are asked once more. Where they come to something
else, or refuse, the entry does not agree with its rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from wallet.domain import lapse, ledger, merging, moved, spending
from wallet.domain.drafts import Draft
from wallet.domain.entries import EntryKind
from wallet.domain.errors import WalletError
from wallet.domain.explanation.moves import worth
from wallet.domain.explanation.story import Past, Story
from wallet.domain.programs import Rule
from wallet.domain.purchases import Action, Award, Gift
from wallet.domain.referrals import for_referrer
from wallet.domain.vocabulary import APART, ProgramKind, RuleKind

Decide = Callable[[], Draft]


def decided_again(story: Story) -> Draft | None:
    """The draft that the entry must have come from.

    Of several that it may have come from the one that agrees; None where there is none at all.
    """
    drafts = [_drafted(decide) for decide in _WAYS[story.entry.kind](story)]
    return next((draft for draft in drafts if agrees(story, draft)), next(iter(drafts), None))


def _drafted(decide: Decide) -> Draft | None:
    try:
        return decide()
    except WalletError:
        return None


def agrees(story: Story, draft: Draft | None) -> bool:
    """Whether a draft makes of the card what the entry made of it."""
    entry = story.entry
    if draft is None:
        return False
    then, now = entry.after, draft.after
    return (
        (draft.lines, draft.points, draft.stamps) == (entry.lines, entry.points, entry.stamps)
        and (then.owed, then.carry, then.status) == (now.owed, now.carry, now.status)
        and (then.lots, then.ripening, then.offers) == (now.lots, now.ripening, now.offers)
    )


def given_rules(story: Story) -> Sequence[Rule]:
    """The rules behind an entry that no purchase made, as far as it and the history tell."""
    entry, program = story.entry, story.program
    if entry.kind is EntryKind.EARN and not entry.lines:
        return _acted(story)
    named = (entry.reason or "").split(":")[0]
    if entry.kind is EntryKind.BONUS and named in (RuleKind.WELCOME, RuleKind.BIRTHDAY):
        return [rule for rule in program.rules if rule.kind == named]
    lined = {line.rule_id for line in entry.lines}
    if entry.kind is EntryKind.BONUS and named in (RuleKind.WIN_BACK, RuleKind.REFERRAL):
        lined |= set((entry.reason or "").split(":")[1:2])
    found = [rule for rule in program.rules if rule.id in lined]
    if entry.kind is EntryKind.BONUS and named == RuleKind.REFERRAL:
        return [for_referrer(rule) for rule in found if rule.kind is RuleKind.REFERRAL]
    return [rule for rule in found if rule.kind in APART]


def _acted(story: Story) -> Sequence[Rule]:
    """The rules of an action that gave no points: of the one action that gives the same."""
    names = [
        award.name
        for award in _awards(story)
        if isinstance(award, Action) and agrees(story, _drafted(partial(_earned, story, award)))
    ]
    rules = (rule for rule in story.program.rules if rule.kind is RuleKind.ACTION)
    return [rule for rule in rules if names == [rule.action]]


def _earn(story: Story) -> Iterator[Decide]:
    for award in _awards(story):
        yield partial(_earned, story, award)


def _earned(story: Story, award: Award) -> Draft:
    return ledger.earn(
        story.program,
        story.card_before,
        award,
        digest=story.digest,
        location_id=story.entry.location_id,
        occurred_at=story.entry.occurred_at,
        insist=True,
    )


def _awards(story: Story) -> Iterator[Award]:
    """What was earned by: where an entry does not tell, all that may be."""
    if story.purchase is not None:
        yield story.purchase
        return
    units = worth(story.entry.after, story.program) - worth(story.before, story.program)
    if units > 0 and not story.entry.lines:
        yield gift(story.program.kind, units)
        return
    lined = {line.rule_id for line in story.entry.lines}
    rules = [
        rule
        for rule in story.program.rules
        if rule.kind is RuleKind.ACTION and (not lined or rule.id in lined)
    ]
    for name in dict.fromkeys(rule.action for rule in rules):
        yield Action(name=name)


def gift(kind: ProgramKind, units: int) -> Gift:
    """So many, in the programme's unit."""
    return Gift(stamps=units) if kind is ProgramKind.STAMPS else Gift(points=units)


def _redeem(story: Story) -> Iterator[Decide]:
    entry = story.entry
    program, card, at = story.program, story.card_before, entry.occurred_at
    if entry.offer_id is not None:
        yield partial(spending.redeem_offer, program, card, entry.offer_id, occurred_at=at)
    elif entry.reward_id is not None:
        yield partial(
            spending.redeem,
            program,
            card,
            entry.reward_id,
            occurred_at=at,
            confirmed=True,
            location_id=entry.location_id,
        )
    else:
        yield partial(spending.spend_points, program, card, -entry.points, occurred_at=at)


def _reverse(story: Story) -> Iterator[Decide]:
    target = story.target
    if target is None:
        return
    refund = story.entry.amount if target.purchase else None
    yield lambda: moved.take_back(
        story.card_before, target, refund=refund, occurred_at=story.entry.occurred_at
    )[0]


def _lapse(story: Story) -> Iterator[Decide]:
    due = lapse.due_now(story.program, story.before, story.entry.occurred_at)
    if due and due.name == story.entry.reason:
        yield partial(lapse.lapse, story.program, story.card_before, due, digest=story.digest)


def _bonus(story: Story) -> Iterator[Decide]:
    entry, program, card = story.entry, story.program, story.card_before
    if (entry.reason or "").startswith(f"{RuleKind.WIN_BACK}:"):
        yield from _lapse(story)
        return
    rules = given_rules(story)
    apart = [[rule] for rule in program.rules if rule.kind in APART] if not entry.reason else []
    for given in [rules, *apart] if rules else apart:
        yield partial(
            ledger.bonus, program, card, *given, digest=story.digest, occurred_at=entry.occurred_at
        )
    for offer in program.offers:
        yield partial(
            ledger.offer,
            program,
            card,
            offer.id,
            digest=story.digest,
            occurred_at=entry.occurred_at,
        )


def _adjust(story: Story) -> Iterator[Decide]:
    units = worth(story.entry.after, story.program) - worth(story.before, story.program)
    yield partial(
        ledger.adjust,
        story.program,
        story.card_before,
        gift(story.program.kind, units),
        reason=story.entry.reason or "",
        occurred_at=story.entry.occurred_at,
    )


def _hold(story: Story) -> Iterator[Decide]:
    entry = story.entry
    until = [each.until for each in entry.after.holds if each.digest == story.digest]
    for end in until:
        yield partial(
            spending.hold,
            story.program,
            story.card_before,
            entry.reward_id or "",
            digest=story.digest,
            until=end,
            occurred_at=entry.occurred_at,
            confirmed=True,
        )


def _capture(story: Story) -> Iterator[Decide]:
    if story.held is not None:
        held, at = story.held, story.entry.occurred_at
        yield partial(
            spending.capture, held.program, story.card_before, held.entry, occurred_at=at
        )


def _release(story: Story) -> Iterator[Decide]:
    if story.held is not None:
        yield partial(
            spending.release,
            story.held.program,
            story.card_before,
            story.held.entry,
            story.held.before,
            occurred_at=story.entry.occurred_at,
        )


def _merge(story: Story) -> Iterator[Decide]:
    other, program, at = story.other, story.program, story.entry.occurred_at
    if other is None:
        return
    card = story.card_before
    second = replace(card, id=other.entry.card_id, state=other.before)
    if story.entry.after.merged_into:
        yield lambda: merging.merge(program, card, second, occurred_at=at)[0]
    else:
        yield lambda: merging.merge(program, second, card, occurred_at=at)[1]


def _unmerge(story: Story) -> Iterator[Decide]:
    """Each of the two drafts needs what the emptied card gets back: it stands in its entry.

    What the other card had before the merge matters to its own draft only.
    """
    other, program, at = story.other, story.program, story.entry.occurred_at
    if other is None:
        return
    card = story.card_before
    second = replace(card, id=other.entry.card_id, state=other.before)
    is_emptied = story.before.merged_into is not None
    source, target = (card, second) if is_emptied else (second, card)
    given_back = story.entry.after if is_emptied else other.entry.after
    merged = story.merged or Past(entry=story.entry, before=story.entry.after)
    yield lambda: merging.unmerge(
        program,
        source,
        target,
        merged=merged.entry,
        before=given_back,
        filled=merged.before,
        occurred_at=at,
    )[0 if is_emptied else 1]


def _close(story: Story) -> Iterator[Decide]:
    entry = story.entry
    yield partial(
        merging.close,
        story.card_before,
        entry.after.status,
        reason=entry.reason,
        occurred_at=entry.occurred_at,
    )


_WAYS: Mapping[EntryKind, Callable[[Story], Iterator[Decide]]] = {
    EntryKind.EARN: _earn,
    EntryKind.REDEEM: _redeem,
    EntryKind.REVERSE: _reverse,
    EntryKind.EXPIRE: _lapse,
    EntryKind.RIPEN: _lapse,
    EntryKind.REMIND: _lapse,
    EntryKind.TIER: _lapse,
    EntryKind.BONUS: _bonus,
    EntryKind.ADJUST: _adjust,
    EntryKind.HOLD: _hold,
    EntryKind.CAPTURE: _capture,
    EntryKind.RELEASE: _release,
    EntryKind.MERGE: _merge,
    EntryKind.UNMERGE: _unmerge,
    EntryKind.CLOSE: _close,
}
