"""All images of an Apple pass, under the names that they have in it."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from wallet.art.logos import pass_logos
from wallet.art.marks import ICON_POINTS, icon, logo
from wallet.art.strips import SCALES, balance_strip, strip
from wallet.domain.designs import Design


def pass_images(
    design: Design, *, stamps: int | None, target: int | None, uploaded: bytes | None = None
) -> dict[str, bytes]:
    """icon, logo and strip as PNGs, each at @2x and @3x.

    The icon is the seal, and the logo too unless one was `uploaded` (see `clean_logo`).
    A card that counts points has neither `stamps` nor `target`. Raises ValueError if only one of
    them is given, and where `strip` does.
    """
    marks = dict(_marks(design)) | (pass_logos(uploaded) if uploaded else {})
    return marks | {
        f"strip@{scale}x.png": _strip(design, stamps, target, scale) for scale in SCALES
    }


def _strip(design: Design, stamps: int | None, target: int | None, scale: int) -> bytes:
    if stamps is None and target is None:
        return _balance_strip(design, scale)
    if stamps is None or target is None:
        raise ValueError("stamps and target are given together or not at all")
    return strip(design, stamps, target, scale=scale)


@lru_cache(maxsize=64)
def _balance_strip(design: Design, scale: int) -> bytes:
    return balance_strip(design, scale=scale)


@lru_cache(maxsize=128)
def _marks(design: Design) -> Mapping[str, bytes]:
    return MappingProxyType(
        {f"icon@{scale}x.png": icon(design, pixels=ICON_POINTS * scale) for scale in SCALES}
        | {f"logo@{scale}x.png": logo(design, scale=scale) for scale in SCALES}
    )
