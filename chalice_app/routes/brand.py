"""The colours of a shop as a style sheet: a few variables for light, a few for dark.

A page links it after parts.css; a `style` attribute the policy would not let through. The form in
the address is to be raised when the set is made otherwise.
"""

import re

from chalice_app.http import FOR_EVER, Answer, Call
from wallet.art.brand import Brand, brand
from wallet.domain.errors import NotFoundError

_NAME = re.compile(r"(?P<color>[0-9a-f]{6})\.css")


def get(call: Call) -> Answer:
    """The sheet of a colour, `/brand/1f5b45.css`."""
    match = _NAME.fullmatch(call.params["name"])
    if match is None:
        raise NotFoundError("sheet")
    return Answer(
        body=brand_sheet(brand(f"#{match['color']}")).encode(),
        content_type="text/css; charset=utf-8",
        headers=FOR_EVER,
    )


def brand_sheet(colors: Brand) -> str:
    """The sheet of a set of colours."""
    light, dark = (
        f"--brand-text: {text}; --brand-edge: {edge}; --brand-soft: {soft}"
        for text, edge, soft in zip(
            colors.brand_text, colors.brand_edge, colors.brand_soft, strict=True
        )
    )
    return (
        f":root {{ --brand: {colors.color}; --on-brand: {colors.on_brand};"
        f" --on-brand-2: {colors.on_brand_2}; --card-ink: {colors.card_ink}; {light}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark}; }} }}\n"
    )
