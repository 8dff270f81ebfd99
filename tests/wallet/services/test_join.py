"""Joining, on the real tables.

Who gets the contact, what is kept, what is mailed, who must wait.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.world import BASE_URL, Shop, reception
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.consents import Consent, ConsentKind
from wallet.domain.contacts import Contact, ContactKind
from wallet.domain.merchants import Member
from wallet.services.join import (
    JOINS_MAX,
    JOINS_WINDOW,
    MAILS_MAX,
    Application,
    FrontDesk,
    Joined,
    find_again,
    is_publishable_key,
    join,
    may_join,
    network_of,
    publishable_key,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MAIL = Contact(kind=ContactKind.EMAIL, value="marta@example.com")
PHONE = Contact(kind=ContactKind.PHONE, value="+48600700800")
SAID = Application(name="Marta", contact=MAIL, language="pl", consents={}, key="form 1")

pytestmark = pytest.mark.usefixtures("world")


def _desk() -> FrontDesk:
    return FrontDesk(
        reception=reception(),
        members=runtime.members(),
        heads=runtime.ledger(),
        edge=runtime.edge(),
        base_url=BASE_URL,
    )


def _join(shop: Shop, said: Application, now: datetime = NOW) -> Joined:
    return join(_desk(), shop.stamps, said, now=now)


def _member(shop: Shop, card: Card) -> Member:
    sealed = runtime.members().sealed(card.member_id)
    assert sealed
    return reception().vault.open(shop.merchant_id, card.member_id, sealed)


def _link(joined: Joined) -> str:
    assert joined.letter
    return next(line for line in joined.letter.text.splitlines() if "/c/" in line)


@pytest.mark.parametrize("contact", [MAIL, PHONE])
def test_the_first_form_gets_the_contact_and_every_other_a_spare_card(
    shop: Shop, contact: Contact
) -> None:
    first = _join(shop, replace(SAID, contact=contact)).card
    spare = _join(shop, replace(SAID, contact=contact, key="form 2", name="Eve")).card
    member = _member(shop, first)
    assert contact.value in (member.email, member.phone)
    other = _member(shop, spare)
    assert (other.name, other.email, other.phone) == ("Eve", None, None)


@pytest.mark.parametrize("contact", [MAIL, PHONE, None])
def test_who_joins_anew_was_brought_and_a_spare_card_was_not(
    shop: Shop, contact: Contact | None
) -> None:
    host = shop.card(shop.stamps)
    said = replace(SAID, contact=contact, referred_by=host.id)
    brought, again = (_join(shop, said).card for _ in range(2))
    assert brought.referred_by == host.id
    assert again == brought
    other = _join(shop, replace(said, key="form 2")).card
    assert other.id != brought.id
    # Whoever gives no contact cannot be known.
    assert other.referred_by == (None if contact else host.id)


def test_of_forms_at_once_with_one_contact_one_was_brought(shop: Shop) -> None:
    host = shop.card(shop.stamps)
    forms = [replace(SAID, key=f"form {n}", referred_by=host.id) for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        cards = [joined.card for joined in pool.map(lambda said: _join(shop, said), forms)]
    brought = [card for card in cards if card.referred_by]
    assert [_member(shop, card).email for card in brought] == [MAIL.value]


def test_a_letter_leads_to_the_contacts_card_and_a_phone_gets_none(shop: Shop) -> None:
    first = _join(shop, SAID)
    second = _join(shop, replace(SAID, key="form 2"))
    assert _link(first) == _link(second)
    assert first.letter is not None
    assert second.letter is not None
    assert first.letter.subject == second.letter.subject
    assert _join(shop, replace(SAID, contact=PHONE)).letter is None
    assert _join(shop, replace(SAID, contact=PHONE, key="form 2")).letter is None


def test_a_card_that_came_by_the_api_is_known(shop: Shop) -> None:
    enrolled = shop.card(shop.stamps, email=MAIL.value)
    joined = _join(shop, SAID)
    assert joined.card.id != enrolled.id
    assert enrolled.id in _link(joined)


def test_of_forms_at_once_one_gets_the_contact(shop: Shop) -> None:
    forms = [replace(SAID, key=f"form {n}") for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        cards = [joined.card for joined in pool.map(lambda said: _join(shop, said), forms)]
    assert len({card.id for card in cards}) == 10
    assert [_member(shop, card).email for card in cards].count(MAIL.value) == 1
    finder = reception().vault.finder(shop.merchant_id, "email", MAIL.value)
    assert len(runtime.members().by_finder(finder)) == 1


def test_the_same_form_at_once_and_later_is_one_card_and_one_letter(shop: Shop) -> None:
    with ThreadPoolExecutor(10) as pool:
        joined = list(pool.map(lambda _: _join(shop, SAID), range(10)))
    joined.append(_join(shop, SAID, NOW + timedelta(days=30)))
    assert len({each.card.id for each in joined}) == 1
    spare = [_join(shop, replace(SAID, key="form 2")) for _ in range(2)]
    assert spare[0].card.id == spare[1].card.id
    assert spare[0].letter is not None
    assert spare[1].letter is None


def test_consents_are_kept_with_their_words_language_and_time(shop: Shop) -> None:
    said = replace(SAID, consents={ConsentKind.EMAIL: "Nowości? E-mailem"})
    card = _join(shop, said).card
    given = Consent(
        kind=ConsentKind.EMAIL, given=True, text="Nowości? E-mailem", language="pl", at=NOW
    )
    assert runtime.consents().acts(card.member_id) == [given]
    taken = replace(given, given=False, at=NOW + timedelta(hours=1))
    runtime.consents().add(card.member_id, taken)
    assert runtime.consents().acts(card.member_id) == [taken, given]


def test_an_address_gets_few_mails_whoever_asks(shop: Shop) -> None:
    letters = [_join(shop, replace(SAID, key=f"form {n}")).letter for n in range(MAILS_MAX + 2)]
    assert [letter is not None for letter in letters] == [True] * MAILS_MAX + [False] * 2
    desk = _desk()
    assert find_again(desk, shop.stamps, MAIL, "pl", now=NOW) is None
    later = NOW + timedelta(hours=2)
    assert find_again(desk, shop.stamps, MAIL, "pl", now=later) is not None


def test_again_finds_the_card_of_this_programme_only(shop: Shop) -> None:
    desk = _desk()
    assert find_again(desk, shop.stamps, MAIL, "pl", now=NOW) is None
    _join(shop, SAID)
    assert find_again(desk, shop.points, MAIL, "pl", now=NOW) is None
    letter = find_again(desk, shop.stamps, MAIL, "hu", now=NOW)
    assert letter is not None
    assert letter.to == MAIL.value
    assert "kártyád" in letter.subject


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("203.0.113.250", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_neighbours_count_together(address: str, network: str) -> None:
    assert network_of(address) == network


def test_one_network_waits_and_another_does_not(shop: Shop) -> None:
    edge, program = runtime.edge(), shop.stamps.id
    may = [may_join(edge, program, f"203.0.113.{n}", now=NOW) for n in range(JOINS_MAX + 1)]
    assert may == [True] * JOINS_MAX + [False]
    assert may_join(edge, program, "198.51.100.1", now=NOW)
    assert may_join(edge, shop.points.id, "203.0.113.1", now=NOW)
    assert may_join(edge, program, "203.0.113.1", now=NOW + JOINS_WINDOW)


def test_a_publishable_key_is_the_programmes_and_always_the_same(shop: Shop) -> None:
    vault = reception().vault
    key = publishable_key(vault, shop.stamps)
    assert key == publishable_key(vault, shop.stamps)
    assert is_publishable_key(vault, shop.stamps, key)
    assert not is_publishable_key(vault, shop.points, key)
    assert not is_publishable_key(vault, shop.stamps, "")
