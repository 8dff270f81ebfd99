"""What makes a stamp look inked: edges that wander a little, and specks where no ink took.

Both come from smooth noise over the whole strip, made from a fixed seed. So every stamp differs
from its neighbour, and the same stamp is the same picture for ever.
"""

import hashlib
import math
from functools import cache, lru_cache
from typing import Final

from PIL import Image

from wallet.art.places import WIDTH

HEIGHT: Final = 144.0
"""The noise covers the taller of the two areas; the other uses a part of it."""

DRIFT: Final = 0.5
"""An edge is displaced by at most so many points to either side."""

_DRIFT_WAVES: Final = (14.0, 5.0)
_SPECK_WAVES: Final = (2.8, 1.1, 0.6)
_SPECK_SEED: Final = "specks 32"
"""Of eighty, the one that spares the pictures best: on cards of 5 to 12, none loses over 5 %."""
_SPECK_LEVEL: Final = 190
_SPECK_SLOPE: Final = 10


def drift(x: float, y: float) -> tuple[float, float]:
    """How far the ink that belongs at this point of the strip has wandered, in points."""
    at = _cell(y, HEIGHT) * int(WIDTH) + _cell(x, WIDTH)
    across, down = _drifts()
    return (across[at] / 127.5 - 1) * DRIFT, (down[at] / 127.5 - 1) * DRIFT


@lru_cache(maxsize=16)
def cover(*, scale: float, grain: float) -> Image.Image:
    """How well the ink took, over the whole strip: 255 where it did. The picture is shared.

    `grain` is the size of the specks: 1 for a stamp of full size.
    """
    noise = _noise(_SPECK_SEED, tuple(wave * grain for wave in _SPECK_WAVES), scale)
    return noise.point(
        [min(255, max(0, (_SPECK_LEVEL - v) * _SPECK_SLOPE + 255)) for v in range(256)]
    )


def _cell(value: float, end: float) -> int:
    return min(max(int(value), 0), int(end) - 1)


@cache
def _drifts() -> tuple[bytes, bytes]:
    """One byte for each point of the strip, in rows: the drift across, the drift down."""
    across = _noise("drift across", _DRIFT_WAVES, 1.0)
    down = _noise("drift down", _DRIFT_WAVES, 1.0)
    return across.tobytes(), down.tobytes()


def _noise(seed: str, waves: tuple[float, ...], scale: float) -> Image.Image:
    """Noise of several wavelengths in points, each next one half as strong."""
    sheet = _wave(f"{seed}, 1", waves[0], scale)
    for i, length in enumerate(waves[1:], start=2):
        sheet = Image.blend(sheet, _wave(f"{seed}, {i}", length, scale), 1 / (2**i - 1))
    return sheet


def _wave(seed: str, length: float, scale: float) -> Image.Image:
    columns, rows = math.ceil(WIDTH / length), math.ceil(HEIGHT / length)
    knots = hashlib.shake_128(f"stempel, {seed}".encode()).digest(columns * rows)
    return Image.frombytes("L", (columns, rows), knots).resize(
        (round(WIDTH * scale), round(HEIGHT * scale)),
        Image.Resampling.BICUBIC,
        box=(0, 0, WIDTH / length, HEIGHT / length),
    )
