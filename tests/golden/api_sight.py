"""What the API shows of cards and entries, by the names of `Expect`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.golden.api_acts import Scene
from tests.golden.expectations import end_text

# Refusals that the API and the core name differently.
_NAMES = {"confirmation-needed": "confirmation"}
_PREFIX = "urn:stempel:problem:"

Document = Mapping[str, Any]


def of_card(scene: Scene, card: Document) -> dict[str, object]:
    """A card as a case describes it.

    Lots are told apart by their ends alone. Where a card ends by idleness they show no end, and
    what is shown is when all would end; such a card's lots are left out.
    """
    balance = card["balance"][scene.unit]
    seen = {
        "balance": balance,
        **{name: card[name] for name in ("pending", "owed", "carry", "visits", "status")},
        "tier": card["tier"]["id"] if card["tier"] else "none",
        "offers": [_offer(scene, each) for each in card["offers"]],
    }
    if not _may_idle(scene):
        seen["lots"] = _lots(scene, card["expiries"], balance)
    return seen


def of_entries(scene: Scene, made: Sequence[Document]) -> dict[str, object]:
    """What a step wrote."""
    return {
        "change": sum(each[scene.unit] for each in made),
        "lines": _lines(scene, made),
        "reason": made[-1]["reason"] if made else None,
        "version": made[-1]["program_version"] if made else None,
    }


def of_history(entries: Sequence[Document]) -> dict[str, object]:
    """All that ever happened to a card."""
    return {"entries": len(entries), "kinds": tuple(each["kind"] for each in entries)}


def refusal(problem: Document) -> str:
    """The name of a refusal."""
    slug = str(problem["type"]).removeprefix(_PREFIX)
    return _NAMES.get(slug, slug)


def _lots(scene: Scene, expiries: Iterable[Document], balance: int) -> dict[str, int]:
    lots: dict[str, int] = {}
    for each in expiries:
        day = end_text(datetime.fromisoformat(each["at"]), scene.case.zone)
        lots[day] = lots.get(day, 0) + each[scene.unit]
    rest = max(balance, 0) - sum(lots.values())
    return {**lots, **({"never": rest} if rest else {})}


def _lines(scene: Scene, made: Iterable[Document]) -> dict[str, int]:
    given: dict[str, int] = {}
    for line in (line for entry in made for line in entry["lines"]):
        given[line["rule_id"]] = given.get(line["rule_id"], 0) + line[scene.unit]
    return given


def _offer(scene: Scene, held: Document) -> str:
    """The API shows an offer by its name; a case by its id."""
    named = {
        offer["name"]: offer["id"]
        for _, program in scene.case.programs
        for offer in program.get("offers", ())
    }
    until = end_text(datetime.fromisoformat(held["expires_at"]), scene.case.zone)
    return f"{named.get(held['name'], held['name'])} until {until}"


def _may_idle(scene: Scene) -> bool:
    return any("idle_months" in program.get("expiry", {}) for _, program in scene.case.programs)
