"""The screens of a till, as a whole page or as the part that the till's script puts in."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from chalice_app import formats
from chalice_app.forms import new_key
from chalice_app.http import Answer, json_answer
from chalice_app.pages import markup, page
from chalice_app.stages import behind_stage
from chalice_app.till_faces import MORE, CardFace, Texts, card_face, sheet_of, short_name
from chalice_app.tills import Desk
from wallet import runtime
from wallet.domain.programs import Program
from wallet.services import counter, till_roll
from wallet.services.find_cards import is_proof
from wallet.services.till_roll import Line
from wallet.texts import texts

# zxing is WebAssembly; nothing else may be compiled, and nothing comes from elsewhere.
_POLICY = {"script-src": "'self' 'wasm-unsafe-eval'"}
_FILES = {
    "keys": "till_keys.js",
    "pad": "till_pad.js",
    "sound": "till_sound.js",
    "scanner": "till_scanner.js",
    "zxing": "zxing_reader.js",
    "wasm": "zxing_reader.wasm",
}


class Screen(Struct, frozen=True, kw_only=True):
    """What a till shows: which screen, what it says aloud, how it sounds.

    `lines` are the roll where it changed.
    """

    name: str
    status: int = 200
    say: str = ""
    fault: str = ""
    sound: str = ""
    lines: tuple[Line, ...] | None = None
    face: CardFace | None = None
    more: Mapping[str, Any] = {}


class RollRow(Struct, frozen=True, kw_only=True):
    """A line of the roll, in words."""

    entry_id: str
    name: str
    when: str
    what: str
    undoable: bool


def answer(desk: Desk, screen: Screen) -> Answer:
    """The screen, as whoever asks can take it."""
    if not desk.by_script:
        return _whole(desk, screen)
    context = _context(desk, screen)
    part = {
        "name": screen.name,
        "screen": _markup(desk, "till_screen.html", context),
        "roll": None,
        "say": screen.fault or screen.say,
        "sound": screen.sound,
        "sheet": behind_stage(screen.face.sheet) if screen.face else None,
    }
    if screen.lines is not None:
        context["roll"] = roll_rows(desk, screen.lines)
        part["roll"] = _markup(desk, "till_roll.html", context)
    # A wrong code is an everyday thing at a till, not a fault to be logged by the browser.
    return json_answer(msgspec.json.encode({**part, "status": screen.status}))


def face_of(desk: Desk, seen: counter.Seen, shown: str) -> CardFace:
    """A card in the till's words. What was shown is kept only if it is this card's."""
    proof = shown if is_proof(runtime.counter(), seen.card, shown) else ""
    return card_face(
        seen,
        words(desk),
        language=desk.language,
        shown=proof,
        now=runtime.now(),
        location_id=desk.till.location_id,
    )


def words(desk: Desk) -> Texts:
    """The catalogue of the till's language."""
    return texts(desk.language)


def programs_of(desk: Desk) -> list[Program]:
    """The merchant's programs that are in force."""
    shelf, now = runtime.programs(), runtime.now()
    found = (shelf.current(program_id, now) for program_id in shelf.of_merchant(desk.merchant.id))
    return [program for program in found if program]


def roll_rows(desk: Desk, lines: tuple[Line, ...]) -> list[RollRow]:
    """The roll in words. Names are opened for the screen and kept nowhere."""
    return [_row(desk, line) for line in lines]


def _whole(desk: Desk, screen: Screen) -> Answer:
    now = runtime.now()
    lines = screen.lines
    if lines is None:
        lines = tuple(till_roll.read_roll(runtime.edge(), desk.till.id, now=now))
    programs = programs_of(desk)
    sheet = screen.face.sheet if screen.face else (sheet_of(programs[0]) if programs else "")
    return page(
        desk.call,
        "till.html",
        status=screen.status,
        fallback=desk.merchant.locale,
        policy=_POLICY,
        **_context(desk, screen),
        roll=roll_rows(desk, lines),
        sheet=sheet,
        shop=desk.merchant.name,
        files=_FILES,
    )


def _context(desk: Desk, screen: Screen) -> dict[str, Any]:
    return (
        {
            "screen": screen,
            "face": screen.face,
            "session": desk.session,
            "till": desk.till,
            "new_key": new_key,
            "choices": MORE,
        }
        | {"amount": "", "gain": None, "note": "", "undo": None, "found": ()}
        | dict(screen.more)
    )


def _markup(desk: Desk, template: str, context: Mapping[str, Any]) -> str:
    return markup(desk.call, template, fallback=desk.merchant.locale, **context)


def _row(desk: Desk, line: Line) -> RollRow:
    member = counter.member_of(runtime.counter(), desk.merchant.id, line.member_id)
    figure = line.stamps or line.points
    return RollRow(
        entry_id=line.entry_id,
        name=short_name(member, words(desk), hungarian=line.locale == "hu"),
        when=formats.clock(line.at, line.zone, desk.language),
        what=line.reward or f"+{formats.number(figure, desk.language)}",
        undoable=runtime.now() - line.at <= counter.UNDO,
    )
