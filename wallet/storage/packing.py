"""Packs what an item holds many of (lots, challenges, lines) into bytes, so that head and entry
stay within one write unit.

A packing begins with the number of its form. Old forms stay readable for ever: entries are never
rewritten. A new form may only append fields. Numbers are LEB128 varints, signed ones in zigzag;
texts are UTF-8 with their length; times are seconds since 1970, 0 for none.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from wallet.domain.cards import Challenge, Lot, State
from wallet.domain.entries import Line

_STATE_FORM = 1
_LINES_FORM = 1
# LEB128: seven bits of the number in each byte, the eighth says that more follow.
_SEVEN_BITS = 0x7F
_MORE = 0x80


class UnreadableError(ValueError):
    """Stored bytes are of a form that this code does not know, or are cut short."""


def pack_state(state: State) -> bytes:
    """The state of a card as bytes."""
    out = bytearray([_STATE_FORM])
    for number in (state.points, state.stamps, state.pending, state.owed, state.carry):
        _put_signed(out, number)
    _put(out, len(state.lots))
    for lot in state.lots:
        _put_signed(out, lot.points)
        _put_time(out, lot.expires_at)
    _put(out, len(state.challenges))
    for challenge in state.challenges:
        _put_text(out, challenge.rule_id)
        _put(out, challenge.count)
        _put_time(out, challenge.since)
    return bytes(out)


def unpack_state(packed: bytes) -> State:
    """The state that pack_state took. Raises UnreadableError."""
    take = _Taker(packed, _STATE_FORM)
    return State(
        points=take.signed(),
        stamps=take.signed(),
        pending=take.signed(),
        owed=take.signed(),
        carry=take.signed(),
        lots=tuple(
            Lot(points=take.signed(), expires_at=take.time()) for _ in range(take.number())
        ),
        challenges=tuple(
            Challenge(rule_id=take.text(), count=take.number(), since=take.instant())
            for _ in range(take.number())
        ),
    )


def pack_lines(lines: Iterable[Line]) -> bytes:
    """The lines of an entry as bytes."""
    lines = tuple(lines)
    out = bytearray([_LINES_FORM])
    _put(out, len(lines))
    for line in lines:
        _put_text(out, line.rule_id)
        _put_signed(out, line.points)
        _put_signed(out, line.stamps)
    return bytes(out)


def unpack_lines(packed: bytes) -> tuple[Line, ...]:
    """The lines that pack_lines took. Raises UnreadableError."""
    take = _Taker(packed, _LINES_FORM)
    return tuple(
        Line(rule_id=take.text(), points=take.signed(), stamps=take.signed())
        for _ in range(take.number())
    )


def _put(out: bytearray, number: int) -> None:
    if number < 0:
        raise ValueError(f"a count is never negative: {number}")
    while number > _SEVEN_BITS:
        out.append(number & _SEVEN_BITS | _MORE)
        number >>= 7
    out.append(number)


def _put_signed(out: bytearray, number: int) -> None:
    _put(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _put_text(out: bytearray, text: str) -> None:
    encoded = text.encode()
    _put(out, len(encoded))
    out += encoded


def _put_time(out: bytearray, at: datetime | None) -> None:
    _put(out, int(at.timestamp()) if at else 0)


class _Taker:
    """Reads a packing from front to back."""

    def __init__(self, packed: bytes, form: int) -> None:
        self._packed = packed
        self._at = 1
        if packed[:1] != bytes([form]):
            raise UnreadableError(f"form {packed[:1]!r} is not known")

    def number(self) -> int:
        number = shift = 0
        while True:
            if self._at >= len(self._packed):
                raise UnreadableError("cut short")
            byte = self._packed[self._at]
            self._at += 1
            number |= (byte & _SEVEN_BITS) << shift
            if byte <= _SEVEN_BITS:
                return number
            shift += 7

    def signed(self) -> int:
        number = self.number()
        return -(number + 1 >> 1) if number & 1 else number >> 1

    def text(self) -> str:
        length = self.number()
        piece = self._packed[self._at : self._at + length]
        if len(piece) < length:
            raise UnreadableError("cut short")
        self._at += length
        return piece.decode()

    def time(self) -> datetime | None:
        seconds = self.number()
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.number(), UTC)
