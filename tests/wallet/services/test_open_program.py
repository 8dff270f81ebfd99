"""Ids of programmes are made from names that people write."""

import pytest

from wallet.domain.ids import is_program_id, key_digest
from wallet.services.open_program import made_id

DIGEST = key_digest("console", "a")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Kawiarnia Lipowa", "kawiarnia-lipowa"),
        ("Łąka & Spółka", "laka-spolka"),
        ("  Őrült Pékség!  ", "orult-pekseg"),
        ("Straße 7", "strasse-7"),
        ("🥐🥐", "card"),
        ("кафе", "card"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 60, "x" * 40),
        ("a" * 39 + " bc", "a" * 39),
    ],
)
def test_a_name_becomes_plain_letters_and_four_more(name: str, slug: str) -> None:
    made = made_id(name, DIGEST, 0)
    assert is_program_id(made)
    assert made[:-5] == slug
    assert made[-5] == "-"


def test_another_key_or_another_turn_gives_another_id() -> None:
    made = {
        made_id("Cafe", key_digest("console", str(key)), turn)
        for key in range(50)
        for turn in (0, 1)
    }
    assert len(made) == 100
    assert made_id("Cafe", DIGEST, 0) == made_id("Cafe", DIGEST, 0)
