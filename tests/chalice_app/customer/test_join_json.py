"""Joining from another web site: JSON, CORS, a publishable key, problem documents."""

import json

import pytest

from tests.chalice_app.customer.shop import Shop, new_email


def test_a_site_gets_the_cards_links_and_nothing_else(shop: Shop) -> None:
    email = new_email()
    answer = shop.join_json(
        shop.cafe, {"name": "Marta", "email": email, "consents": {"email": True}}
    )
    assert answer.status == 201
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    said = json.loads(answer.text)
    assert list(said) == ["card"]
    assert list(said["card"]) == ["links"]
    links = said["card"]["links"]
    token = links["card"].partition("/c/")[2]
    assert links == {
        "card": f"{shop.demo['base_url']}/c/{token}",
        "apple": f"{shop.demo['base_url']}/passes/{token}.pkpass",
        "google": f"{shop.demo['base_url']}/google/save/{token}",
    }
    assert shop.mailed_tokens(email) == [token]
    assert 'name="consent_email" checked' in shop.get(f"/c/{token}/consents").text


def test_a_known_contact_gets_the_same_answer(shop: Shop) -> None:
    email = new_email()
    answers = [shop.join_json(shop.cafe, {"contact": email}) for _ in range(2)]
    assert {answer.status for answer in answers} == {201}
    first, second = (json.loads(answer.text)["card"]["links"]["card"] for answer in answers)
    assert first != second
    assert len({len(answer.text) for answer in answers}) == 1
    assert {f"{shop.demo['base_url']}/c/{token}" for token in shop.mailed_tokens(email)} == {first}


def test_an_idempotency_key_makes_a_repetition_one_act(shop: Shop) -> None:
    body = {"contact": new_email()}
    answers = [shop.join_json(shop.cafe, body, Idempotency_Key="a-key") for _ in range(2)]
    assert answers[0].text == answers[1].text


def test_a_weak_key_leads_nobody_to_anothers_card(shop: Shop) -> None:
    """A site that sends one key for all its visitors, behind one address of the internet."""
    marta, jan = new_email(), new_email()
    said = [
        {"name": name, "contact": contact}
        for name, contact in (("Marta", marta), ("Eve", marta), ("Eve", marta), ("Jan", jan))
    ]
    answers = [shop.join_json(shop.cafe, each, Idempotency_Key="1").text for each in said]
    answers += [shop.join_json(shop.cafe, each, Idempotency_Key="1").text for each in said[::-1]]
    assert len(set(answers)) == 3
    assert answers[1] == answers[2] != answers[0]
    (own,) = set(shop.mailed_tokens(marta))
    assert own in answers[0]


@pytest.mark.parametrize("key", ["", "a key", "x" * 256])
def test_an_idempotency_key_has_the_form_of_the_apis(shop: Shop, key: str) -> None:
    answer = shop.join_json(shop.cafe, {"contact": new_email()}, Idempotency_Key=key)
    assert answer.status == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_scheme_of_the_key_is_read_in_any_case(shop: Shop) -> None:
    key = f"bearer  {shop.key_of(shop.cafe)}"
    answer = shop.join_json(shop.cafe, {"contact": new_email()}, Authorization=key)
    assert answer.status == 201


@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", "", "application/xml"])
def test_a_site_that_forgot_the_type_can_read_what_is_wrong(shop: Shop, kind: str) -> None:
    raw = json.dumps({"contact": new_email(), "key": shop.key_of(shop.cafe)}).encode()
    answer = shop.send("POST", f"/join/{shop.cafe}", raw, kind)
    assert answer.status == 415
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.text)["type"] == "urn:stempel:problem:not-json"


def test_the_key_may_stand_in_the_body(shop: Shop) -> None:
    body = {"contact": "+48600100200", "key": shop.key_of(shop.cafe)}
    raw = json.dumps(body).encode()
    answer = shop.send("POST", f"/join/{shop.cafe}", raw, "application/json")
    assert answer.status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contact"),
        ({"contact": ""}, "contact"),
        ({"contact": "no"}, "contact"),
        ({"contact": "x" * 300 + "@example.com"}, "contact"),
        ({"contact": "a@example.com", "email": "a@example.com"}, "contact"),
        ({"contact": "a@example.com", "name": "x" * 81}, "name"),
        ({"contact": "a@example.com", "name": "\u202e"}, "name"),
        ({"contact": "a@example.com", "locale": "de"}, "locale"),
        ({"contact": "a@example.com", "consents": {"sms": True}}, "consents.sms"),
        ({"contact": 7}, "contact"),
        ({"contact": "a@example.com", "extra": 1}, "extra"),
    ],
)
def test_what_is_wrong_is_named_in_a_problem_document(
    shop: Shop, body: object, field: str
) -> None:
    answer = shop.join_json(shop.cafe, body)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.text)["field"] == field


@pytest.mark.parametrize("key", ["", "pk_", "pk_0123456789012345678901", "sk_x"])
def test_without_the_programmes_key_nothing_is_done(shop: Shop, key: str) -> None:
    answer = shop.join_json(shop.cafe, {"contact": new_email()}, Authorization=f"Bearer {key}")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert json.loads(answer.text)["type"] == "urn:stempel:problem:unauthenticated"


def test_another_programmes_key_opens_nothing(shop: Shop) -> None:
    key = shop.key_of(shop.books)
    answer = shop.join_json(shop.cafe, {"contact": new_email()}, Authorization=f"Bearer {key}")
    assert answer.status == 401


@pytest.mark.parametrize(
    ("data", "status"), [(b"{", 400), (b"[]", 422), (b"\xff", 400), (b"x" * 300_000, 413)]
)
def test_what_is_no_json_is_a_problem(shop: Shop, data: bytes, status: int) -> None:
    kind = "application/json; charset=utf-8"
    assert shop.send("POST", f"/join/{shop.cafe}", data, kind).status == status


def test_a_browser_is_told_that_other_sites_may_send(shop: Shop) -> None:
    answer = shop.send(
        "OPTIONS",
        f"/join/{shop.cafe}",
        Origin="https://cafe.test",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type",
    )
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_unknown_programme_is_a_problem(shop: Shop) -> None:
    answer = shop.join_json("unknown", {"contact": new_email()})
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert shop.send("OPTIONS", "/join/unknown").status == 404
