"""Earn: a purchase, stamps or points given by hand, an action or the code that stands for one."""

from dataclasses import dataclass, replace
from datetime import datetime

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.drafts import check_occurred
from wallet.domain.errors import (
    CardNotActiveError,
    CodeUsedError,
    CoolDownError,
    InvalidError,
)
from wallet.domain.ids import CardId, MerchantId, key_digest
from wallet.domain.purchases import Action, Award, Purchase, reads_basket
from wallet.services.codes import Codes, look_up
from wallet.services.commit import (
    Act,
    Books,
    Committed,
    Decided,
    commit,
    is_same_sale,
    own_card,
    program_at,
    program_in_force,
    told_again,
)
from wallet.services.ports import Receipt, UsedCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Where and when something was earned.

    `insist` gives within the cool-down too; `once` lets a location's reference count once
    whatever the key; `reason` stands in the entry, for the merchant.
    """

    location_id: str | None = None
    occurred_at: datetime | None = None
    insist: bool = False
    once: bool = False
    reason: str | None = None


NOW = Circumstances()


def earn(
    books: Books, act: Act, card_id: CardId, award: Award, told: Circumstances = NOW
) -> Committed:
    """Gives what the version in force at `occurred_at` gives.

    Raises as `commit` and `domain.ledger.earn` do.
    """

    def decide(card: Card) -> Decided:
        return decide_earn(books, act, card, award, told)

    try:
        return commit(books, act, card_id, decide)
    except (CoolDownError, CardNotActiveError):
        # The sale itself may be what is now against it, told before under another key.
        first = told_before(books, act, card_id, award, told)
        if first is None:
            raise
        return first


def earn_by_code(
    books: Books,
    codes: Codes,
    act: Act,
    card_id: CardId,
    typed: str,
    *,
    told: Circumstances = NOW,
) -> Committed:
    """Gives what a single-use code stands for, and uses it up.

    Raises NotFoundError for an unknown code, InvalidError for one of another programme,
    CodeUsedError, and as `earn` does.
    """

    def decide(card: Card) -> Decided:
        return decide_by_code(books, codes, act, card, typed, told=told)

    return commit(books, act, card_id, decide)


def decide_by_code(
    books: Books, codes: Codes, act: Act, card: Card, typed: str, *, told: Circumstances
) -> Decided:
    """What a single-use code would do to the card as it stands."""
    code = look_up(codes, act.merchant_id, typed)
    if code.program_id != card.program_id:
        raise InvalidError("code", "is for another programme")
    if code.used_by or (code.expires_at is not None and act.now > code.expires_at):
        raise CodeUsedError
    decided = decide_earn(books, act, card, Action(name=code.action), told)
    return replace(decided, claims=(UsedCode(merchant_id=act.merchant_id, code=code.code),))


def decide_earn(books: Books, act: Act, card: Card, award: Award, told: Circumstances) -> Decided:
    """What an earn would do to the card as it stands."""
    occurred_at = check_occurred(told.occurred_at, act.now)
    program = (
        program_at(books, card, occurred_at)
        if told.occurred_at
        else program_in_force(books, card, act.now)
    )
    draft = ledger.earn(
        program,
        card,
        award,
        digest=act.digest,
        location_id=told.location_id,
        occurred_at=occurred_at,
        insist=told.insist,
    )
    kept = isinstance(award, Purchase) and reads_basket(program) and (award.items or award.tax)
    return Decided(
        draft=replace(draft, reason=told.reason or draft.reason),
        program=program,
        basket=award if isinstance(award, Purchase) and kept else None,
        claims=_claims(act.merchant_id, award, told),
    )


def told_before(
    books: Books, act: Act, card_id: CardId, award: Award, told: Circumstances
) -> Committed | None:
    """The first answer to the same sale, if its reference has been counted."""
    card = own_card(books.ledger, act.merchant_id, card_id)
    for receipt in _claims(act.merchant_id, award, told):
        entry_id = books.ledger.receipt(receipt)
        standing = books.ledger.entry(entry_id) if entry_id else None
        if standing and isinstance(award, Purchase) and is_same_sale(card, standing.entry, award):
            return told_again(books, card, standing.entry)
    return None


def _claims(merchant_id: MerchantId, award: Award, told: Circumstances) -> tuple[Receipt, ...]:
    if not told.once or not isinstance(award, Purchase) or award.reference is None:
        return ()
    digest = key_digest("reference", f"{told.location_id or ''}\n{award.reference}")
    return (Receipt(merchant_id=merchant_id, digest=digest),)
