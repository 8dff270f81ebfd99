"""What a programme says of itself, with numbers as each language writes them."""

from dataclasses import replace

import pytest

from chalice_app.program_words import cost_in_words, promise
from tests.wallet.services import made
from wallet.domain.programs import Cost, Reward
from wallet.domain.vocabulary import RewardKind


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", "Torba za 12\u00a0500 punktów"),
        ("hu", "12\u00a0500 pont után: Torba"),
        ("en", "Torba for 12,500 points"),
    ],
)
def test_a_large_cost_can_be_read(language: str, said: str) -> None:
    cost = Cost(points=12_500)
    tote = Reward(id="tote", name="Torba", kind=RewardKind.GIFT, cost=cost)
    program = replace(made.program(), rewards=(tote,))
    assert promise(program, language) == said
    assert cost_in_words(cost, language) in said
