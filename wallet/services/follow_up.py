"""What follows from entries, by the stream or after an outage: day figures, thanks for friends."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from wallet.domain.ids import CardId
from wallet.services.commit import Books
from wallet.services.fold_statistics import Statistics, fold_statistics
from wallet.services.settle_referrals import settle_referrals


def follow_up(
    books: Books, statistics: Statistics, cards: Iterable[CardId], *, now: datetime
) -> None:
    """Does what the newest entries of these cards make necessary.

    Raises ContentionError if others keep doing the same, and as `settle_referrals` does.
    """
    settle = partial(settle_referrals, books, now=now)
    fold_statistics(books.ledger, books.programs, statistics, cards, shown_to=settle)
