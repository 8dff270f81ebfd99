"""What is sent instead of what an address asks for: spoilt in one place each, or as a whole."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from tests.chalice_app.hostile.doors import Door
from tests.chalice_app.hostile.knock import FORM, JSON, Knock, places, spoilt, value_at

Make = Callable[[], Knock]
Attack = Callable[[Make], Iterator[Knock]]
TEXTS: Mapping[str, str] = {
    "empty": "",
    "long": "é" * 1500,
    "emoji, right to left": "👩‍👩‍👧🇵🇱\u202eשלם\u2066",
    "control": "a\x00b\x07\u200b\x1b[31m\r\nSet-Cookie: zq=1",
    "markup, template, sql, path": (
        "\"><zq-x onfocus=zq>'</script><script>zq(){{1337*7331}}{zq.x}%(zq)s${1337*7331}"
        "' OR 1=1;--/../../etc/passwd"
    ),
}
# Short enough for any name, to be looked for wherever it is shown.
STORED = '"><zq-x>{{1337*7331}}{0}%(x)s'
# Where a number is asked for.
NUMBERS = ("9" * 4400, "²", "٣", "-1", "0", "1.5", "NaN", "1e999", "0x10", "1_0")
# In JSON, wherever something is asked for.
VALUES = (
    b"null", b"[]", b"{}", b"1e999", b"1" + b"0" * 400, b"-1", b"0.5", b'"\\ud800"',
    b'"' + b"x" * 100_000 + b'"',
)  # fmt: skip
# These are no JSON, or too deep, wherever they stand.
NO_JSON = (b"NaN", b"-Infinity", b"[" * 20_000 + b"]" * 20_000)
_HOLE = "@@hole@@"
_NUMBER = re.compile(r"[0-9]+([.][0-9]+)?")
_KINDS = (
    FORM, JSON, "text/plain", "", "\x00", "a/b; c=\xff", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 5000,
)  # fmt: skip
_DEEP = b'{"a":' * 30_000 + b"1" + b"}" * 30_000


def text_attack(text: str) -> Attack:
    """The text in every field, parameter of the path and of the query, one at a time."""

    def attack(make: Make) -> Iterator[Knock]:
        like = make()
        for place in _leaves(like):
            yield spoilt(make(), place, text)
        for name in like.params if text else ():
            knock = make()
            yield _on_path(knock, name, quote(text, safe=""))
        for name in like.query:
            knock = make()
            yield replace(knock, query={**knock.query, name: text}, place=f"?{name}")

    return attack


def storing(make: Make, accepted: list[str]) -> Knock:
    """The short text in all of the fields that take it, at once."""
    knock = make()
    for place in _leaves(knock):
        if place[-1] in accepted:
            knock = spoilt(knock, place, STORED)
    return knock


def _numbers(make: Make) -> Iterator[Knock]:
    like = make()
    for place in _leaves(like):
        if _is_number(value_at(like.fields, place)):
            yield from (spoilt(make(), place, text) for text in NUMBERS)
    for name in [name for name, text in like.query.items() if _is_number(text)]:
        for text in NUMBERS:
            knock = make()
            yield replace(knock, query={**knock.query, name: text}, place=f"?{name}")


def _values(make: Make) -> Iterator[Knock]:
    for number, place in enumerate(places(make().fields)):
        for value in VALUES if number else (*VALUES, *NO_JSON):
            knock = spoilt(make(), place, _HOLE)
            body = json.dumps(knock.fields).encode().replace(f'"{_HOLE}"'.encode(), value)
            yield replace(knock, body=body)


def _form_bodies(knock: Knock) -> list[bytes]:
    right = urlencode(knock.fields).encode()
    return [
        b"&&&===&=", b"csrf", b"\xff\xfe\x00", b"%", b"a%zz=%u1234&%=%", right + b"&a=1" * 300,
        right + b"&a[b][c]=1&a.b=2;c=3", right + b"&%ED%A0%80=%ED%A0%80%00", right + b"&" + right,
    ]  # fmt: skip


def _json_bodies(knock: Knock) -> list[bytes]:
    right = json.dumps(knock.fields).encode()
    twice = right[:-1] + b"," + right[1:] if knock.fields else b'{"zq":1,"zq":2}'
    return [
        b"[]", b"1", b'"x"', b"null", b"NaN", b"{", b"\xff\xfe", b'{"a":1}{}', b"\xef\xbb\xbf{}",
        _DEEP, b'{"\\ud800": 1}', b'{"": ""}', b'{"__proto__": {}}', twice,
    ]  # fmt: skip


def _bodies(make: Make) -> Iterator[Knock]:
    """Of other shapes, and with every field twice."""
    write = _form_bodies if make().door.sends == "form" else _json_bodies
    for number in range(len(write(make()))):
        knock = make()
        yield replace(knock, body=write(knock)[number], place=f"body {number}")


def _no_body(make: Make) -> Iterator[Knock]:
    yield replace(make(), body=b"")


def _huge(make: Make) -> Iterator[Knock]:
    """More than 256 KB, of which a part is right."""
    knock = make()
    right = knock.written() or b""
    yield replace(
        knock, body=right + (b"&zq=" if knock.door.sends == "form" else b"") + b" " * 270_000
    )


def _kinds(make: Make) -> Iterator[Knock]:
    """The right body under a wrong name."""
    for kind in _KINDS:
        knock = make()
        if knock.headers["Content-Type"] != kind:
            yield replace(knock, headers={**knock.headers, "Content-Type": kind}, place=kind)


def _headers(make: Make) -> Iterator[Knock]:
    """Headers that say nothing of use."""
    names = ("Accept-Language", "If-None-Match", "If-Modified-Since", "Range", "User-Agent")
    for value in ("", "\x7fé\x80", ";q=nan,*;q=1e999,=;", 'x"' * 4500):
        knock = make()
        cookie = f"{knock.headers.get('Cookie', 'a=b')}; lang={value}; {value}"
        odd = {**dict.fromkeys(names, value), "Cookie": cookie}
        yield replace(knock, headers={**knock.headers, **odd}, place="headers")


def _multipart(make: Make) -> Iterator[Knock]:
    """A form as for an upload, with one field too large for any other."""
    for place in places(make().fields):
        knock = spoilt(make(), place, "x" * 100_000)
        parts = "".join(
            f'--zq\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in knock.fields.items()
        )
        headers = {**knock.headers, "Content-Type": "multipart/form-data; boundary=zq"}
        yield replace(knock, headers=headers, body=f"{parts}--zq--\r\n".encode())


def _broken_path(make: Make) -> Iterator[Knock]:
    """Parameters of a path that no browser would write."""
    for name in make().params:
        for text in ("%", "%zz", "%00", "%ff%c0%af%ED%A0%80", "%252e%0d%0a"):
            yield _on_path(make(), name, text)


_EVERYWHERE: Mapping[str, Attack] = {
    **{name: text_attack(text) for name, text in TEXTS.items()},
    "numbers": _numbers,
    "headers": _headers,
    "broken path": _broken_path,
}
_WITH_A_BODY: Mapping[str, Attack] = {
    "no body": _no_body,
    "huge body": _huge,
    "odd bodies": _bodies,
    "content types": _kinds,
}
_BY_KIND: Mapping[str, Mapping[str, Attack]] = {
    "nothing": {},
    "form": {**_WITH_A_BODY, "multipart": _multipart},
    "json": {**_WITH_A_BODY, "values": _values},
}


def attacks_on(door: Door) -> Mapping[str, Attack]:
    """What can be sent there."""
    return {**_EVERYWHERE, **_BY_KIND[door.sends]}


def _leaves(knock: Knock) -> list[tuple[str, ...]]:
    """The places of its fields that hold a text."""
    return [each for each in places(knock.fields) if isinstance(value_at(knock.fields, each), str)]


def _on_path(knock: Knock, name: str, text: str) -> Knock:
    return replace(knock, params={**knock.params, name: text}, place=f"path {name}")


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None
