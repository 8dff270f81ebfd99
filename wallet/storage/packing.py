"""Packs what an item holds many of (lots, challenges, lines) into bytes, so that head and entry
stay within one write unit.

A packing begins with the number of its form. Old forms stay readable for ever: entries are never
rewritten. A new form may only append fields. Numbers are LEB128 varints, signed ones in zigzag;
texts are UTF-8 with their length; times are seconds since 1970, 0 for none.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from wallet.domain.cards import HeldOffer, Hold, Lot, Ripening, Standing, State, Status, Tally
from wallet.domain.entries import Line
from wallet.domain.ids import CardId

if TYPE_CHECKING:
    from wallet.domain.purchases import Item, Purchase

ValueT = TypeVar("ValueT")

_STATE_FORM = 2
_LINES_FORM = 1
_BASKET_FORM = 1
# LEB128: seven bits of the number in each byte, the eighth says that more follow.
_SEVEN_BITS = 0x7F
_MORE = 0x80


class UnreadableError(ValueError):
    """Stored bytes are of a form that this code does not know, or are cut short."""


def pack_state(state: State) -> bytes:
    """The state of a card as bytes."""
    out = bytearray([_STATE_FORM])
    for number in (state.points, state.stamps, state.owed, state.carry, state.visits):
        _put_signed(out, number)
    for at in (state.earned_at, state.used_at):
        _put_time(out, at)
    _put_list(out, state.lots, _put_lot)
    _put_list(out, state.tallies, _put_tally)
    _put_list(out, state.ripening, _put_ripening)
    _put_list(out, state.offers, _put_offer)
    _put_list(out, state.holds, _put_hold)
    _put(out, list(Status).index(state.status))
    _put_text(out, state.merged_into or "")
    _put_list(out, [state.standing] if state.standing else [], _put_standing)
    return bytes(out)


def unpack_state(packed: bytes) -> State:
    """The state that pack_state took, now or in the first form. Raises UnreadableError."""
    take = _Taker(packed)
    if take.form == _STATE_FORM:
        return _state(take)
    if take.form == 1:
        return _first_state(take)
    raise UnreadableError(f"form {take.form} is not known")


def _state(take: "_Taker") -> State:
    return State(
        points=take.signed(),
        stamps=take.signed(),
        owed=take.signed(),
        carry=take.signed(),
        visits=take.signed(),
        earned_at=take.time(),
        used_at=take.time(),
        lots=take.each(lambda: Lot(units=take.signed(), expires_at=take.time())),
        tallies=take.each(
            lambda: Tally(key=take.text(), count=take.number(), since=take.instant())
        ),
        ripening=take.each(
            lambda: Ripening(units=take.signed(), ripens_at=take.instant(), expires_at=take.time())
        ),
        offers=take.each(
            lambda: HeldOffer(id=take.text(), offer=take.text(), expires_at=take.instant())
        ),
        holds=take.each(lambda: Hold(digest=take.text(), until=take.instant())),
        status=list(Status)[take.number()],
        merged_into=CardId(take.text()) or None,
        standing=next(iter(take.each(lambda: _standing(take))), None),
    )


def _standing(take: "_Taker") -> Standing:
    return Standing(
        floor=take.number(), last=take.number(), sum=take.number(), since=take.instant()
    )


def _first_state(take: "_Taker") -> State:
    """A state of before the engine.

    Nothing was pending, no rule counted up, stamps had no lots.
    """
    points, stamps, _, owed, carry = (take.signed() for _ in range(5))
    lots = take.each(lambda: Lot(units=take.signed(), expires_at=take.time()))
    if stamps > 0:
        lots = (Lot(units=stamps, expires_at=None),)
    return State(points=points, stamps=stamps, owed=owed, carry=carry, lots=lots)


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
    take = _Taker(packed)
    if take.form != _LINES_FORM:
        raise UnreadableError(f"form {take.form} is not known")
    return tuple(
        Line(rule_id=take.text(), points=take.signed(), stamps=take.signed())
        for _ in range(take.number())
    )


def pack_taken(taken: Iterable[tuple[str, int]]) -> bytes:
    """The whole steps of rules that reversals have taken back, as bytes."""
    return pack_lines(Line(rule_id=rule, points=steps, stamps=0) for rule, steps in taken)


def unpack_taken(packed: bytes) -> tuple[tuple[str, int], ...]:
    """What pack_taken took. Raises UnreadableError."""
    return tuple((line.rule_id, line.points) for line in unpack_lines(packed))


def pack_basket(purchase: "Purchase") -> bytes:
    """What the rules read of a basket: the tax, and each line's goods, pieces and amount."""
    out = bytearray([_BASKET_FORM])
    _put(out, purchase.tax)
    _put_list(out, purchase.items, _put_item)
    return bytes(out)


def unpack_basket(packed: bytes) -> "tuple[int, tuple[Item, ...]]":
    """The tax and the lines that pack_basket took. Raises UnreadableError."""
    from wallet.domain.purchases import Item

    take = _Taker(packed)
    if take.form != _BASKET_FORM:
        raise UnreadableError(f"form {take.form} is not known")
    tax = take.number()
    items = take.each(
        lambda: Item(
            sku=take.text() or None,
            category=take.text() or None,
            quantity=take.number(),
            amount=take.signed() if take.number() else None,
        )
    )
    return tax, items


def _put_list(
    out: bytearray, values: Sequence[ValueT], put: Callable[[bytearray, ValueT], None]
) -> None:
    _put(out, len(values))
    for value in values:
        put(out, value)


def _put_lot(out: bytearray, lot: Lot) -> None:
    _put_signed(out, lot.units)
    _put_time(out, lot.expires_at)


def _put_tally(out: bytearray, tally: Tally) -> None:
    _put_text(out, tally.key)
    _put(out, tally.count)
    _put_time(out, tally.since)


def _put_ripening(out: bytearray, ripening: Ripening) -> None:
    _put_signed(out, ripening.units)
    _put_time(out, ripening.ripens_at)
    _put_time(out, ripening.expires_at)


def _put_offer(out: bytearray, offer: HeldOffer) -> None:
    _put_text(out, offer.id)
    _put_text(out, offer.offer)
    _put_time(out, offer.expires_at)


def _put_hold(out: bytearray, hold: Hold) -> None:
    _put_text(out, hold.digest)
    _put_time(out, hold.until)


def _put_standing(out: bytearray, standing: Standing) -> None:
    _put(out, standing.floor)
    _put(out, standing.last)
    _put(out, standing.sum)
    _put_time(out, standing.since)


def _put_item(out: bytearray, item: "Item") -> None:
    _put_text(out, item.sku or "")
    _put_text(out, item.category or "")
    _put(out, item.quantity)
    _put(out, 0 if item.amount is None else 1)
    if item.amount is not None:
        _put_signed(out, item.amount)


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

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._at = 1
        self.form = packed[0] if packed else 0

    def each(self, take: Callable[[], ValueT]) -> tuple[ValueT, ...]:
        return tuple(take() for _ in range(self.number()))

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
