"""Videos of a card's code, as a till's camera sees it, for Chromium's fake camera.

An .mjpeg file is JPEGs one after another; Chromium plays it round and round.
"""

import io
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import segno
from PIL import Image, ImageChops, ImageFilter

SIZE = (640, 480)
FRAMES = 12

Scene = Callable[[Image.Image, random.Random], Image.Image]


def _tilted(frame: Image.Image, _: random.Random) -> Image.Image:
    return frame.rotate(17, Image.Resampling.BICUBIC, fillcolor=(214, 208, 196))


def _dark(frame: Image.Image, chance: random.Random) -> Image.Image:
    noise = Image.frombytes("L", SIZE, chance.randbytes(SIZE[0] * SIZE[1])).point(
        lambda value: value // 6
    )
    dim = frame.point(lambda value: value * 28 // 100)
    return ImageChops.add(dim, Image.merge("RGB", (noise, noise, noise)))


def _blurred(frame: Image.Image, _: random.Random) -> Image.Image:
    return frame.filter(ImageFilter.GaussianBlur(2.4))


SCENES: Mapping[str, Scene] = {
    "clean": lambda frame, _: frame,
    "tilted": _tilted,
    "dark": _dark,
    "blurred": _blurred,
}


def write_video(path: Path, text: str, scene: str) -> Path:
    """A video of a phone that shows a code, drifting a little as a hand does."""
    chance = random.Random(7)  # noqa: S311  the same noise each time, guards nothing
    frames = [SCENES[scene](_frame(text, number), chance) for number in range(FRAMES)]
    path.write_bytes(b"".join(map(_jpeg, frames)))
    return path


def _frame(text: str, number: int) -> Image.Image:
    matrix = segno.make(text, error="m").matrix
    side = len(matrix)
    code = Image.new("L", (side + 8, side + 8), 255)
    for y, row in enumerate(matrix):
        for x, module in enumerate(row):
            if module:
                code.putpixel((x + 4, y + 4), 0)
    code = code.resize((264, 264), Image.Resampling.NEAREST)
    frame = Image.new("RGB", SIZE, (214, 208, 196))
    frame.paste(Image.new("RGB", (320, 420), (31, 91, 69)), (160 + number, 30))
    frame.paste(code, (188 + number, 110))
    return frame


def _jpeg(frame: Image.Image) -> bytes:
    file = io.BytesIO()
    frame.save(file, "JPEG", quality=85)
    return file.getvalue()
