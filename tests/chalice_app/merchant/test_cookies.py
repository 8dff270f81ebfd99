"""Cookies that others set on the same domain do not shut anybody out."""

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.visitor import Visitor


@pytest.mark.parametrize(
    "beside",
    [
        "consent={}; {own}",
        'choices={"ads": false}; {own}',
        "{own}; last=a b",
        "ids[0]=1; {own}",
        'half="a; {own}',
        "flag; {own}",
        "; ;{own}",
        "__Host-console-old=x; {own}",
    ],
)
def test_a_session_is_found_beside_the_cookies_of_others(desk: Desk, beside: str) -> None:
    owner = Visitor().sign_in(desk.shop.merchant_id)
    sent = beside.replace("{own}", f"__Host-console={owner.cookies['__Host-console']}")
    assert Visitor().get("/console/more", Cookie=sent).status == 200


@pytest.mark.parametrize(
    "cookie", ["", "=", "__Host-console", "__Host-console=", "x=__Host-console=1"]
)
def test_what_is_no_session_lets_nobody_in(desk: Desk, cookie: str) -> None:
    del desk
    assert Visitor().get("/console/more", Cookie=cookie).status == 303
