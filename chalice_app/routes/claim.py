"""The page behind a claim link: a purchase made without the card is put on it.

The link stands on a receipt. It says what was bought where, and nothing of whose card took it.
"""

from datetime import timedelta

from chalice_app.formats import day, money
from chalice_app.forms import check_origin, read_form
from chalice_app.http import Answer, Call
from chalice_app.languages import language_of
from chalice_app.pages import GONE, PRIVATE, TOO_MANY, WRONG, page, redirect
from chalice_app.program_words import units
from wallet import runtime
from wallet.domain.errors import NotFoundError
from wallet.domain.hooks import Sale
from wallet.domain.ids import entry_id
from wallet.domain.program_document import clean_text
from wallet.domain.programs import Program
from wallet.domain.vocabulary import ProgramKind
from wallet.services.claim import (
    TYPED_CHARS_MAX,
    Claimed,
    Refusal,
    claim,
    claim_ends,
    finish,
    program_of_sale,
    sale_of_claim,
)
from wallet.services.sessions import within_limit

# For each link: enough for who mistypes, too few to find the codes of cards by trying.
_TRIES_MAX = 30
_TRIES_WINDOW = timedelta(minutes=10)


def show(call: Call) -> Answer:
    """The purchase, and where to type the card's code; or that it is done."""
    sale = _sale(call)
    finish(runtime.sales_desk(), sale, now=runtime.now())
    return _page(call, sale)


def post(call: Call) -> Answer:
    """Puts the purchase on a card."""
    check_origin(call)
    typed = clean_text(read_form(call).text("card"))[:TYPED_CHARS_MAX]
    sale, now = _sale(call), runtime.now()
    who = f"claim\n{sale.digest}"
    if not within_limit(runtime.edge(), who, limit=_TRIES_MAX, window=_TRIES_WINDOW, now=now):
        return _page(call, sale, status=TOO_MANY, typed=typed, fault="often")
    claimed = claim(runtime.sales_desk(), sale, typed, now=now)
    if isinstance(claimed, Claimed) or claimed in (Refusal.TAKEN, Refusal.ENDED):
        return redirect(call.path)
    return _page(call, sale, status=WRONG, typed=typed, fault=str(claimed))


def _sale(call: Call) -> Sale:
    sale = sale_of_claim(runtime.sales_desk(), call.params["token"])
    if sale is None:
        raise NotFoundError("claim")
    return sale


def _page(
    call: Call, sale: Sale, *, status: int = 200, typed: str = "", fault: str = ""
) -> Answer:
    now = runtime.now()
    hook = runtime.hook_rack().hooks.hook(sale.hook_id)
    program = program_of_sale(runtime.sales_desk(), sale, hook, now=now)
    language = language_of(call, program.locale)
    state = _state(sale)
    return page(
        call,
        "claim.html",
        status=GONE if state == "ended" else status,
        fallback=program.locale,
        headers=PRIVATE,
        program=program,
        state=state,
        given=_given(sale, program, language),
        amount=money(sale.amount, sale.currency, language),
        day=day(sale.occurred_at, program.time_zone, language),
        until=day(claim_ends(sale), program.time_zone, language),
        typed=typed,
        fault=fault,
    )


def _state(sale: Sale) -> str:
    if sale.card_id is not None:
        return "done"
    return "open" if runtime.now() < claim_ends(sale) else "ended"


def _given(sale: Sale, program: Program, language: str) -> str:
    """What the purchase gave, as `12 points`; empty where it gave nothing, or not yet."""
    if sale.card_id is None:
        return ""
    written = runtime.ledger().entry(entry_id(sale.card_id, sale.digest))
    if written is None:
        return ""
    stamps = program.kind is ProgramKind.STAMPS
    count = written.entry.stamps if stamps else written.entry.points
    return units(count, program.kind, language) if count else ""
