"""What the kinds of entries say that no purchase made: gifts, rewards, the calendar, merges."""

from collections.abc import Callable, Iterator, Mapping

from wallet.domain.calendar import local_time
from wallet.domain.cards import Status, tally_key
from wallet.domain.entries import EntryKind
from wallet.domain.explanation.again import given_rules
from wallet.domain.explanation.moves import gained, lost, offer_name, worth
from wallet.domain.explanation.steps import Day, Days, Fact, Instant, Money, Say, Step, Units, step
from wallet.domain.explanation.story import Story
from wallet.domain.gains import gain, units_of
from wallet.domain.programs import Offer, Reward, Rule
from wallet.domain.tallies import room
from wallet.domain.vocabulary import RewardKind, RuleKind

_RULES = {
    RuleKind.ACTION: Say.ACTION,
    RuleKind.WELCOME: Say.WELCOME,
    RuleKind.BIRTHDAY: Say.BIRTHDAY,
    RuleKind.WIN_BACK: Say.WIN_BACK,
    RuleKind.REFERRAL: Say.REFERRER,
}


def other_steps(story: Story) -> Iterator[Step]:
    """An entry that is neither a purchase nor a reversal."""
    return _KINDS[story.entry.kind](story)


def _change(story: Story, say: Say, units: int, **facts: Fact) -> Step:
    """A step whose one sentence tells how much it moved, without a sign."""
    moved: Mapping[str, Fact] = {"units": Units(abs(units), story.program.kind), **facts}
    return Step(says=(say,), adds=units, facts=moved)


def _more(story: Story) -> int:
    return worth(story.entry.after, story.program) - worth(story.before, story.program)


def _moved(story: Story) -> Iterator[Step]:
    yield from gained(story.before, story.entry.after, story.program)
    yield from lost(story.before, story.entry.after, story.program)


def _given(story: Story) -> Iterator[Step]:
    """A gift, an action, a bonus."""
    rules = given_rules(story)
    for rule in rules:
        yield from _rule(story, rule)
    units = _more(story)
    if not rules:
        yield _change(story, Say.GIFT, units) if units else step(Say.OUTSIDE)
    yield from _moved(story)


def _rule(story: Story, rule: Rule) -> Iterator[Step]:
    kind = story.program.kind
    gross = gain(rule, kind)
    given = units_of((line for line in story.entry.lines if line.rule_id == rule.id), kind)
    yield Step(
        says=(_RULES[rule.kind], Say.GIVES) if gross else (_RULES[rule.kind],),
        rule_id=rule.id,
        adds=gross,
        facts={"units": Units(gross, kind), "span": Days(rule.days), "action": rule.action},
    )
    if given < gross:
        yield _limited(story, rule, gross, given)


def _limited(story: Story, rule: Rule, gross: int, given: int) -> Step:
    program = story.program
    local = local_time(story.entry.occurred_at, program.time_zone)
    limits = [
        each for each in program.limits if each.rule in (None, rule.id) and not each.purchases
    ]
    limit = min(limits, key=lambda each: room(program, each, story.before, local))
    return Step(
        says=(Say.LIMITED,),
        rule_id=rule.id,
        adds=given - gross,
        facts={
            "window": limit.per,
            "most": Units(limit.points or limit.stamps, program.kind),
            "left": Units(given, program.kind),
            "cut": Units(gross - given, program.kind),
        },
    )


def _redeemed(story: Story) -> Iterator[Step]:
    entry, program = story.entry, story.program
    if entry.offer_id is not None:
        template = program.offer(entry.reward_id or "")
        yield step(Say.OFFER_USED, offer=offer_name(program, entry.reward_id or ""))
        yield from _reward_gives(story, template)
        yield from gained(story.before, entry.after, program)
        return
    reward = program.reward(entry.reward_id or "")
    if reward:
        yield from _rewarded(story, reward)
    else:
        yield _spent(story)
    yield from _moved(story)


def _rewarded(story: Story, reward: Reward) -> Iterator[Step]:
    cost = reward.cost.units
    yield _change(story, Say.REWARD, -cost, reward=reward.name)
    tally = story.entry.after.tally(tally_key("reward", reward.id))
    if reward.often and tally:
        often = reward.often
        yield step(Say.OFTEN, count=tally.count, most=often.count, window=often.per)
    yield from _reward_gives(story, reward)


def _reward_gives(story: Story, reward: Reward | Offer | None) -> Iterator[Step]:
    if reward and reward.kind is RewardKind.BONUS_POINTS:
        yield _change(story, Say.REWARD_GIVES, reward.points)


def _spent(story: Story) -> Step:
    entry, program = story.entry, story.program
    worth_of = program.money_off
    if worth_of is None or entry.amount is None:
        return _change(story, Say.SPENT, entry.points)
    return _change(
        story,
        Say.MONEY_OFF,
        entry.points,
        points=Units(worth_of.points, program.kind),
        amount=Money(worth_of.amount, program.currency),
        total=Money(entry.amount, program.currency),
    )


def _held(story: Story) -> Iterator[Step]:
    program, reward = story.program, story.program.reward(story.entry.reward_id or "")
    until = [each.until for each in story.entry.after.holds if each.digest == story.digest]
    if reward:
        cost = reward.cost.units
        yield _change(
            story,
            Say.HELD,
            -cost,
            reward=reward.name,
            until=Instant(until[0] if until else story.entry.occurred_at, program.time_zone),
        )
    yield from _moved(story)


def _settled(story: Story) -> Iterator[Step]:
    program = story.held.program if story.held else story.program
    reward = program.reward(story.entry.reward_id or "")
    held_at = story.held.entry.occurred_at if story.held else story.entry.occurred_at
    name = reward.name if reward else story.entry.reward_id or ""
    day = Day(held_at, program.time_zone)
    if story.entry.kind is EntryKind.RELEASE:
        yield _change(story, Say.RELEASED, _more(story), reward=name, day=day)
    else:
        yield step(Say.CAPTURED, reward=name, day=day)
        yield from _reward_gives(story, reward)
    yield from _moved(story)


def _expired(story: Story) -> Iterator[Step]:
    program, entry = story.program, story.entry
    task = (entry.reason or "").split(":")[0]
    if task == "offer":
        left = {each.id for each in entry.after.offers}
        for each in story.before.offers:
            if each.id not in left:
                yield step(Say.OFFER_ENDED, offer=offer_name(program, each.offer))
        return
    used_at = story.before.used_at or entry.occurred_at
    since = Day(used_at if task == "idle" else entry.occurred_at, program.time_zone)
    yield _change(story, Say.IDLE if task == "idle" else Say.EXPIRED, _more(story), day=since)


def _ripened(story: Story) -> Iterator[Step]:
    program, entry = story.program, story.entry
    units = story.before.pending - entry.after.pending
    yield _change(story, Say.RIPE, units)
    # The pending points are the same as those that count now: nothing was lost.
    yield from gained(story.before, entry.after, program)


def _reminded(story: Story) -> Iterator[Step]:
    del story
    yield step(Say.REMINDED)


def _adjusted(story: Story) -> Iterator[Step]:
    units = _more(story)
    yield _change(story, Say.ADDED if units >= 0 else Say.REMOVED, units)
    yield from _reason(story)
    yield from _moved(story)


def _merged(story: Story) -> Iterator[Step]:
    away = story.entry.after.merged_into is not None
    yield _change(story, Say.MERGED_AWAY if away else Say.MERGED_IN, _more(story))
    if not away:
        yield from _moved(story)


def _unmerged(story: Story) -> Iterator[Step]:
    yield _change(story, Say.UNMERGED, _more(story))
    yield from _moved(story)


def _closed(story: Story) -> Iterator[Step]:
    yield step(Say.VOIDED if story.entry.after.status is Status.VOID else Say.CLOSED)
    yield from _reason(story)


def _reason(story: Story) -> Iterator[Step]:
    if story.entry.reason:
        yield step(Say.REASON, reason=story.entry.reason)


def _tier_changed(_story: Story) -> Iterator[Step]:
    yield step(Say.TIER)


_KINDS: Mapping[EntryKind, Callable[[Story], Iterator[Step]]] = {
    EntryKind.EARN: _given,
    EntryKind.BONUS: _given,
    EntryKind.REDEEM: _redeemed,
    EntryKind.HOLD: _held,
    EntryKind.CAPTURE: _settled,
    EntryKind.RELEASE: _settled,
    EntryKind.EXPIRE: _expired,
    EntryKind.RIPEN: _ripened,
    EntryKind.REMIND: _reminded,
    EntryKind.ADJUST: _adjusted,
    EntryKind.MERGE: _merged,
    EntryKind.UNMERGE: _unmerged,
    EntryKind.CLOSE: _closed,
    EntryKind.TIER: _tier_changed,
}
