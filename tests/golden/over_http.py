"""Plays golden cases through the HTTP API of a one-machine world, on its clock.

All cases stand on one time-line: each has a programme and cards of its own, and their steps are
taken in the order of time. The clock stands still at each instant of which a case speaks, after
all that came due before it; then that instant's steps are sent, those of a case one after the
other. A case that goes wrong is left there, the others go on.

What the API does not show is not compared, or by something that stands for it:

    lots                       by their ends; what has none is the rest of the balance
    lots of idle programmes    not compared: the API says when all of it would end
    offers                     by their names, which the cases' programmes lead back to ids
    the calendar's entries     all but when they were made: schedules are run once a day
    an edited birthday,        cases with one are not played (`api_acts.is_playable`): the API
    a purchase of nothing      has no way to do it
"""

import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from tests.golden import api_sight
from tests.golden.api_acts import Holder, Scene, call_of
from tests.golden.api_client import Client
from tests.golden.api_sight import Document
from tests.golden.cases import Case, Expect, Step
from tests.golden.expectations import unmet
from wallet.domain.entries import first_broken

# A world is as busy as its machine with so many callers.
_CALLERS = 4
_SECOND = timedelta(seconds=1)
_ENROLLING = ("enrol", "birthday")


def play(client: Client, cases: Sequence[Case]) -> dict[str, str | None]:
    """Plays the cases; what went wrong with each, None for nothing."""
    stage = _Stage(client, cases)
    client.warm_up()
    with ThreadPoolExecutor(_CALLERS) as callers:
        client.set_clock(min(map(begin_of, cases)) - timedelta(hours=1))
        stage.all(callers, range(len(cases)), stage.publish)
        for instant, numbers in instants(cases):
            client.set_clock(instant)
            stage.all(callers, numbers, lambda number, at=instant: stage.act(number, at))
    return stage.verdicts


def instants(cases: Sequence[Case]) -> Iterator[tuple[datetime, Sequence[int]]]:
    """Each instant with the places of the cases that speak of it.

    What is due before another version comes into force is done under the one before it.
    """
    found: dict[datetime, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        steps = {step.at for step in (*case.other, *case.history)}
        first, last = begin_of(case), end_of(case)
        eves = {since - _SECOND for since, _ in case.programs[1:] if first < since <= last}
        for at in steps | eves:
            found[at].append(number)
    return iter(sorted(found.items()))


def begin_of(case: Case) -> datetime:
    """The instant of the first step."""
    return min(step.at for step in (*case.other, *case.history))


def end_of(case: Case) -> datetime:
    """The instant of the last step."""
    return max(step.at for step in (*case.other, *case.history))


class _Stage:
    """The cases in a world, and how it has gone so far."""

    def __init__(self, client: Client, cases: Sequence[Case]) -> None:
        self.verdicts: dict[str, str | None] = dict.fromkeys(map(str, cases))
        self._client, self._cases = client, cases
        self._scenes = [_scene(number, case) for number, case in enumerate(cases)]

    def all(self, callers: ThreadPoolExecutor, numbers: Iterable[int], do: Any) -> None:
        """Does a thing for these cases, save those that have gone wrong."""

        def one(number: int) -> None:
            name = str(self._cases[number])
            try:
                do(number)
            except AssertionError as error:
                self.verdicts[name] = str(error)
            except Exception:  # noqa: BLE001  the others go on
                self.verdicts[name] = traceback.format_exc()

        live = [each for each in numbers if self.verdicts[str(self._cases[each])] is None]
        list(callers.map(one, live))

    def publish(self, number: int) -> None:
        """Publishes every version, the first of them in force at once."""
        scene = self._scenes[number]
        for place, (since, document) in enumerate(scene.case.programs):
            later = {"effective_at": since.isoformat()} if place else {}
            path = f"/programs/{scene.program_id}"
            self._client.done("PUT", path, {**document, **later})

    def act(self, number: int, at: datetime) -> None:
        """Does what a case says for an instant."""
        scene, case = self._scenes[number], self._cases[number]
        if at == begin_of(case):
            for holder, steps in ((scene.other, case.other), (scene.card, case.history)):
                self._enrol(scene, holder, steps)
        for holder, steps in ((scene.other, case.other), (scene.card, case.history)):
            for step in steps:
                if step.at == at:
                    _Turn(self._client, scene, holder, step).take()
        if at == end_of(case):
            self._check_ends(scene, case.then)

    def _check_ends(self, scene: Scene, then: Expect) -> None:
        for holder, expect in ((scene.card, then), (scene.other, then.other)):
            if expect is not None:
                self._check_end(scene, holder, expect)

    def _check_end(self, scene: Scene, holder: Holder, expect: Expect) -> None:
        entries = self._client.entries(holder.id)
        card = self._client.get(f"/cards/{holder.id}")
        faults = unmet(expect, api_sight.of_card(scene, card) | api_sight.of_history(entries))
        assert not faults, f"in the end: {faults}"
        assert first_broken(entries) is None
        assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1))
        assert sum(each[scene.unit] for each in entries) == card["balance"][scene.unit]

    def _enrol(self, scene: Scene, holder: Holder, steps: Sequence[Step]) -> None:
        if not steps:
            return
        said = steps[0].what if steps[0].act in _ENROLLING else None
        said = said if isinstance(said, Mapping) else {"birthday": said}
        birthday = said.get("birthday")
        body: dict[str, Any] = {
            "member": {"birthday": birthday} if isinstance(birthday, str) else {}
        }
        if said.get("referred"):
            body["referral_code"] = scene.other.id
        path = f"/programs/{scene.program_id}/cards"
        holder.id = self._client.done("POST", path, body)["id"]


class _Turn:
    """A step of a case."""

    def __init__(self, client: Client, scene: Scene, holder: Holder, step: Step) -> None:
        self._client, self._scene, self._holder, self._step = client, scene, holder, step
        self._made: Sequence[Document] = ()
        self._refused: str | None = None
        self._replayed = False
        self._card: Document | None = None

    def take(self) -> None:
        """Does the step and compares what is seen with what is expected."""
        step, holder = self._step, self._holder
        if step.act == "until" or (step.act in _ENROLLING and holder.seq == 0):
            self._look()
        else:
            self._call()
        if self._made:
            holder.by_step[step.number] = self._made[-1]["id"]
        known = set(holder.offers)
        card = self._card or self._client.get(f"/cards/{holder.id}")
        holder.offers += [each["id"] for each in card["offers"] if each["id"] not in known]
        self._compare(card)

    def _look(self) -> None:
        """What was written since the step before."""
        entries = self._client.entries(self._holder.id)
        self._made = [each for each in entries if each["seq"] > self._holder.seq]
        self._holder.seq = len(entries)

    def _call(self) -> None:
        path, body = call_of(self._scene, self._holder, self._step)
        status, answer = self._client.ask("POST", path, body)
        if status >= 400:
            self._refused = api_sight.refusal(answer)
            self._holder.seq = len(self._client.entries(self._holder.id))
            return
        self._replayed = status == 200
        if self._replayed:
            self._holder.by_step[self._step.number] = answer["entry"]["id"]
            return
        self._made, self._card = [answer["entry"]], answer["card"]
        self._holder.seq = answer["entry"]["seq"]

    def _compare(self, card: Document) -> None:
        step = self._step
        assert self._refused == step.expect.error, f"step {step.number}: {self._refused}"
        assert self._replayed == step.expect.replayed, f"step {step.number} wrote {self._made}"
        scene = self._scene
        faults = unmet(
            step.expect, api_sight.of_card(scene, card) | api_sight.of_entries(scene, self._made)
        )
        assert not faults, f"step {step.number}: {faults}"
        if step.expect.explain is not None:
            said = " ".join(self._explained())
            assert step.expect.explain in said, f"step {step.number}: {said}"

    def _explained(self) -> Iterator[str]:
        for entry in self._made:
            explanation = self._client.get(f"/entries/{entry['id']}/explanation")
            assert explanation["agrees"], entry
            yield from (each["text"]["en"] for each in explanation["steps"])


def _scene(number: int, case: Case) -> Scene:
    return Scene(
        case=case,
        program_id=f"golden-{number}",
        mark=str(number),
        card=Holder(id=""),
        other=Holder(id=""),
    )
