"""What the calendar gave is taken back for good."""

from datetime import UTC, datetime

from tests.golden.telling import played
from wallet.domain.reversal import reverse
from wallet.domain.vocabulary import ProgramKind

PROGRAM = {
    "kind": "points",
    "rules": [
        {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
        {"id": "back", "kind": "win_back", "days": 10, "points": 20},
    ],
}
HISTORY = [
    {"at": "2027-01-01 11:00:00", "buy": 1000},
    {"until": "2027-01-12 10:00:00", "expect": {"points": 20}},
]
DAY = datetime(2027, 1, 12, 12, tzinfo=UTC)


def test_a_win_back_that_is_taken_back_is_not_given_again() -> None:
    shop = played({"program": PROGRAM, "history": HISTORY})
    given = shop.card.made[-1]
    draft, _ = reverse(shop.card.card, shop.card.target(given), refund=None, occurred_at=DAY)
    shop.card.write(draft, given.program, "undo", DAY)
    shop.advance(DAY.replace(month=12))
    assert [str(one.entry.kind) for one in shop.card.made] == ["earn", "bonus", "reverse"]
    assert shop.card.card.state.points == 10
    shop.card.check_chain(ProgramKind.POINTS)
