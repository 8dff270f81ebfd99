"""What a till says when something was done, or was refused."""

from collections.abc import Mapping

from chalice_app import formats
from chalice_app.problems import RequestError
from chalice_app.text_tables import _
from chalice_app.till_faces import Texts
from chalice_app.vouchers import voucher_of
from wallet.domain.calendar import ripens_at
from wallet.domain.cards import Card, State
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    CardNotActiveError,
    ContentionError,
    ForbiddenError,
    InvalidError,
    KeyReusedError,
    NotFoundError,
    OutOfStockError,
    RewardNotNowError,
    WalletError,
)
from wallet.domain.programs import Program
from wallet.domain.vocabulary import ProgramKind
from wallet.services.commit import Committed
from wallet.services.counter import TooLateError, gained


def given(done: Committed, texts: Texts, language: str) -> str:
    """What was given, and what the card has now."""
    entry, program = done.entry, done.program
    by_stamps = program.kind is ProgramKind.STAMPS
    now, in_all = entry.stamps if by_stamps else entry.points, gained(entry, program)
    ripe = ripens_at(program, entry.occurred_at)
    if ripe and in_all > now:
        day = formats.day(ripe, program.time_zone, language)
        count = formats.number(in_all, language)
        return texts.gettext("+{count} from {day} on.").format(count=count, day=day)
    if by_stamps:
        return _given_stamps(entry.stamps, _stamps(entry.after, program), texts)
    said = texts.ngettext(
        "{count} point added. {total} in all.", "{count} points added. {total} in all.", now
    )
    count, total = (formats.number(n, language) for n in (now, entry.after.points))
    return said.format(count=count, total=total)


def _given_stamps(count: int, stands: Mapping[str, int], texts: Texts) -> str:
    if not count:
        said = texts.gettext("No stamp by the rules this time. {stamps} of {target}.")
    elif count == 1:
        said = texts.gettext("Stamp added. {stamps} of {target}.")
    else:
        said = texts.ngettext(
            "{count} stamp added. {stamps} of {target}.",
            "{count} stamps added. {stamps} of {target}.",
            count,
        )
    return said.format(count=count, **stands)


def handed_over(done: Committed, texts: Texts, language: str) -> str:
    """That a reward or an offer was given, and what the card has left."""
    if done.entry.offer_id:
        return texts.gettext("Offer given.")
    if done.program.kind is ProgramKind.POINTS:
        left = done.entry.after.points
        said = texts.ngettext(
            "Reward given. {count} point is left.", "Reward given. {count} points are left.", left
        )
        return said.format(count=formats.number(left, language))
    said = texts.gettext("Reward given. New card: {stamps} of {target}.")
    return said.format(**_stamps(done.entry.after, done.program))


def task(done: Committed, language: str) -> str:
    """What is to be done for what was handed over; empty where its name says it all."""
    voucher = voucher_of(done.entry, done.program, language)
    return voucher.receipt if voucher and voucher.receipt != voucher.name else ""


def undone(card: Card, program: Program, texts: Texts, language: str) -> str:
    """That something was undone, and where the card stands again."""
    if program.kind is ProgramKind.POINTS:
        points = card.state.points
        said = texts.ngettext(
            "Undone. Back to {count} point.", "Undone. Back to {count} points.", points
        )
        return said.format(count=formats.number(points, language))
    said = texts.gettext("Undone. Back to {stamps} of {target}.")
    return said.format(**_stamps(card.state, program))


def next_step(done: Committed, texts: Texts) -> str:
    """A sentence that the cashier can say aloud: what is ready, or how much is missing."""
    state = done.card.state
    by_stamps = done.program.kind is ProgramKind.STAMPS
    have = state.stamps if by_stamps else state.points
    costs = [(r.cost.stamps if by_stamps else r.cost.points, r.name) for r in done.program.rewards]
    ready = [name for cost, name in costs if cost <= have]
    if ready:
        return texts.gettext("{reward} is waiting!").format(reward=ready[-1])
    if not costs:
        return ""
    cost, name = min(costs)
    forms = (
        ("{count} more stamp: {reward}", "{count} more stamps: {reward}")
        if by_stamps
        else ("{count} more point: {reward}", "{count} more points: {reward}")
    )
    return texts.ngettext(*forms, cost - have).format(count=cost - have, reward=name)


def refusal(error: WalletError, texts: Texts) -> str:
    """Why not, and what to do."""
    if isinstance(error, InvalidError) and error.field in ("reward_id", "offer_id"):
        return texts.gettext("This reward is no longer given.")
    for kind, said in _REFUSALS.items():
        if isinstance(error, kind):
            return texts.gettext(said)
    return texts.gettext("That did not work. Try again: it will not count twice.")


def _stamps(state: State, program: Program) -> dict[str, int]:
    return {"stamps": state.stamps, "target": program.stamps_target or 0}


# In this order: the special ones stand before the general.
_REFUSALS: Mapping[type[WalletError], str] = {
    NotFoundError: _("This is not our card. Type the code under the square."),
    ForbiddenError: _("To give a reward, scan the card or type the code under the square."),
    BalanceTooSmallError: _("There is not enough on this card for it any more."),
    CardNotActiveError: _("This card is closed."),
    RewardNotNowError: _("This reward is not given now, or the card has had it."),
    OutOfStockError: _("There is none of it left."),
    AlreadyReversedError: _("This was undone before."),
    TooLateError: _("A till can undo for 10 minutes. After that, the owner can."),
    ContentionError: _("The card is busy. Nothing was counted; try again."),
    KeyReusedError: _("This screen was used before. Look at the card and tap again."),
    InvalidError: _("Type the amount in figures, for example 12.50."),
    RequestError: _("This page is too old. Load it again."),
}
