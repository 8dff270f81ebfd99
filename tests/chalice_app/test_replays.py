"""The same key with the same request: done once, and answered with the same bytes ever after."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.world import STAMPS


@pytest.fixture
def stamped(desk: Desk) -> str:
    """A card with 20 stamps."""
    card = desk.enrol(desk.shop.stamps)
    desk.earn(card["id"], stamps=20)
    return str(card["id"])


def _change_everything(desk: Desk, card_id: str, name: str) -> None:
    """The card moves on, and its programme has another target, reward and design."""
    desk.earn(card_id, stamps=3)
    document = {
        **STAMPS,
        "name": name,
        "stamps": {"target": 5},
        "rewards": [{"id": "tea", "name": "Herbata", "kind": "gift", "cost": {"stamps": 5}}],
        "design": {"color": "#112233", "style": "ring", "picture": "gift"},
    }
    assert desk.call("PUT", f"/programs/{desk.shop.stamps.id}", document).status == 200


@pytest.fixture
def restored(desk: Desk) -> Iterator[None]:
    yield
    desk.call("PUT", f"/programs/{desk.shop.stamps.id}", STAMPS)


ASKED = ["enrol", "earn", "redeem", "spend", "reverse", "refund", "put", "put the same"]


def _request(desk: Desk, what: str, card_id: str) -> tuple[str, str, Any]:
    """Method, path and body of what is asked; what it needs is there."""
    shop = desk.shop
    if what == "spend":
        card_id = desk.enrol(shop.points)["id"]
        desk.earn(card_id, points=9)
    entry = {}
    if what in ("reverse", "refund"):
        entry = desk.earn(card_id, stamps=1) if what == "reverse" else desk.buy(card_id, 5, "PLN")
    requests: dict[str, tuple[str, str, Any]] = {
        "enrol": ("POST", f"/programs/{shop.stamps.id}/cards", {"member": {"name": "Ola"}}),
        "earn": ("POST", f"/cards/{card_id}/earn", {"stamps": 2}),
        "redeem": ("POST", f"/cards/{card_id}/redeem", {"reward_id": "coffee"}),
        "spend": ("POST", f"/cards/{card_id}/redeem", {"points": 9}),
        "reverse": ("POST", f"/entries/{entry.get('id')}/reverse", {}),
        "refund": ("POST", f"/entries/{entry.get('id')}/reverse", {"amount": 5}),
        "put": ("PUT", f"/programs/{shop.stamps.id}", {**STAMPS, "name": "Put"}),
        "put the same": ("PUT", f"/programs/{shop.stamps.id}", STAMPS),
    }
    return requests[what]


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("what", ASKED)
def test_a_replay_is_the_first_answer_whatever_happened_since(
    desk: Desk, stamped: str, clock: Clock, what: str
) -> None:
    method, path, body = _request(desk, what, stamped)
    key = f"replay {what}".replace(" ", "-")
    first = desk.call(method, path, body, key=key)
    assert first.status == (200 if method == "PUT" else 201)
    clock.forward(hours=1)
    _change_everything(desk, first.json["id"] if what == "enrol" else stamped, f"after {what}")
    clock.forward(days=400)
    with desk.untouched():
        for _ in range(2):
            again = desk.call(method, path, body, key=key)
            assert again.status == 200
            assert again.body == first.body


def test_a_new_programme_is_201_once(desk: Desk, clock: Clock) -> None:
    begins = clock.now.isoformat()
    document = {**STAMPS, "effective_at": begins}
    first = desk.call("PUT", "/programs/fresh", document, key="fresh")
    assert first.status == 201
    clock.forward(days=1)
    again = desk.call("PUT", "/programs/fresh", document, key="fresh")
    assert (again.status, again.body) == (200, first.body)


def test_a_redeem_is_replayed_when_nothing_is_left(desk: Desk) -> None:
    card = desk.enrol(desk.shop.stamps)
    desk.earn(card["id"], stamps=10)
    path, body = f"/cards/{card['id']}/redeem", {"reward_id": "coffee"}
    first = desk.call("POST", path, body, key="last")
    with desk.untouched():
        assert desk.call("POST", path, body, key="last").body == first.body
        check_problem(desk.call("POST", path, body, key="next"), 409, "balance-too-small")


def test_the_same_request_may_be_written_in_another_way(desk: Desk, stamped: str) -> None:
    path = f"/cards/{stamped}/earn"
    first = desk.call("POST", path, b'{"stamps": 1, "location_id": "a"}', key="other words")
    bodies = [
        b'{"location_id":"a","stamps":1}',
        b' {"stamps": 1, "location_id": "\\u0061", "points": null, "purchase": null} ',
    ]
    assert first.status == 400  # a key has no spaces
    first = desk.call("POST", path, b'{"stamps": 1, "location_id": "a"}', key="other-words")
    for body in bodies:
        again = desk.call("POST", path, body, key="other-words")
        assert (again.status, again.body) == (200, first.body)
    encoded = path.replace(stamped[0], f"%{ord(stamped[0]):02x}", 1)
    assert encoded != path
    assert desk.call("POST", encoded, bodies[0], key="other-words").body == first.body


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"stamps": 1}, {"stamps": 2}),
        ({"stamps": 1}, {"stamps": 1, "location_id": "a"}),
        ({"stamps": 1}, {"stamps": 1, "occurred_at": "2026-01-01T00:00:00Z"}),
        ({"stamps": 1}, {"purchase": {"amount": 1, "currency": "PLN"}}),
        (
            {"purchase": {"amount": 1, "currency": "PLN"}},
            {"purchase": {"amount": 1, "currency": "PLN", "reference": "a"}},
        ),
        (
            {"purchase": {"amount": 1, "currency": "PLN", "items": [{"sku": "a"}]}},
            {"purchase": {"amount": 1, "currency": "PLN", "items": [{"sku": "b"}]}},
        ),
    ],
)
def test_the_key_with_another_body(
    desk: Desk, stamped: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    path = f"/cards/{stamped}/earn"
    for one, other in ((first, second), (second, first)):
        key = f"key-{len(desk.everything())}"
        assert desk.call("POST", path, one, key=key).status == 201
        with desk.untouched():
            check_problem(desk.call("POST", path, other, key=key), 409, "key-reused")


CARD_OPERATIONS = ["earn", "redeem", "reverse"]
MERCHANT_OPERATIONS = ["enrol", "put", "put the same"]


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("first", "second"),
    [*permutations(CARD_OPERATIONS, 2), *permutations(MERCHANT_OPERATIONS, 2)],
)
def test_the_key_with_another_operation(desk: Desk, stamped: str, first: str, second: str) -> None:
    asked = {what: _request(desk, what, stamped) for what in (first, second)}
    key = f"{first}-{second}-{stamped}".replace(" ", "-")
    assert desk.call(*asked[first], key=key).status in (200, 201)
    with desk.untouched():
        check_problem(desk.call(*asked[second], key=key), 409, "key-reused")


def test_the_key_with_another_operation_of_the_same_words(desk: Desk) -> None:
    card = desk.enrol(desk.shop.points)["id"]
    desk.earn(card, points=9)
    for first, second in (("earn", "redeem"), ("redeem", "earn")):
        body = {"points": 3}
        assert desk.call("POST", f"/cards/{card}/{first}", body, key=first).status == 201
        with desk.untouched():
            reply = desk.call("POST", f"/cards/{card}/{second}", body, key=first)
            check_problem(reply, 409, "key-reused")


def test_the_key_with_another_person(desk: Desk) -> None:
    path = f"/programs/{desk.shop.stamps.id}/cards"
    first = desk.call("POST", path, {"member": {"name": "Ola"}}, key="person")
    assert first.status == 201
    with desk.untouched():
        for member in ({"name": "Ala"}, {}, {"name": "Ola", "locale": "hu"}):
            reply = desk.call("POST", path, {"member": member}, key="person")
            check_problem(reply, 409, "key-reused")
        again = desk.call("POST", path, {"member": {"name": "Ola", "email": None}}, key="person")
        assert (again.status, again.body) == (200, first.body)


def test_the_key_with_another_programme(desk: Desk) -> None:
    paths = [f"/programs/{each.id}/cards" for each in (desk.shop.stamps, desk.shop.points)]
    assert desk.call("POST", paths[0], {"member": {}}, key="two-shops").status == 201
    with desk.untouched():
        reply = desk.call("POST", paths[1], {"member": {}}, key="two-shops")
        check_problem(reply, 409, "key-reused")
    assert desk.call("PUT", "/programs/a", STAMPS, key="two-names").status == 201
    with desk.untouched():
        check_problem(desk.call("PUT", "/programs/b", STAMPS, key="two-names"), 409, "key-reused")


def test_the_key_with_another_entry_of_the_card(desk: Desk, stamped: str) -> None:
    one, other = (desk.earn(stamped, stamps=1)["id"] for _ in range(2))
    assert desk.call("POST", f"/entries/{one}/reverse", {}, key="undo").status == 201
    with desk.untouched():
        reply = desk.call("POST", f"/entries/{other}/reverse", {}, key="undo")
        check_problem(reply, 409, "key-reused")


def test_a_key_is_its_cards_own_and_its_merchants_own(desk: Desk, stamped: str) -> None:
    """The same key on two cards, or of two merchants, is two keys."""
    other = desk.enrol(desk.shop.stamps)["id"]
    for card_id in (stamped, other):
        reply = desk.call("POST", f"/cards/{card_id}/earn", {"stamps": 1}, key="shared")
        assert reply.status == 201
    for secret, program in (
        (desk.shop.secret, desk.shop.stamps),
        (desk.rival.secret, desk.rival.stamps),
    ):
        path = f"/programs/{program.id}/cards"
        assert desk.call("POST", path, {"member": {}}, key="shared", secret=secret).status == 201


def test_two_keys_of_a_merchant_share_what_was_done(desk: Desk, stamped: str) -> None:
    """A till that was given a new API key repeats its request: it counts once."""
    path = f"/cards/{stamped}/earn"
    first = desk.call("POST", path, {"stamps": 1}, key="moved")
    again = desk.call("POST", path, {"stamps": 1}, key="moved", secret=desk.till)
    assert (again.status, again.body) == (200, first.body)


def test_a_refused_request_leaves_its_key_free(desk: Desk, stamped: str) -> None:
    path = f"/cards/{stamped}/redeem"
    reply = desk.call("POST", path, {"reward_id": "none"}, key="free")
    check_problem(reply, 422, "invalid", "reward_id")
    assert desk.call("POST", path, {"reward_id": "coffee"}, key="free").status == 201
