"""Sheets and pictures that anybody may fetch, and keep for ever."""

import pytest

from tests.chalice_app.gateway import send

ART = "/art/1-1f5b45-pad-cup-7-10-hero.png"


@pytest.mark.parametrize(
    ("path", "kind"), [(ART, "image/png"), ("/brand/1f5b45.css", "text/css; charset=utf-8")]
)
def test_what_is_named_by_what_it_is_made_of_is_kept_for_ever(path: str, kind: str) -> None:
    reply = send("GET", path)
    assert (reply.status, reply.headers["content-type"]) == (200, kind)
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    head = send("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(reply.body))


def test_a_picture_that_is_known_is_not_sent_again() -> None:
    tag = send("GET", ART).headers["etag"]
    again = send("GET", ART, headers={"If-None-Match": f'W/"x", {tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


def test_a_sheet_holds_the_safe_set_for_both_modes() -> None:
    light, dark = send("GET", "/brand/f2c230.css").body.decode().split("@media")
    assert "--brand: #f2c230; --on-brand: #000000;" in light
    assert "--brand-text: #806308;" in light
    assert dark.startswith(" (prefers-color-scheme: dark)")
    assert "--brand-text: #f2c230;" in dark


@pytest.mark.parametrize(
    "path",
    [
        "/brand/1F5B45.css", "/brand/1f5b4.css", "/brand/1f5b45", "/brand/red.css",
        "/brand/1f5b45.css%0A", "/art/x.png", "/art/1-1f5b45-pad-cup-7-10-hero.gif",
        "/art/1-1f5b45-pad-cup-7-99-hero.png", "/art/1-1f5b45-pad-cup-11-10-hero.png",
        "/art/..%2f..%2fapp.py", "/art/%00.png",
    ],
)  # fmt: skip
def test_an_absurd_name_is_not_there(path: str) -> None:
    assert send("GET", path).status == 404
