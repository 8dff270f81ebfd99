"""The till: find a card, give, hand over, undo.

A refusal is a sentence on the screen where it happened.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from chalice_app import formats, till_words
from chalice_app.http import Answer, Call, json_answer
from chalice_app.numbers import read_whole
from chalice_app.problems import RequestError, status_of
from chalice_app.qr import qr_code
from chalice_app.till_faces import gain
from chalice_app.till_screens import (
    Screen,
    answer,
    face_of,
    programs_of,
    words,
)
from chalice_app.tills import PAIRING, Desk, lead_to, open_desk
from chalice_app.visitors import SignInNeededError
from wallet import runtime
from wallet.domain.bounds import AMOUNT_MAX
from wallet.domain.cards import Card
from wallet.domain.errors import ForbiddenError, InvalidError, NotFoundError, WalletError
from wallet.domain.ids import CardId
from wallet.domain.programs import STAMPS_TARGET_MAX, Program
from wallet.domain.purchases import Gift, Purchase
from wallet.domain.vocabulary import ProgramKind
from wallet.services import counter, till_roll
from wallet.services.commit import Committed, program_in_force
from wallet.services.find_cards import find_by_phone, find_shown

View = Callable[[Desk], Screen | Answer]

# What somebody dials, or what stands under the bar code of a bottle.
_NUMBER = re.compile(r"\+?[\d ()./-]{4,20}")


def show(call: Call) -> Answer:
    """The till, ready to scan."""
    return answer(open_desk(call), Screen(name="scan"))


def show_join(call: Call) -> Answer:
    """The code by which a customer joins, to be scanned from this screen."""
    desk = open_desk(call)
    programs = programs_of(desk)
    asked = call.query.get("program")
    chosen = next((p for p in programs if p.id == asked), programs[0] if programs else None)
    more: dict[str, Any] = {"programs": programs, "chosen": chosen}
    if chosen:
        more["qr"] = qr_code(f"{runtime.settings().base_url}/join/{chosen.id}")
    return answer(desk, Screen(name="join", more=more))


def at_the_till(view: View) -> Callable[[Call], Answer]:
    """Answers a form of the till, refusals as the till says them."""

    def answered(call: Call) -> Answer:
        try:
            desk = open_desk(call)
        except (SignInNeededError, ForbiddenError, RequestError) as error:
            if "x-csrf" not in call.headers:
                raise
            return _locked_out(error)
        try:
            done = view(desk)
        except WalletError as error:
            done = _refused(desk, error)
        return done if isinstance(done, Answer) else answer(desk, done)

    return answered


@at_the_till
def find(desk: Desk) -> Screen:
    """The card that was scanned or typed.

    `keys` is the same text by the places of its keys: a scanner that types as on an American
    keyboard writes another text where the till's keyboard is Hungarian.
    """
    typed, card_id = desk.form.text("typed"), desk.card_id()
    if not typed:
        if card_id is None:
            fault = words(desk).gettext("Type the code under the square, or a phone number.")
            return Screen(name="scan", status=422, fault=fault, sound="bad")
        return _card_screen(desk, card_id, shown="")
    merchant_id = desk.merchant.id
    for shown in (typed, desk.form.text("keys")):
        found_shown = find_shown(runtime.counter(), merchant_id, shown)
        if found_shown:
            return _card_screen(desk, found_shown, shown=shown)
    zones = {program.time_zone for program in programs_of(desk)}
    found = find_by_phone(runtime.counter(), merchant_id, typed, time_zones=zones)
    if not found:
        return _no_card(desk, typed)
    if len(found) == 1:
        return _card_screen(desk, found[0], shown="")
    faces = [face_of(desk, _seen(desk, card_id), "") for card_id in found]
    return Screen(name="choose", say=words(desk).gettext("Which card?"), more={"found": faces})


def _no_card(desk: Desk, typed: str) -> Screen:
    if not _NUMBER.fullmatch(typed):
        raise NotFoundError("card")
    say = words(desk).gettext
    fault = say("No card has this number. Scan the card, or type the code under its square.")
    return Screen(name="scan", status=404, fault=fault, sound="bad")


@at_the_till
def quote(desk: Desk) -> Screen | Answer:
    """What a purchase would give; nothing is written."""
    card, program = _card(desk)
    award = _purchase(desk, program)
    draft = counter.quote(program, card, award, now=runtime.now())
    said, label = gain(draft, program, words(desk), desk.language)
    if desk.by_script:
        return json_answer(msgspec.json.encode({"gain": said, "label": label}))
    more = {"amount": desk.form.text("amount"), "gain": (said, label)}
    return _card_screen(desk, card.id, shown=desk.form.text("shown"), more=more)


@at_the_till
def earn(desk: Desk) -> Screen:
    """A visit, so many stamps, or the points of a purchase."""
    card, program = _card(desk)
    by_stamps = program.kind is ProgramKind.STAMPS
    award = _stamps(desk, program) if by_stamps else _purchase(desk, program)
    asked = desk.form.text("stamps") if by_stamps else desk.form.text("amount")
    done = counter.give(
        runtime.counter(),
        desk.act({"card": card.id, "award": asked}),
        card,
        award,
        location_id=desk.till.location_id,
        again=desk.form.ticked("again"),
    )
    return _done_screen(desk, done, till_words.given(done, words(desk), desk.language))


@at_the_till
def redeem(desk: Desk) -> Screen:
    """A reward or an offer, over the counter."""
    card_id, offer_id = _card_id(desk), desk.form.text("offer")
    asked = {"offer": offer_id} if offer_id else {"reward": desk.form.text("reward")}
    done = counter.hand_over(
        runtime.counter(),
        desk.act({"card": card_id, **asked}),
        card_id,
        counter.Thing(id=next(iter(asked.values())), is_offer=bool(offer_id)),
        shown=desk.form.text("shown"),
        location_id=desk.till.location_id,
    )
    return _done_screen(desk, done, till_words.handed_over(done, words(desk), desk.language))


@at_the_till
def undo(desk: Desk) -> Screen:
    """What a till did in the last ten minutes. Undoing twice is undoing once."""
    entry_id = desk.form.text("entry")
    act = desk.act({"entry": entry_id}, key=f"undo {entry_id}")
    done = counter.take_back(runtime.counter(), act, entry_id)
    lines = till_roll.drop_line(
        runtime.edge(), desk.merchant.id, desk.till.id, entry_id, now=runtime.now()
    )
    # As the card is now: more may have happened to it where the undo itself is a repeated one.
    seen = _seen(desk, done.card.id)
    said = till_words.undone(seen.card, seen.program, words(desk), desk.language)
    return Screen(
        name="card",
        say=said,
        sound="good",
        lines=tuple(lines),
        face=face_of(desk, seen, desk.form.text("shown")),
        more={"note": said},
    )


def _locked_out(error: WalletError) -> Answer:
    if isinstance(error, SignInNeededError):
        return lead_to(f"{PAIRING}?ended=1", status=401)
    return lead_to("/till", status=status_of(error))


def _refused(desk: Desk, error: WalletError) -> Screen:
    """The card with a sentence, where the form names one of ours; else the first screen."""
    status, card_id = status_of(error), desk.card_id()
    soon = isinstance(error, counter.TooSoonError)
    fault = "" if soon else till_words.refusal(error, words(desk))
    if card_id:
        try:
            screen = _card_screen(desk, card_id, shown=desk.form.text("shown"))
        except NotFoundError:
            pass
        else:
            say = screen.face.rests if soon and screen.face else ""
            more = {"amount": desk.form.text("amount")}
            return msgspec.structs.replace(
                screen, status=status, fault=fault, say=say, sound="bad", more=more
            )
    return Screen(name="scan", status=status, fault=fault, sound="bad")


def _card_id(desk: Desk) -> CardId:
    card_id = desk.card_id()
    if card_id is None:
        raise NotFoundError("card")
    return card_id


def _card(desk: Desk) -> tuple[Card, Program]:
    card = counter.own(runtime.counter(), desk.merchant.id, _card_id(desk))
    return card, program_in_force(runtime.books(), card, runtime.now())


def _seen(desk: Desk, card_id: CardId) -> counter.Seen:
    return counter.see(runtime.counter(), desk.merchant.id, card_id, now=runtime.now())


def _card_screen(
    desk: Desk, card_id: CardId, *, shown: str, more: dict[str, Any] | None = None
) -> Screen:
    face = face_of(desk, _seen(desk, card_id), shown)
    say = f"{face.name}. {face.balance} {face.unit}. {face.rests}".strip()
    return Screen(name="card", say=say, sound="found", face=face, more=more or {})


def _done_screen(desk: Desk, done: Committed, said: str) -> Screen:
    now, entry = runtime.now(), done.entry
    line = till_roll.line_of(entry, done.card, done.program)
    lines = till_roll.add_line(runtime.edge(), desk.merchant.id, desk.till.id, line, now=now)
    seen = counter.look(runtime.counter(), done.card, done.program, now=now)
    figure = entry.stamps or entry.points
    until = formats.clock(entry.created_at + counter.UNDO, done.program.time_zone, desk.language)
    more: dict[str, Any] = {
        "said": said,
        "mark": f"+{formats.number(figure, desk.language)}" if figure > 0 else "",
        "next": till_words.next_step(done, words(desk)),
        "task": till_words.task(done, desk.language),
        "undo": (entry.id, words(desk).gettext("You can undo until {time}.").format(time=until)),
    }
    return Screen(
        name="done",
        say=" ".join(filter(None, (said, more["task"], more["next"]))),
        sound="good",
        lines=tuple(lines),
        face=face_of(desk, seen, desk.form.text("shown")),
        more=more,
    )


def _stamps(desk: Desk, program: Program) -> Purchase | Gift:
    """A visit, or as many stamps as the form says."""
    text = desk.form.text("stamps")
    if not text:
        return counter.visit(program)
    stamps = read_whole(text) or 0
    if not 1 <= stamps <= STAMPS_TARGET_MAX:
        raise InvalidError("stamps", f"must be 1 to {STAMPS_TARGET_MAX}")
    return Gift(stamps=stamps)


def _purchase(desk: Desk, program: Program) -> Purchase:
    if program.kind is not ProgramKind.POINTS:
        raise InvalidError("amount", "this programme collects stamps")
    amount = formats.read_amount(desk.form.text("amount"), program.currency)
    if amount is None or not 1 <= amount <= AMOUNT_MAX:
        raise InvalidError("amount", "is not an amount")
    return Purchase(amount=amount, currency=program.currency)
