from PIL import Image

from tests.wallet.art.drawing import decoded
from wallet.art.png import STEPS, Ramp, encoded, steps

WHITE, RED, BLUE = (255, 255, 255), (255, 0, 0), (0, 0, 255)
RAMPS = (Ramp(WHITE, RED), Ramp(WHITE, BLUE))


def one_pixel(shade: int, ramp: int) -> Image.Image:
    return steps(Image.new("L", (1, 1), shade), ramp)


def test_no_ink_is_the_ground_and_full_ink_is_the_end_of_its_ramp() -> None:
    assert decoded(encoded(one_pixel(0, 1), RAMPS)).getpixel((0, 0)) == (*WHITE, 255)
    assert decoded(encoded(one_pixel(255, 0), RAMPS)).getpixel((0, 0)) == (*RED, 255)
    assert decoded(encoded(one_pixel(255, 1), RAMPS)).getpixel((0, 0)) == (*BLUE, 255)


def test_between_them_the_colour_is_mixed() -> None:
    assert STEPS % 2 == 0
    assert decoded(encoded(one_pixel(128, 1), RAMPS)).getpixel((0, 0)) == (128, 128, 255, 255)


def test_every_shade_keeps_its_order_and_its_ramp() -> None:
    entries = [one_pixel(shade, 1).tobytes()[0] for shade in range(256)]
    assert entries == sorted(entries)
    assert set(entries) == {0, *range(STEPS + 1, 2 * STEPS + 1)}


def test_a_clear_ground_is_nothing_and_its_ramp_fades_in() -> None:
    ramps = (Ramp(RED, RED), Ramp(RED, BLUE))
    alphas = [
        decoded(encoded(one_pixel(shade, 0), ramps, clear=True)).getpixel((0, 0))
        for shade in (0, 128, 255)
    ]
    assert alphas == [(*RED, 0), (*RED, 128), (*RED, 255)]


def test_encoding_leaves_the_sheet_as_it_was() -> None:
    sheet = one_pixel(255, 0)
    encoded(sheet, RAMPS)
    assert sheet.mode == "L"
    assert sheet.getpixel((0, 0)) == STEPS
