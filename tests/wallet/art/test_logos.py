"""What comes in as a logo is read with suspicion, and what goes out is a PNG of ours."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from wallet.art.logos import LogoError, LogoFault, clean_logo, logo_name, pass_logos


def saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    picture.load()
    return picture


def png_of_size(width: int, height: int) -> bytes:
    """A small file that says it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_come_out_as_png(kind: str) -> None:
    logo = opened(clean_logo(saved(Image.new("RGB", (60, 20), "#b8451f"), kind)))
    assert (logo.format, logo.size) == ("PNG", (60, 20))
    red, green, blue = logo.getpixel((5, 5))[:3]  # type: ignore[index]
    assert abs(red - 0xB8) + abs(green - 0x45) + abs(blue - 0x1F) < 12


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(clean_logo(saved(Image.new(mode, (9, 9)), kind))).mode in ("RGB", "RGBA")


def test_greys_of_16_bits_keep_their_shade() -> None:
    logo = opened(clean_logo(saved(Image.new("I;16", (9, 9), 0x8080))))
    assert logo.convert("L").getpixel((4, 4)) == 0x80


@pytest.mark.parametrize("size", [(16_000, 1), (1, 16_000), (1, 1)])
def test_a_line_is_a_logo_too(size: tuple[int, int]) -> None:
    for scale, (name, png) in zip(
        (2, 3), pass_logos(clean_logo(saved(Image.new("RGB", size)))).items(), strict=True
    ):
        width, height = opened(png).size
        assert name == f"logo@{scale}x.png"
        assert max(width / 160, height / 50) == scale


def test_nothing_shows_through_that_did_and_what_did_still_does() -> None:
    clear = clean_logo(saved(Image.new("RGBA", (4, 4), (255, 0, 0, 0))))
    assert opened(clear).getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert opened(clean_logo(saved(Image.new("RGB", (4, 4))))).mode == "RGB"


def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    logo = clean_logo(saved(Image.new("RGB", (30, 10)), "JPEG", exif=exif))
    assert opened(logo).size == (10, 30)
    assert b"secret" not in logo
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "secret words")
    assert b"secret" not in clean_logo(saved(Image.new("RGB", (3, 3)), pnginfo=text))
    assert opened(logo).info == {}


def test_of_what_moves_the_first_picture_is_taken() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("#ff0000", "#0000ff")]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    logo = opened(clean_logo(moving))
    assert logo.getpixel((4, 4))[:3] == (255, 0, 0)  # type: ignore[index]


@pytest.mark.parametrize("size", [(4000, 400), (400, 4000), (1025, 1)])
def test_what_is_large_is_made_smaller_in_its_own_shape(size: tuple[int, int]) -> None:
    width, height = opened(clean_logo(saved(Image.new("RGB", size)))).size
    assert max(width, height) == 1024
    assert abs(width / height - size[0] / size[1]) < max(size[0] / size[1], 1) * 0.01


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (b"", LogoFault.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", LogoFault.NOT_A_PICTURE),
        (b"<?xml version='1.0'?><svg/>", LogoFault.NOT_A_PICTURE),
        (b"%PDF-1.7", LogoFault.NOT_A_PICTURE),
        (saved(Image.new("RGB", (9, 9)), "GIF"), LogoFault.NOT_A_PICTURE),
        (saved(Image.new("RGB", (9, 9)), "BMP"), LogoFault.NOT_A_PICTURE),
        (saved(Image.new("RGB", (90, 90)), "JPEG")[:200], LogoFault.NOT_A_PICTURE),
        (png_of_size(10, 10), LogoFault.NOT_A_PICTURE),
        (png_of_size(4001, 4000), LogoFault.TOO_MANY_PIXELS),
        (png_of_size(20_000, 20_000), LogoFault.TOO_MANY_PIXELS),
        (png_of_size(100_000, 100_000), LogoFault.TOO_MANY_PIXELS),
        (bytes(4 * 1024 * 1024 + 1), LogoFault.TOO_LARGE),
    ],
)
def test_what_is_no_logo_is_refused(file: bytes, fault: LogoFault) -> None:
    with pytest.raises(LogoError) as caught:
        clean_logo(file)
    assert caught.value.fault is fault


@given(st.data())
def test_a_broken_file_is_refused_or_taken_but_never_breaks_us(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
    whole = bytearray(saved(Image.linear_gradient("L").resize((24, 24)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(LogoError):
        assert opened(clean_logo(bytes(whole))).format == "PNG"


@pytest.mark.parametrize(
    ("size", "at_two", "at_three"),
    [((600, 200), (300, 100), (450, 150)), ((100, 100), (100, 100), (150, 150)),
     ((1000, 10), (320, 3), (480, 5))],
)  # fmt: skip
def test_on_a_pass_it_is_as_large_as_apple_allows(
    size: tuple[int, int], at_two: tuple[int, int], at_three: tuple[int, int]
) -> None:
    logos = pass_logos(clean_logo(saved(Image.new("RGB", size))))
    assert {name: opened(png).size for name, png in logos.items()} == {
        "logo@2x.png": at_two,
        "logo@3x.png": at_three,
    }


def test_the_same_picture_has_the_same_name() -> None:
    one, two = (clean_logo(saved(Image.new("RGB", (5, 5)), compress_level=n)) for n in (0, 9))
    assert logo_name(one) == logo_name(two)
    assert len(logo_name(one)) == 32
