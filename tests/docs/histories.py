"""An example of a page as a golden case, so that the golden runner runs what people read."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.docs.page import Example
from tests.golden.cases import Case, read_file

# What the snippets of the page leave out.
FILL: Mapping[str, Any] = {
    "name": "Example",
    "locale": "en",
    "currency": "EUR",
    "time_zone": "Europe/Warsaw",
    "rules": [],
    "rewards": [],
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WHEN = re.compile(
    r"(?P<weekday>[A-Z][a-z]{2}) (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d)(?P<second>:\d\d)?"
)
# Problems whose names the golden cases shorten.
_REFUSALS = {"confirmation-needed": "confirmation"}
_NAMING_A_ROW = ("reverse", "capture", "release", "unmerge")


def whole(snippet: Mapping[str, Any]) -> dict[str, Any]:
    """The document that a snippet is a part of: stamps if it speaks of any, else points."""
    said = {name: value for name, value in snippet.items() if name != "effective_at"}
    kind = said.get("kind") or ("stamps" if _speaks_of_stamps(said) else "points")
    target = {"stamps": {"target": 10}} if kind == "stamps" else {}
    return {**FILL, "kind": kind, **target, **said}


def case_of(example: Example, folder: Path) -> Case:
    """The example as a golden case."""
    versions = [
        {"at": each.get("effective_at"), "program": whole(each)} for each in example.snippets
    ]
    programs = (
        {"program": versions[0]["program"]} if len(versions) == 1 else {"programs": versions}
    )
    history, other = _histories(example.rows)
    said = {"name": str(example), **programs, "history": history, "other": other}
    path = folder / "example.yaml"
    path.write_text(yaml.safe_dump([said], sort_keys=False, allow_unicode=True), "utf-8")
    (case,) = read_file(path)
    return case


def _speaks_of_stamps(value: object) -> bool:
    if isinstance(value, Mapping):
        return "stamps" in value or any(map(_speaks_of_stamps, value.values()))
    return isinstance(value, list) and any(map(_speaks_of_stamps, value))


def _histories(rows: Sequence[Sequence[str]]) -> tuple[list[Any], list[Any]]:
    """The steps of the card and of the other one. Rows are numbered as the page has them."""
    head, *body = rows
    cards: tuple[list[Any], list[Any]] = ([], [])
    numbers: dict[int, int] = {}
    for number, row in enumerate(body, start=1):
        cells = dict(zip(head, row, strict=True))
        steps = cards[cells.pop("card", "") == "other"]
        steps.append(_step(cells, numbers))
        numbers[number] = len(steps)
    return cards


def _step(cells: dict[str, str], numbers: Mapping[int, int]) -> dict[str, Any]:
    at = _time(cells.pop("when"))
    step = yaml.safe_load(f"{{{cells.pop('what')}}}")
    for act in _NAMING_A_ROW:
        if act in step:
            step[act] = numbers[step[act]]
    if "refund" in step:
        step["refund"] = [numbers[step["refund"][0]], step["refund"][1]]
    if "occurred_at" in step:
        step["occurred_at"] = _time(step["occurred_at"])
    expect = dict(_READERS[name](cell) for name, cell in cells.items() if cell)
    if "until" in step:
        return {"until": at, "expect": expect}
    return {"at": at, **step, "expect": expect}


def _time(said: str) -> str:
    """The time with its second; the weekday must be that of the day."""
    found = _WHEN.fullmatch(said)
    assert found, f"no time such as Mon 2027-03-01 10:00: {said}"
    day = yaml.safe_load(found["time"].split()[0])
    assert _WEEKDAYS[day.weekday()] == found["weekday"], f"{said} is another weekday"
    return f"{found['time']}{found['second'] or ':00'}"


def _number(name: str) -> Callable[[str], tuple[str, Any]]:
    return lambda cell: (name, int(cell))


def _text(name: str) -> Callable[[str], tuple[str, Any]]:
    return lambda cell: (name, cell)


def _lines(cell: str) -> tuple[str, Any]:
    """`spend 12, happy 12`; `nothing`."""
    pairs = [] if cell == "nothing" else [each.split() for each in cell.split(", ")]
    return "lines", {rule: int(units) for rule, units in pairs}


def _lots(cell: str) -> tuple[str, Any]:
    """`12 on 2027-12-31, 5 never`; `nothing`."""
    pairs = [] if cell == "nothing" else [each.split() for each in cell.split(", ")]
    return "lots", {pair[-1]: int(pair[0]) for pair in pairs}


def _offers(cell: str) -> tuple[str, Any]:
    """`coffee until 2027-03-09, juice`; `none`."""
    return "offers", [] if cell == "none" else cell.split(", ")


_READERS: Mapping[str, Callable[[str], tuple[str, Any]]] = {
    **{
        name: _number(name)
        for name in (
            "points",
            "stamps",
            "balance",
            "pending",
            "owed",
            "carry",
            "visits",
            "version",
        )
    },
    "status": _text("status"),
    "tier": _text("tier"),
    "refused": lambda cell: ("error", _REFUSALS.get(cell, cell)),
    "by rule": _lines,
    "ends": _lots,
    "offers": _offers,
}
