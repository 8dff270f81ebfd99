"""The steps of a history as calls of the API: which address, which body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.golden.cases import Case, Step

# What a hold and an adjustment say where a case leaves it open.
_HOLD_MINUTES = 15
_REASON = "because"


@dataclass(slots=True, kw_only=True)
class Holder:
    """A card of a case.

    The numbers of its entries so far, what each step wrote, all its offers.
    """

    id: str
    seq: int = 0
    by_step: dict[int, str] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a case has to itself in the world: a programme, a card, and for merges another.

    `mark` keeps its receipts apart from those of other cases: all are of one merchant.
    """

    case: Case
    program_id: str
    mark: str
    card: Holder
    other: Holder

    @property
    def unit(self) -> str:
        """What its programme counts in."""
        return str(self.case.programs[0][1]["kind"])


Call = tuple[str, Mapping[str, Any]]


def is_playable(case: Case) -> bool:
    """Whether the API has a way to do all that a case does.

    It takes no purchase of nothing, and a member's birthday only when the member is enrolled.
    """
    return not any(
        (step.act == "buy" and step.what == 0) or (step.act == "birthday" and step.number > 1)
        for step in (*case.other, *case.history)
    )


def call_of(scene: Scene, holder: Holder, step: Step) -> Call:
    """The path of a POST, and its body."""
    path, body = _CALLS[step.act](scene, holder, step)
    return path, {name: value for name, value in body.items() if value is not None}


def _buy(scene: Scene, holder: Holder, step: Step) -> Call:
    said = step.said
    purchase = {
        "amount": step.what,
        "currency": scene.case.programs[0][1]["currency"],
        **{name: said[name] for name in ("tax", "items") if name in said},
    }
    if "reference" in said:
        purchase["reference"] = f"{scene.mark} {said['reference']}"
    return _earn(holder, step, {"purchase": purchase})


def _give(scene: Scene, holder: Holder, step: Step) -> Call:
    return _earn(holder, step, {scene.unit: step.what})


def _action(_scene: Scene, holder: Holder, step: Step) -> Call:
    return _earn(holder, step, {"action": step.what})


def _earn(holder: Holder, step: Step, what: Mapping[str, Any]) -> Call:
    happened = step.said.get("occurred_at")
    more = {
        "location_id": step.said.get("location"),
        "occurred_at": happened.isoformat() if happened else None,
        "override": step.said.get("insist"),
    }
    return f"/cards/{holder.id}/earn", {**what, **more}


def _adjust(scene: Scene, holder: Holder, step: Step) -> Call:
    body = {scene.unit: step.what, "reason": step.said.get("reason", _REASON)}
    return f"/cards/{holder.id}/adjust", body


def _offer(_scene: Scene, holder: Holder, step: Step) -> Call:
    return f"/cards/{holder.id}/offers", {"offer_id": step.what}


def _redeem(_scene: Scene, holder: Holder, step: Step) -> Call:
    said = step.said
    body = {
        "reward_id": step.what,
        "confirmed": said.get("confirmed"),
        "location_id": said.get("location"),
    }
    return f"/cards/{holder.id}/redeem", body


def _redeem_offer(_scene: Scene, holder: Holder, step: Step) -> Call:
    return f"/cards/{holder.id}/redeem", {"offer_id": holder.offers[step.what - 1]}


def _spend(_scene: Scene, holder: Holder, step: Step) -> Call:
    return f"/cards/{holder.id}/redeem", {"points": step.what}


def _hold(_scene: Scene, holder: Holder, step: Step) -> Call:
    said = step.said
    body = {
        "reward_id": step.what,
        "minutes": said.get("minutes", _HOLD_MINUTES),
        "confirmed": said.get("confirmed"),
    }
    return f"/cards/{holder.id}/holds", body


def _settle(_scene: Scene, holder: Holder, step: Step) -> Call:
    return f"/holds/{holder.by_step[step.what]}/{step.act}", {}


def _reverse(_scene: Scene, holder: Holder, step: Step) -> Call:
    number, amount = step.what if step.act == "refund" else (step.what, None)
    return f"/entries/{holder.by_step[number]}/reverse", {"amount": amount}


def _close(_scene: Scene, holder: Holder, step: Step) -> Call:
    body = {"status": step.what, "reason": step.said.get("reason")}
    return f"/cards/{holder.id}/close", body


def _merge(scene: Scene, holder: Holder, _step: Step) -> Call:
    return f"/cards/{holder.id}/merge", {"card_id": scene.other.id}


_CALLS: Mapping[str, Callable[[Scene, Holder, Step], Call]] = {
    "buy": _buy,
    "give": _give,
    "action": _action,
    "adjust": _adjust,
    "offer": _offer,
    "redeem": _redeem,
    "redeem_offer": _redeem_offer,
    "spend": _spend,
    "hold": _hold,
    "capture": _settle,
    "release": _settle,
    "reverse": _reverse,
    "refund": _reverse,
    "unmerge": _reverse,
    "close": _close,
    "merge": _merge,
}
