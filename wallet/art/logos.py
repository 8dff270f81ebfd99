"""Logos that merchants upload: read with suspicion, written anew, fitted to a pass.

What comes out is a PNG of ours: no metadata, one frame, at most 1,024 pixels a side. Size and
format are checked before a pixel is decoded, so that a small file cannot unpack to a huge one.
"""

import hashlib
import io
import struct
import warnings
import zlib
from enum import StrEnum
from functools import lru_cache
from typing import Final

from PIL import Image

from wallet.art.strips import SCALES
from wallet.domain.errors import WalletError

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
PIXELS_MAX: Final = 16_000_000
SIDE_MAX: Final = 1024
PASS_WIDTH_POINTS: Final = 160
PASS_HEIGHT_POINTS: Final = 50
"""Apple's bounds for a logo: https://developer.apple.com/design/human-interface-guidelines/wallet"""

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
# Whatever Pillow's decoders raise on a file that is broken or made to break them.
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation that a camera may note (Exif 2.32, tag 0x0112)."""


class LogoFault(StrEnum):
    """Why a file is no logo."""

    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    NOT_A_PICTURE = "not-a-picture"


class LogoError(WalletError):
    """A file that is no logo."""

    def __init__(self, fault: LogoFault) -> None:
        super().__init__(fault)
        self.fault = fault


def clean_logo(file: bytes) -> bytes:
    """The picture of a PNG, JPEG or WEBP file, as a PNG of ours. Raises LogoError."""
    if len(file) > FILE_BYTES_MAX:
        raise LogoError(LogoFault.TOO_LARGE)
    # Pillow warns of much that is odd in a file; whoever uploads it gets one answer.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _opened(file)
        if picture.width * picture.height > PIXELS_MAX:
            raise LogoError(LogoFault.TOO_MANY_PIXELS)
        try:
            return _png(_upright(picture))
        except _BROKEN:
            raise LogoError(LogoFault.NOT_A_PICTURE) from None


def logo_name(logo: bytes) -> str:
    """The name of a logo: 32 digits of the digest of its bytes."""
    return hashlib.sha256(logo).hexdigest()[:32]


@lru_cache(maxsize=32)
def pass_logos(logo: bytes) -> dict[str, bytes]:
    """The logo of a pass at @2x and @3x, whole, as large as 160 by 50 points allow."""
    picture = Image.open(io.BytesIO(logo), formats=("PNG",))
    return {f"logo@{scale}x.png": _png(_fitted(picture, scale)) for scale in SCALES}


def _opened(file: bytes) -> Image.Image:
    """The file's head, read; Pillow's own limit is five times ours."""
    try:
        return Image.open(io.BytesIO(file), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise LogoError(LogoFault.TOO_MANY_PIXELS) from None
    except _BROKEN:
        raise LogoError(LogoFault.NOT_A_PICTURE) from None


def _upright(picture: Image.Image) -> Image.Image:
    """Decoded, turned as a camera's note asks, at most 1,024 pixels a side."""
    picture.draft("RGB", (SIDE_MAX, SIDE_MAX))
    turn = _TURNS.get(_orientation(picture))
    if picture.mode.startswith("I"):
        # Greys of 16 bits: Pillow would cut them off at 255, and all but black turned white.
        picture = picture.point(lambda grey: grey / 257, "L")
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.thumbnail((SIDE_MAX, SIDE_MAX))
    return plain if turn is None else plain.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    """What the camera noted, or 0: notes that make no sense do not spoil the picture."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 0))
    except _BROKEN:
        return 0


def _fitted(picture: Image.Image, scale: int) -> Image.Image:
    """As large as it can be within the bounds; a hair's breadth stays one pixel, not none."""
    wide, high = PASS_WIDTH_POINTS * scale, PASS_HEIGHT_POINTS * scale
    share = min(wide / picture.width, high / picture.height)
    width, height = (max(1, round(share * side)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _png(picture: Image.Image) -> bytes:
    """Pixels only: a new picture carries no metadata."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    file = io.BytesIO()
    bare.save(file, "PNG", optimize=True)
    return file.getvalue()
