"""Cards of the API, found by what is known of a person or by what is shown."""

import msgspec

from chalice_app.acts import Found, Search
from chalice_app.api import Ask, check_one, operation
from chalice_app.documents import card_document
from chalice_app.http import Answer, json_answer
from wallet import runtime
from wallet.domain.ids import MerchantId
from wallet.services.commit import program_in_force
from wallet.services.search_cards import By, Searcher, search_cards


@operation(body=Search, answer=Found)
def post(ask: Ask[Search]) -> Answer:
    """Finds cards by e-mail, phone, typed code or barcode; a merged one leads to its successor.

    The contact stands in the body, so that no address and no log ever holds it.
    """
    said = {by: getattr(ask.body, by.value) for by in By}
    check_one(**{by.value: text for by, text in said.items()})
    by, text = next((by, text) for by, text in said.items() if text is not None)
    merchant_id, now = ask.key.merchant_id, runtime.now()
    searcher = Searcher(counter=runtime.counter(), heads=runtime.ledger())
    zones = _time_zones(merchant_id) if by is By.PHONE else ()
    cards = search_cards(searcher, merchant_id, by, text, time_zones=zones)
    base_url, books = runtime.settings().base_url, runtime.books()
    found = [
        card_document(card, program_in_force(books, card, now), base_url, at=now) for card in cards
    ]
    return json_answer(msgspec.json.encode(Found(cards=found)))


def _time_zones(merchant_id: MerchantId) -> list[str]:
    shelf, now = runtime.programs(), runtime.now()
    programs = (shelf.current(each, now) for each in shelf.of_merchant(merchant_id))
    return sorted({program.time_zone for program in programs if program})
