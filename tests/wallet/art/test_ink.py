from itertools import pairwise

import pytest

from wallet.art.ink import DRIFT, cover, drift


def test_drift_is_small_slow_and_the_same_at_every_call() -> None:
    line = [drift(x, 72.0) for x in range(375)]
    assert line == [drift(x, 72.0) for x in range(375)]
    assert max(max(map(abs, step)) for step in line) <= DRIFT
    assert max(abs(a[0] - b[0]) for a, b in pairwise(line)) < DRIFT / 2
    assert len(set(line)) > 200


@pytest.mark.parametrize("point", [(-5.0, -5.0), (400.0, 200.0)])
def test_beyond_the_strip_the_drift_of_its_edge_holds(point: tuple[float, float]) -> None:
    x, y = point
    assert drift(x, y) == drift(min(max(x, 0), 374.5), min(max(y, 0), 143.5))


@pytest.mark.parametrize("grain", [0.6, 1.0])
@pytest.mark.parametrize("scale", [2.0, 3.0])
def test_specks_take_a_few_per_cent_of_the_ink(scale: float, grain: float) -> None:
    sheet = cover(scale=scale, grain=grain)
    assert sheet.size == (round(375 * scale), round(144 * scale))
    shades = sheet.histogram()
    missing = sum((255 - shade) * count for shade, count in enumerate(shades)) / 255
    assert 0.01 < missing / sum(shades) < 0.04
