import pytest

from tests.wallet.art.drawing import decoded, design
from wallet.art.images import pass_images
from wallet.art.strips import balance_strip, strip

SIZES = {
    "icon@2x.png": (76, 76),
    "icon@3x.png": (114, 114),
    "logo@2x.png": (80, 100),
    "logo@3x.png": (120, 150),
    "strip@2x.png": (750, 288),
    "strip@3x.png": (1125, 432),
}


@pytest.mark.parametrize(("stamps", "target"), [(7, 10), (0, 30), (None, None)])
def test_a_pass_has_these_images_and_no_others(stamps: int | None, target: int | None) -> None:
    images = pass_images(design(), stamps=stamps, target=target)
    assert {name: decoded(png).size for name, png in images.items()} == SIZES


def test_the_strips_are_those_of_the_card() -> None:
    images = pass_images(design(), stamps=7, target=10)
    assert images["strip@2x.png"] == strip(design(), 7, 10, scale=2)
    assert images["strip@3x.png"] == strip(design(), 7, 10, scale=3)


def test_a_points_card_has_the_balance_strip() -> None:
    images = pass_images(design(), stamps=None, target=None)
    assert images["strip@3x.png"] == balance_strip(design(), scale=3)


def test_a_caller_may_change_what_it_got() -> None:
    pass_images(design(), stamps=1, target=2).clear()
    assert len(pass_images(design(), stamps=1, target=2)) == len(SIZES)


@pytest.mark.parametrize(("stamps", "target"), [(7, None), (None, 10)])
def test_half_a_state_is_refused(stamps: int | None, target: int | None) -> None:
    with pytest.raises(ValueError, match="together or not at all"):
        pass_images(design(), stamps=stamps, target=target)
