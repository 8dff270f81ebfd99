"""The thanks for bringing a friend: given for a purchase, taken back with it.

They go to another card than the purchase, so they follow from the stream. What stands of the
purchase now is compared with what was given for it, so a record that comes twice, or later than
that of its refund, does no harm. A receipt makes the thanks count once, whichever card they went
to, and leads back to them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card, Status
from wallet.domain.entries import Entry, Reversed
from wallet.domain.errors import AlreadyReversedError, CardNotActiveError, ReferenceUsedError
from wallet.domain.ids import CardId, key_digest
from wallet.domain.ledger import thank
from wallet.domain.programs import NO_THANKS, Program, Rule
from wallet.domain.referrals import may_have_paid
from wallet.domain.refunding import referrals_paid_and_kept
from wallet.services.commit import Act, Books, Decided, commit_gift, program_version
from wallet.services.find_cards import follow
from wallet.services.ports import Receipt
from wallet.services.reverse import reverse, target_of

_ACTOR = "referral"
_What = Literal["thanks", "back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Referral:
    """A friend's purchase, and a rule that it paid. `is_due`: enough is left of it."""

    rule: Rule
    program: Program
    purchase: Entry
    friend: Card
    referrer: CardId
    is_due: bool

    @property
    def receipt(self) -> Receipt:
        """Stands once the thanks have been given."""
        return Receipt(merchant_id=self.friend.merchant_id, digest=self._digest("thanks"))

    def act(self, what: _What, now: datetime) -> Act:
        """The same each time, but for its time."""
        digest = self._digest(what)
        return Act(
            merchant_id=self.friend.merchant_id,
            actor=_ACTOR,
            digest=digest,
            fingerprint=fingerprint("referral", {"digest": digest}),
            now=now,
        )

    def _digest(self, what: _What) -> str:
        return key_digest("referral", f"{what}:{self.purchase.id}:{self.rule.id}")


def settle_referrals(
    books: Books, card: Card, made: Iterable[Entry], taken_back: Iterable[Entry], *, now: datetime
) -> None:
    """Gives the thanks for what was made on a card, takes back those for what was taken back.

    The entries may be of any kind. A card that is closed gets nothing, and keeps what it has.
    Raises CardNotActiveError where the referrer's card is merged at that moment: told again, it
    goes through.
    """
    for entry in made:
        _settle(books, card, entry, now=now, may_give=True)
    for entry in taken_back:
        # On a card that another was merged into, that one's purchases are taken back.
        own = card if entry.card_id == card.id else books.ledger.head(entry.card_id)
        if own:
            # What the purchase's own record was refused is not given later, by a refund.
            _settle(books, own, entry, now=now, may_give=False)


def _settle(books: Books, friend: Card, entry: Entry, *, now: datetime, may_give: bool) -> None:
    if friend.referred_by is None:
        return
    if not may_have_paid(program_version(books, friend, entry.program_version), entry):
        return
    seen: Reversed | None = None
    # A refund that comes in between is seen by the next turn, if by nobody else.
    while (mark := books.ledger.mark(entry.id)) != seen:
        seen = mark
        for referral in _referrals(books, friend, friend.referred_by, entry, mark):
            if not referral.is_due:
                _take_back(books, referral, now)
            elif may_give:
                _thank(books, referral, now)


def _referrals(
    books: Books, friend: Card, referrer: CardId, entry: Entry, mark: Reversed
) -> Iterator[_Referral]:
    target = target_of(books, friend, entry, so_far=mark)
    paid, kept = referrals_paid_and_kept(target, target.purchase) if target.purchase else ((), ())
    for rule in paid:
        if rule.referrer != NO_THANKS:
            yield _Referral(
                rule=rule,
                program=target.program,
                purchase=entry,
                friend=friend,
                referrer=referrer,
                is_due=rule in kept,
            )


def _thank(books: Books, referral: _Referral, now: datetime) -> None:
    named, receipt = books.ledger.head(referral.referrer), referral.receipt
    if named is None or books.ledger.receipt(receipt):
        return
    card = follow(books, named)
    if card.id == follow(books, referral.friend).id:
        # By now they are one person's card.
        return
    act = referral.act("thanks", now)

    def decide(card: Card) -> Decided:
        bought_at = referral.purchase.occurred_at
        draft = thank(
            referral.program, card, referral.rule, digest=act.digest, bought_at=bought_at
        )
        return Decided(draft=draft, program=referral.program, claims=(receipt,))

    try:
        commit_gift(books, act, card.id, decide)
    except ReferenceUsedError:
        # Given meanwhile, on a card that this one was merged into.
        return
    except CardNotActiveError as error:
        if error.status == Status.MERGED:
            # Merged meanwhile: the stream brings the purchase again.
            raise


def _take_back(books: Books, referral: _Referral, now: datetime) -> None:
    given = books.ledger.receipt(referral.receipt)
    if given is None:
        return
    try:
        reverse(books, referral.act("back", now), given)
    except (AlreadyReversedError, CardNotActiveError):
        # The card is closed, or a merge has taken the thanks to another: there they stay.
        return
