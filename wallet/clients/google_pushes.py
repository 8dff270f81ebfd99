"""The GoogleWallet port: what became of each card, in the words of the use case."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wallet.domain.cards import Card
from wallet.domain.programs import Program
from wallet.google.api import Done, Outcome, Rejected
from wallet.services.phones import Shown

if TYPE_CHECKING:  # urllib3 and google-auth: not for workers that never meet a card of Google's
    from wallet.clients.google_http import GooglePasses


class GoogleCards:
    """Cards to Google Wallet. `passes` is asked for when there is a card to bring, not before."""

    def __init__(self, passes: "Callable[[], GooglePasses]") -> None:
        self._passes = passes

    def show(self, cards: Sequence[tuple[Card, Program]]) -> Sequence[Shown]:
        """Brings each card there."""
        return [_shown(outcome) for outcome in self._passes().upsert_all(cards)]


def _shown(outcome: Outcome) -> Shown:
    if isinstance(outcome, Done):
        return Shown("delivered")
    if isinstance(outcome, Rejected):
        return Shown("rejected", f"google: {outcome.reason}")
    return Shown("retry", outcome.reason)
