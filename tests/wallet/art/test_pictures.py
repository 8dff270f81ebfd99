import pytest

from wallet.art.pictures import Part, picture
from wallet.domain.designs import Picture


@pytest.mark.parametrize("name", Picture)
def test_every_picture_stands_in_the_middle_of_its_square(name: Picture) -> None:
    points = [point for part in picture(name) for line in part.lines for point in line.points]
    for axis in (0, 1):
        low, high = min(p[axis] for p in points), max(p[axis] for p in points)
        assert -12 <= low < high <= 12
        assert abs(low + high) / 2 < 1.1
        assert high - low > 12


@pytest.mark.parametrize("name", Picture)
def test_every_picture_has_one_weight_of_line(name: Picture) -> None:
    widths = {part.width for part in picture(name) if part.width is not None}
    assert widths <= {1.6, 1.9, 2.0, 2.6}
    assert len(widths) <= 2


def test_a_picture_begins_with_ink() -> None:
    assert all(picture(name)[0].ink for name in Picture)


def test_an_unknown_picture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown picture 'sock': one of cup, loaf, "):
        picture("sock")


def test_inverted_and_scaled() -> None:
    part = picture(Picture.LOAF)[1]
    assert part.width == 1.6
    assert part.inverted() == Part(part.lines, 1.6, ink=True)
    assert part.scaled(2).width == 3.2
    assert part.scaled(2).lines[0] == part.lines[0].scaled(2)
