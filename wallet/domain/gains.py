"""What rules give, in the programme's one unit: points or stamps."""

from collections.abc import Iterable, Sequence

from wallet.domain.entries import Line
from wallet.domain.programs import Rule, Thanks
from wallet.domain.vocabulary import ProgramKind


def line_of(kind: ProgramKind, rule_id: str, units: int) -> Line:
    """A line in the programme's unit."""
    if kind is ProgramKind.STAMPS:
        return Line(rule_id=rule_id, points=0, stamps=units)
    return Line(rule_id=rule_id, points=units, stamps=0)


def units_of(given: Iterable[Line], kind: ProgramKind) -> int:
    """The sum of lines in the programme's unit."""
    return sum(line.stamps if kind is ProgramKind.STAMPS else line.points for line in given)


def gain(gives: Rule | Thanks, kind: ProgramKind) -> int:
    """What a rule gives each time, in the programme's unit."""
    return gives.stamps if kind is ProgramKind.STAMPS else gives.points


def difference(kept: Sequence[Line], given: Sequence[Line]) -> tuple[Line, ...]:
    """What the one has less than the other, rule by rule, in the order of the rules."""
    left = {line.rule_id: line for line in kept}
    order = dict.fromkeys([line.rule_id for line in given] + list(left))
    had = {line.rule_id: line for line in given}
    none = Line(rule_id="", points=0, stamps=0)
    found = (
        Line(
            rule_id=rule_id,
            points=left.get(rule_id, none).points - had.get(rule_id, none).points,
            stamps=left.get(rule_id, none).stamps - had.get(rule_id, none).stamps,
        )
        for rule_id in order
    )
    return tuple(line for line in found if line.points or line.stamps)
