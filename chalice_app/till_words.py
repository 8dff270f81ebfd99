"""What a till says when something was done, or was refused."""

from collections.abc import Callable

from chalice_app import formats
from chalice_app.problems import RequestError
from chalice_app.till_faces import Texts
from wallet.domain.cards import Card, State
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    ContentionError,
    ForbiddenError,
    InvalidError,
    KeyReusedError,
    NotFoundError,
    WalletError,
)
from wallet.domain.programs import Program, ProgramKind
from wallet.services.commit import Committed
from wallet.services.counter import TooLateError


def given(done: Committed, texts: Texts, language: str) -> str:
    """What was given, and what the card has now."""
    entry = done.entry
    if done.program.kind is ProgramKind.POINTS:
        said = texts.ngettext(
            "{count} point added. {total} in all.",
            "{count} points added. {total} in all.",
            entry.points,
        )
        count, total = (formats.number(n, language) for n in (entry.points, entry.after.points))
        return said.format(count=count, total=total)
    if entry.stamps == 1:
        said = texts.gettext("Stamp added. {stamps} of {target}.")
    else:
        said = texts.ngettext(
            "{count} stamp added. {stamps} of {target}.",
            "{count} stamps added. {stamps} of {target}.",
            entry.stamps,
        )
    return said.format(count=entry.stamps, **_stamps(entry.after, done.program))


def handed_over(done: Committed, texts: Texts, language: str) -> str:
    """That a reward was given, and what the card has left."""
    if done.program.kind is ProgramKind.POINTS:
        left = done.entry.after.points
        said = texts.ngettext(
            "Reward given. {count} point is left.", "Reward given. {count} points are left.", left
        )
        return said.format(count=formats.number(left, language))
    said = texts.gettext("Reward given. New card: {stamps} of {target}.")
    return said.format(**_stamps(done.entry.after, done.program))


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
    if isinstance(error, InvalidError) and error.field == "reward_id":
        return texts.gettext("This reward is no longer given.")
    for kind, say in _REFUSALS.items():
        if isinstance(error, kind):
            return say(texts)
    return texts.gettext("That did not work. Try again: it will not count twice.")


def _stamps(state: State, program: Program) -> dict[str, int]:
    return {"stamps": state.stamps, "target": program.stamps_target or 0}


# In this order: the special ones stand before the general.
_REFUSALS: dict[type[WalletError], Callable[[Texts], str]] = {
    NotFoundError: lambda texts: texts.gettext(
        "This is not our card. Type the code under the square."
    ),
    ForbiddenError: lambda texts: texts.gettext(
        "To give a reward, scan the card or type the code under the square."
    ),
    BalanceTooSmallError: lambda texts: texts.gettext(
        "There is not enough on this card for it any more."
    ),
    AlreadyReversedError: lambda texts: texts.gettext("This was undone before."),
    TooLateError: lambda texts: texts.gettext(
        "A till can undo for 10 minutes. After that, the owner can."
    ),
    ContentionError: lambda texts: texts.gettext(
        "The card is busy. Nothing was counted; try again."
    ),
    KeyReusedError: lambda texts: texts.gettext(
        "This screen was used before. Look at the card and tap again."
    ),
    InvalidError: lambda texts: texts.gettext("Type the amount in figures, for example 12.50."),
    RequestError: lambda texts: texts.gettext("This page is too old. Load it again."),
}
