"""How long, and how unevenly, a caller keeps trying."""

import random
from types import SimpleNamespace

import pytest

from wallet import runtime


class Hand:
    """A clock that moves only while somebody sleeps, and `step` with each look at it."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self._step = 0.0, step
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.now += self._step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def watched(monkeypatch: pytest.MonkeyPatch, hand: Hand, seed: int = 0) -> list[float]:
    monkeypatch.setattr(runtime, "time", hand)
    chance = random.Random(seed)  # noqa: S311  a seed, to be repeated
    monkeypatch.setattr(runtime, "random", SimpleNamespace(uniform=chance.uniform))
    tries = sum(1 for _ in runtime.retries())
    assert tries == len(hand.slept) + 1
    return hand.slept


def test_pauses_grow_up_to_a_bound_and_are_spread_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept = watched(monkeypatch, Hand())
    bounds = [min(0.02 * 2**n, 0.4) for n in range(len(slept))]
    assert all(0 <= pause <= bound for pause, bound in zip(slept, bounds, strict=True))
    late = [pause for pause in slept if pause > 0.2]
    assert 0 < len(late) < len(slept)
    assert len(set(slept)) == len(slept)


def test_two_writers_do_not_pause_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    first = watched(monkeypatch, Hand(), seed=1)
    assert first != watched(monkeypatch, Hand(), seed=2)


def test_the_time_is_up_before_the_gateway_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand()
    watched(monkeypatch, hand)
    assert runtime.CONTENTION_SECONDS_MAX <= hand.now <= runtime.CONTENTION_SECONDS_MAX + 0.4


def test_slow_answers_use_up_the_time_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(watched(monkeypatch, Hand(step=6.0))) <= 2


def test_there_is_always_one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "CONTENTION_SECONDS_MAX", 0.0)
    assert watched(monkeypatch, Hand()) == []
