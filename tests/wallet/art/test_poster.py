"""The poster: one page, its words readable in it, whatever a merchant writes."""

import io

import pytest
from PIL import Image

from wallet.art.logos import clean_logo
from wallet.art.poster import Poster, draw_poster
from wallet.art.sheets import printable
from wallet.domain.designs import Design, Picture, StampStyle


def poster(**changed: object) -> Poster:
    said: dict[str, object] = {
        "language": "pl",
        "name": "Kawiarnia Lipowa",
        "promise": "Kawa gratis za 10 pieczątek",
        "steps": (("Zeskanuj", "aparatem"), ("Wpisz imię", "i masz"), ("Pokaż", "zawsze")),
        "foot": "Bez aplikacji.",
        "address": "https://stempel.test/join/lipowa-7k3m",
        "design": Design(color="#1f5b45", style=StampStyle.PAD, picture=Picture.CUP),
        "stamps": 4,
        "target": 10,
    }
    return Poster(**{**said, **changed})  # type: ignore[arg-type]


def test_it_is_one_page_of_a4_and_the_same_each_time() -> None:
    pdf = draw_poster(poster())
    assert pdf == draw_poster(poster())
    assert pdf.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in pdf
    assert b"/Lang (pl)" in pdf
    assert b"FontFile2" in pdf
    assert len(pdf) < 200_000


@pytest.mark.parametrize(
    "text", ["zażółć gęślą jaźń ŻÓŁĆ", "árvíztűrő tükörfúrógép ŐŰ", "Łąka", "Кав'ярня", "Καφές"]
)
def test_the_font_has_the_letters_of_our_languages(text: str) -> None:
    assert printable(text) == text


def test_what_the_font_lacks_is_left_out() -> None:
    assert printable("Pékség 🥐 🥐 \u202eنخ") == "Pékség"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "🥐", "promise": "🥐"},
        {"name": "W" * 60, "promise": "W" * 60 + " za 10 pieczątek"},
        {"promise": "ajándék kézműves kovászos kenyér választható magvakkal " * 3},
        {"address": "https://stempel.test/join/" + "x" * 64},
        {"target": None, "stamps": 0},
        {"target": 30, "stamps": 18},
        {"target": 1, "stamps": 0},
        {"steps": ()},
    ],
)
def test_anything_can_be_drawn(changed: dict[str, object]) -> None:
    if changed.get("steps") == ():
        changed = {"steps": (("W" * 40, "w" * 80),) * 3}
    assert draw_poster(poster(**changed)).startswith(b"%PDF-")


def test_a_logo_takes_the_place_of_the_seal() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 100), (255, 255, 255, 128)).save(file, "PNG")
    pdf = draw_poster(poster(logo=clean_logo(file.getvalue())))
    assert pdf.count(b"/Subtype /Image") == draw_poster(poster()).count(b"/Subtype /Image") + 2
