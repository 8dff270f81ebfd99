"""Single-use codes: made once for a request, the same for whoever repeats it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.engine_shop import Counterpart
from wallet import runtime
from wallet.domain.ids import normal_code
from wallet.domain.times import write_time
from wallet.storage.codes import CodeBook


def ask(shop: Counterpart, key: str = "", **body: Any) -> Any:
    path = f"/programs/{shop.program_id}/codes"
    return shop.desk.call("POST", path, {"action": "review", "count": 1, **body}, key=key)


def test_as_many_as_were_asked_for(shop: Counterpart) -> None:
    reply = ask(shop, count=1_000)
    assert reply.status == 201
    codes = reply.json["codes"]
    assert len(set(codes)) == 1_000
    assert all(normal_code(code) == code for code in codes)
    assert not set(ask(shop, count=10).json["codes"]) & set(codes)


def test_a_replay_gives_the_same_and_resets_none(shop: Counterpart) -> None:
    first = ask(shop, key="mailing", count=3)
    card, code = shop.card(), first.json["codes"][1]
    shop.done(card, "earn", code=code)
    with shop.desk.untouched():
        again = ask(shop, key="mailing", count=3)
        assert (again.status, again.body) == (200, first.body)
        check_problem(shop.ask(card, "earn", code=code), 409, "code-used")


def test_a_replay_writes_what_a_crash_left_out(
    shop: Counterpart, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CodeBook._wrote
    calls: list[int] = []

    def broken(book: CodeBook, merchant_id: Any, codes: Sequence[Any]) -> bool:
        calls.append(len(codes))
        if len(calls) == 2:
            raise OSError
        return real(book, merchant_id, codes)

    monkeypatch.setattr(CodeBook, "_wrote", broken)
    assert ask(shop, key="crash", count=150).status == 500
    done = ask(shop, key="crash", count=150)
    assert (done.status, len(done.json["codes"])) == (200, 150)
    assert calls == [100, 50, 0, 50]
    for code in (done.json["codes"][0], done.json["codes"][-1]):
        assert shop.done(shop.card(), "earn", code=code)["entry"]["points"] == 10


def test_a_code_that_is_another_batchs_is_passed_over(
    desk: Desk, shop: Counterpart, monkeypatch: pytest.MonkeyPatch
) -> None:
    press = runtime.code_press()
    real = type(press.vault).finder

    def narrow(vault: Any, merchant_id: Any, kind: str, value: str) -> str:
        if kind != "code":
            return real(vault, merchant_id, kind, value)
        return f"{merchant_id} {min(int(value.rpartition(':')[2]), 3)}"

    with monkeypatch.context() as patch:
        patch.setattr(type(press.vault), "finder", narrow)
        one = ask(shop, count=2).json["codes"]
        other = ask(shop, count=2).json["codes"]
    assert set(one).isdisjoint(other)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *[({"count": count}, "count") for count in (0, -1, 1_001, 1.5, "1", None)],
        *[({"action": action}, "action") for action in ("share", "", "Review", "x" * 41, 1)],
        *[({"expires_at": at}, "expires_at") for at in ("soon", 1, "2020-01-01T00:00:00Z")],
        ({"points": 1}, "points"),
    ],
)
def test_what_cannot_be_made(shop: Counterpart, body: dict[str, Any], field: str) -> None:
    with shop.desk.untouched():
        check_problem(ask(shop, **body), 422, "invalid", field)


def test_one_key_makes_one_thing(desk: Desk, shop: Counterpart) -> None:
    assert ask(shop, key="thing").status == 201
    ends = write_time(runtime.now() + timedelta(days=1))
    with desk.untouched():
        for body in ({"count": 2}, {"expires_at": ends}, {"action": "juice"}):
            check_problem(ask(shop, key="thing", **body), 409, "key-reused")
        path = f"/programs/{shop.program_id}"
        reply = desk.call("POST", f"{path}/cards", {"member": {}}, key="thing")
        check_problem(reply, 409, "key-reused")
    assert desk.call("POST", f"{path}/cards", {"member": {}}, key="person").status == 201
    with desk.untouched():
        check_problem(ask(shop, key="person"), 409, "key-reused")


def test_codes_are_the_merchants_own(desk: Desk, shop: Counterpart) -> None:
    body = {"action": "review", "count": 1}
    with desk.untouched():
        for path, secret, status, slug in (
            (f"/programs/{shop.program_id}/codes", desk.rival.secret, 404, "not-found"),
            ("/programs/none/codes", "", 404, "not-found"),
            ("/programs/%00/codes", "", 404, "not-found"),
            (f"/programs/{shop.program_id}/codes", desk.till, 403, "forbidden"),
        ):
            reply = desk.call("POST", path, body, secret=secret)
            check_problem(reply, status, slug)
