"""An edit by the form leaves alone all that the form does not show."""

from typing import Any

import pytest

from chalice_app.program_form import read_program, typed_of
from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.test_editor import document
from tests.chalice_app.merchant.visitor import Visitor, fields_of
from tests.wallet.domain.documents import DROP, spoiled
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import BOOKS, CAFE, program
from wallet.domain.program_document import write_terms

SAMPLES = {"market": MARKET, "bakery": BAKERY, "books": BOOKS, "cafe": CAFE}


def saved(said: Any, **fields: str) -> Any:
    """The document after its form was filled in so and saved."""
    from msgspec.structs import replace

    newest = program(said)
    terms, wrong = read_program(replace(typed_of(newest), **fields), newest)
    assert terms is not None, wrong
    return write_terms(terms)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_form_that_is_saved_as_it_came_changes_nothing(name: str) -> None:
    assert saved(SAMPLES[name]) == SAMPLES[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_an_edit_changes_what_was_edited(name: str) -> None:
    said = SAMPLES[name]
    edited = saved(said, name="Other", reward="Else", color="own", own="#000000")
    expected = spoiled(spoiled(said, "name", "Other"), "rewards.0.name", "Else")
    assert edited == spoiled(expected, "design.color", "#000000")


def test_the_rule_of_the_form_is_the_one_that_counts_whole_purchases() -> None:
    other = [MARKET["rules"][1], {**MARKET["rules"][0], "when": {"weekdays": ["sat"]}}]
    said = spoiled(MARKET, "rules", [*other, *MARKET["rules"][2:]])
    edited = saved(said, spend="20", points="7", cost="11")
    expected = spoiled(spoiled(said, "rules.1.step", 2_000), "rules.1.points", 7)
    assert edited == spoiled(expected, "rewards.0.cost", {"points": 11})


def test_a_full_card_stays_a_full_card_and_other_costs_stay() -> None:
    half = {**BAKERY["rewards"][0], "id": "half", "cost": {"stamps": 4}}
    said = spoiled(BAKERY, "rewards", [*BAKERY["rewards"], half])
    edited = saved(said, target="9")
    expected = spoiled(spoiled(said, "stamps.target", 9), "rewards.0.cost.stamps", 9)
    assert edited == expected


def test_what_a_programme_lacks_is_not_put_in() -> None:
    by_visit = spoiled(MARKET, "rules", [MARKET["rules"][2]])
    for said in (
        spoiled(by_visit, "limits", DROP),
        spoiled(CAFE, "rules", []),
        spoiled(CAFE, "rewards", []),
        spoiled(BOOKS, "rewards", []),
    ):
        assert saved(said, name="Other") == spoiled(said, "name", "Other")


def test_what_is_put_in_has_an_id_of_its_own() -> None:
    said = {
        **BOOKS,
        "rules": [{"id": "spend", "kind": "welcome", "points": 1}],
        "limits": [{"id": "spend-2", "per": "day", "points": 1}],
        "rewards": [],
        "offers": [{"id": "reward", "name": "x", "kind": "gift", "days": 1}],
    }
    edited = saved(said, spend="1", points="2", reward="Bag", cost="5")
    rule = {"id": "spend-3", "kind": "points_per_amount", "step": 100, "points": 2}
    assert edited["rules"] == [*said["rules"], rule]
    assert edited["rewards"][0]["id"] == "reward-2"


def test_an_edit_in_the_console_keeps_a_programme_that_came_by_the_api(
    owner: Visitor, desk: Desk
) -> None:
    desk.call("PUT", "/programs/market", MARKET)
    path = "/console/programs/market"
    form = fields_of(owner.get(path), path)
    assert owner.post(path, {**form, "name": "Targ"}).status == 303
    assert document("market") == {"version": 2, **MARKET, "name": "Targ"}
