"""What an entry did, in a few words: the same to the holder of a card and to its shop.

Reversals are told by each in their own way.
"""

from collections.abc import Callable, Mapping

from chalice_app.formats import money
from wallet.domain.cards import Status
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.programs import Program
from wallet.domain.spending import handed_over
from wallet.domain.vocabulary import ProgramKind, RuleKind
from wallet.texts import texts


def deed(entry: Entry, program: Program, language: str) -> str:
    """The words for an entry, by the version of the programme that it names."""
    return _DEEDS[entry.kind](entry, program, language)


def _earned(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    if entry.amount and entry.currency:
        return say("Purchase, {amount}").format(
            amount=money(entry.amount, entry.currency, language)
        )
    if entry.amount is not None:
        return say("Visit")
    ruled = {line.rule_id for line in entry.lines}
    if any(rule.id in ruled for rule in program.rules_of(RuleKind.ACTION)):
        return say("For taking part")
    return _by_unit(program, say("Stamps added"), say("Points added"))


def _redeemed(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    thing = handed_over(program, entry)
    if thing:
        return say("Reward: {reward}").format(reward=thing.name)
    if entry.amount is not None and entry.currency:
        amount = money(entry.amount, entry.currency, language)
        return say("Money off, {amount}").format(amount=amount)
    return say("Reward") if entry.reward_id else say("Points spent")


def _expired(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    if (entry.reason or "").startswith("offer:"):
        return say("An offer has ended")
    return _by_unit(program, say("Stamps expired"), say("Points expired"))


def _ripened(_entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    return _by_unit(program, say("Stamps count from now on"), say("Points count from now on"))


def _reminded(_entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    return _by_unit(program, say("Reminder: stamps end soon"), say("Reminder: points end soon"))


def _bonus(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    sentences = {
        RuleKind.WELCOME: say("A welcome"),
        RuleKind.BIRTHDAY: say("For the birthday"),
        RuleKind.WIN_BACK: say("For coming back"),
        RuleKind.REFERRAL: say("For bringing a friend"),
    }
    named = (entry.reason or "").partition(":")[0]
    return next(
        (said for kind, said in sentences.items() if kind == named),
        _offer(entry, program, language),
    )


def _offer(entry: Entry, program: Program, language: str) -> str:
    """An offer given by hand: the newest of the card."""
    say = texts(language).gettext
    held = entry.after.offers[-1] if entry.after.offers else None
    offer = program.offer(held.offer) if held else None
    return say("An offer: {offer}").format(offer=offer.name) if offer else say("A bonus")


def _adjusted(_entry: Entry, _program: Program, language: str) -> str:
    return texts(language).gettext("Changed by the shop")


def _held(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    thing = handed_over(program, entry)
    return say("Put by: {reward}").format(reward=thing.name) if thing else say("Put by")


def _released(entry: Entry, program: Program, language: str) -> str:
    say = texts(language).gettext
    thing = handed_over(program, entry)
    return (
        say("No longer put by: {reward}").format(reward=thing.name) if thing else say("Given back")
    )


def _merged(entry: Entry, _program: Program, language: str) -> str:
    say = texts(language).gettext
    if entry.after.status is Status.MERGED:
        return say("Moved to another card")
    return say("Another card was added to this one")


def _unmerged(_entry: Entry, _program: Program, language: str) -> str:
    return texts(language).gettext("The cards are apart again")


def _closed(entry: Entry, _program: Program, language: str) -> str:
    say = texts(language).gettext
    return say("Made void") if entry.after.status is Status.VOID else say("Card closed")


def _tier(_entry: Entry, _program: Program, language: str) -> str:
    return texts(language).gettext("The level has changed")


def _by_unit(program: Program, stamps: str, points: str) -> str:
    return stamps if program.kind is ProgramKind.STAMPS else points


_DEEDS: Mapping[EntryKind, Callable[[Entry, Program, str], str]] = {
    EntryKind.EARN: _earned,
    EntryKind.REDEEM: _redeemed,
    EntryKind.CAPTURE: _redeemed,
    EntryKind.EXPIRE: _expired,
    EntryKind.RIPEN: _ripened,
    EntryKind.REMIND: _reminded,
    EntryKind.BONUS: _bonus,
    EntryKind.ADJUST: _adjusted,
    EntryKind.HOLD: _held,
    EntryKind.RELEASE: _released,
    EntryKind.MERGE: _merged,
    EntryKind.UNMERGE: _unmerged,
    EntryKind.CLOSE: _closed,
    EntryKind.TIER: _tier,
}
