"""Limits, what holds for every purchase, and how long it lasts, in all three languages."""

from typing import Any

import pytest
from hypothesis import given

from chalice_app.limit_words import expiry_in_words, had_in_words, terms_in_words
from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.visitor import Visitor, text_of
from tests.wallet.domain.documents import DOCUMENTS
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import BOOKS, CAFE, program
from wallet.domain.program_document import LOCALES

Z = "\u00a0zł"
TWO = [{"id": name, "kind": "multiplier", "percent": 200} for name in ("a", "b")]
LANGUAGES = ("en", "pl", "hu")


def bare(**said: Any) -> dict[str, Any]:
    """The market with nothing but what is said."""
    without = ("limits", "earning", "expiry", "money_off")
    kept = {key: value for key, value in MARKET.items() if key not in without}
    return {**kept, "rules": [], **said}


def limit(per: str, **most: int) -> dict[str, Any]:
    return bare(limits=[{"id": "l", "per": per, **most}])


TERMS: list[tuple[dict[str, Any], str, str, str]] = [
    (
        limit("day", points=200),
        "At most 200 points a day.",
        "Najwyżej 200 punktów dziennie.",
        "Legfeljebb 200 pont naponta.",
    ),
    (
        limit("visit", points=1),
        "At most 1 point per purchase.",
        "Najwyżej 1 punkt na zakup.",
        "Legfeljebb 1 pont vásárlásonként.",
    ),
    (
        limit("card", points=1_500),
        "At most 1,500 points with one card.",
        "Najwyżej 1\u00a0500 punktów na jedną kartę.",
        "Legfeljebb 1\u00a0500 pont kártyánként.",
    ),
    (
        limit("week", purchases=1),
        "At most 1 purchase a week counts.",
        "Liczy się najwyżej 1 zakup tygodniowo.",
        "Legfeljebb 1 vásárlás számít hetente.",
    ),
    (
        limit("month", purchases=3),
        "At most 3 purchases a month count.",
        "Liczą się najwyżej 3 zakupy miesięcznie.",
        "Legfeljebb 3 vásárlás számít havonta.",
    ),
    (
        limit("year", purchases=5),
        "At most 5 purchases a year count.",
        "Liczy się najwyżej 5 zakupów rocznie.",
        "Legfeljebb 5 vásárlás számít évente.",
    ),
    (
        bare(earning={"exclude": {"categories": ["Tytoń", "Kaucje"]}}),
        "These do not count: Tytoń and Kaucje.",
        "Nie liczą się: Tytoń i Kaucje.",
        "Nem számít bele: Tytoń és Kaucje.",
    ),
    (
        bare(earning={"minimum": 500}),
        "Purchases under PLN5 do not count.",
        f"Zakupy poniżej 5{Z} się nie liczą.",
        "5\u00a0PLN alatti vásárlás nem számít.",
    ),
    (
        bare(earning={"basis": "net"}),
        "What counts is the amount without tax.",
        "Liczy się kwota bez podatku.",
        "Az adó nélküli összeg számít.",
    ),
    (
        bare(rules=TWO),
        "Of several multiples at a time the highest counts.",
        "Z kilku mnożników naraz liczy się najwyższy.",
        "Több szorzó közül a legnagyobb számít.",
    ),
    (
        bare(rules=TWO, earning={"stacking": "sum"}),
        "Several multiples at a time add up.",
        "Kilka mnożników naraz się sumuje.",
        "Több szorzó egyszerre összeadódik.",
    ),
    (
        bare(earning={"percent_max": 250}),
        "Together at most 2.5 times as much.",
        "Razem najwyżej \u00d7 2,5.",
        "Együtt legfeljebb \u00d7 2,5.",
    ),
    *(
        (
            bare(earning={"cool_down_minutes": count}),
            f"At least {count} minute{'s' if count > 1 else ''} must pass between two purchases.",
            f"Między dwoma zakupami {polish}.",
            f"Két vásárlás között legalább {count} percnek kell eltelnie.",
        )
        for count, polish in (
            (1, "musi minąć co najmniej 1 minuta"),
            (2, "muszą minąć co najmniej 2 minuty"),
            (5, "musi minąć co najmniej 5 minut"),
        )
    ),
    (
        bare(earning={"ripen_days": 1}),
        "What a purchase gives can be used after 1 day.",
        "To, co daje zakup, możesz wykorzystać po 1 dniu.",
        "Amit egy vásárlás ad, 1 nap múlva használhatod fel.",
    ),
    (
        bare(money_off={"points": 10, "amount": 100}),
        "Points as money: 10 points = PLN1.",
        f"Punkty jak pieniądze: 10 punktów = 1{Z}.",
        "Pontok pénz helyett: 10 pont = 1\u00a0PLN.",
    ),
]
LASTING: list[tuple[dict[str, Any] | None, str, str, str]] = [
    (None, "Points do not run out.", "Punkty nie tracą ważności.", "A pontok nem járnak le."),
    (
        {"months": 1},
        "The points are good for 1 month.",
        "Punkty są ważne 1 miesiąc.",
        "A pontok 1 hónapig érvényesek.",
    ),
    (
        {"months": 3, "remind_days": [1]},
        "The points are good for 3 months. We remind you 1 day before.",
        "Punkty są ważne 3 miesiące. Przypomnimy 1 dzień wcześniej.",
        "A pontok 3 hónapig érvényesek. 1 nappal előtte szólunk.",
    ),
    (
        {"months": 12, "end_of": "quarter", "remind_days": [30, 7]},
        (
            "The points are good for 12 months, and on to the end of the quarter. We remind you "
            "30 and 7 days before."
        ),
        "Punkty są ważne 12 miesięcy i dalej do końca kwartału. Przypomnimy 30 i 7 dni wcześniej.",
        (
            "A pontok 12 hónapig, és onnan a negyedévnek a végéig érvényesek. 30 és 7 nappal "
            "előtte szólunk."
        ),
    ),
    (
        {"months": 0, "end_of": "year"},
        "The points are good to the end of the year in which you get them.",
        "Punkty są ważne do końca roku, w którym je dostajesz.",
        "A pontok annak az évnek a végéig érvényesek, amelyikben kapod őket.",
    ),
    (
        {"idle_months": 2},
        "The points run out if the card is not used for 2 months.",
        "Punkty tracą ważność, gdy karta nie jest używana przez 2 miesiące.",
        "A pontok lejárnak, ha 2 hónapig nem használod a kártyát.",
    ),
]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("said", TERMS)
def test_what_holds_for_all_rules(said: tuple[Any, ...], language: str) -> None:
    document, *expected = said
    assert terms_in_words(program(document), language) == [expected[LANGUAGES.index(language)]]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("said", LASTING)
def test_how_long_it_lasts(said: tuple[Any, ...], language: str) -> None:
    expiry, *expected = said
    document = bare(**({"expiry": expiry} if expiry else {}))
    found = " ".join(expiry_in_words(program(document), language))
    assert found == expected[LANGUAGES.index(language)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The stamps run out if the card is not used for 6 months."),
        ("pl", "Pieczątki tracą ważność, gdy karta nie jest używana przez 6 miesięcy."),
        ("hu", "A pecsétek lejárnak, ha 6 hónapig nem használod a kártyát."),
    ],
)
def test_stamps_last_in_their_own_words(language: str, said: str) -> None:
    assert expiry_in_words(program(BAKERY), language)[0] == said
    assert len(expiry_in_words(program(CAFE), language)) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "on Saturdays, from 1 Jan 2027 on, in some of the shops, at most 1 time a year, "
                "while stocks last"
            ),
        ),
        (
            "pl",
            (
                "w soboty, od 1 sty 2027, w wybranych sklepach, najwyżej 1 raz rocznie, "
                "do wyczerpania zapasów"
            ),
        ),
        (
            "hu",
            (
                "szombaton, ettől: 2027. jan. 1., egyes üzletekben, legfeljebb 1 alkalommal "
                "évente, a készlet erejéig"
            ),
        ),
    ],
)
def test_when_and_how_often_a_reward_can_be_had(language: str, said: str) -> None:
    market = program(MARKET)
    assert had_in_words(market.rewards[1], market, language) == said
    assert had_in_words(market.rewards[0], market, language) == ""


@given(DOCUMENTS)
def test_every_programme_can_be_said(document: dict[str, Any]) -> None:
    shop = program(document)
    for language in LOCALES:
        said = [*terms_in_words(shop, language), *expiry_in_words(shop, language)]
        said += [had_in_words(reward, shop, language) + "." for reward in shop.rewards]
        assert all(each.endswith(".") for each in said)


def test_a_plain_programme_says_nothing_more() -> None:
    assert terms_in_words(program(BOOKS), "en") == []


def test_the_page_of_rules_says_it_all(desk: Desk) -> None:
    desk.call("PUT", "/programs/market-rules", MARKET)
    text = text_of(Visitor("en").get("/rules/market-rules"))
    for sentence in (
        "Double points on weekdays from 14:00 to 16:00.",
        "For “review”: 10 points. At most 10 points a month.",
        "At most 200 points a day.",
        "The points are good for 12 months, and on to the end of the quarter. We remind you",
        "Drzewo: 100 points (on Saturdays, from 1 Jan 2027 on, in some of the shops, at most",
    ):
        assert sentence in text
    assert "do not run out" not in text
