"""What the PassKit web service decides: a tag that cannot lose an update, a 304 that is right."""

import base64
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallet.apple.webservice import (
    changed_since,
    is_unmodified,
    read_authorization,
    read_device_id,
    write_http_date,
    write_tag,
)
from wallet.domain.ids import encode_id

SERIALS = st.binary(min_size=16, max_size=16).map(encode_id)
VERSIONS = st.integers(1, 2**40 - 1)
HELD = st.dictionaries(SERIALS, VERSIONS, max_size=8)
URL_SAFE = re.compile(r"[A-Za-z0-9_-]+")
NAMES = [encode_id(number.to_bytes(16)) for number in range(101)]


@given(HELD)
def test_a_tag_is_url_safe_and_the_same_for_the_same_versions(held: dict[str, int]) -> None:
    tag = write_tag(held)
    assert URL_SAFE.fullmatch(tag)
    assert quote(tag, safe="") == tag
    assert tag == write_tag(dict(reversed(held.items())))


@given(HELD, HELD, st.data())
def test_a_pass_is_listed_if_and_only_if_its_version_is_another(
    told: dict[str, int], new: dict[str, int], data: st.DataObject
) -> None:
    """Passes are added, removed, changed (forward or back) and left alone between two lists."""
    kept = {serial: told[serial] for serial in told if data.draw(st.booleans())}
    moved = {serial: data.draw(VERSIONS) for serial in told if data.draw(st.booleans())}
    now = {**kept, **moved, **new}
    expected = sorted(serial for serial in now if told.get(serial) != now[serial])
    assert changed_since(write_tag(told), now) == expected


@given(HELD)
def test_without_a_tag_everything_is_listed(held: dict[str, int]) -> None:
    assert changed_since(None, held) == sorted(held)
    assert changed_since("", held) == sorted(held)


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@given(st.dictionaries(SERIALS, VERSIONS, min_size=1, max_size=8), st.text() | st.binary())
@example({NAMES[0]: 1}, "2026-11-21T12:00:00+00:00")
@example({NAMES[0]: 1}, "1795262400")
@example({NAMES[0]: 1}, "1-")
@example({NAMES[0]: 1}, "1-====")
@example({NAMES[0]: 1}, "1-ä")
@example({NAMES[0]: 1}, "1-\ud800")
@example({NAMES[0]: 1}, "1-" + "A" * 1_000_000)
def test_a_tag_that_is_not_ours_lists_everything(
    held: dict[str, int], foreign: str | bytes
) -> None:
    tag = foreign if isinstance(foreign, str) else "1-" + _packed(foreign)
    assert changed_since(tag, held) == sorted(held)


@given(st.dictionaries(SERIALS, VERSIONS, min_size=1, max_size=5), st.data())
def test_of_a_spoilt_tag_nothing_is_believed_but_whole_pairs(
    held: dict[str, int], data: st.DataObject
) -> None:
    """Cut anywhere, or with its form changed, a tag can only list too much."""
    tag = write_tag(held)
    cut = tag[: data.draw(st.integers(0, len(tag) - 1))]
    listed = changed_since(cut, held)
    assert listed
    assert set(listed) <= set(held)
    for spoilt in ("2" + tag[1:], tag.replace("-", "_", 1), " " + tag, tag + "!"):
        assert changed_since(spoilt, held) == sorted(held)


@given(HELD)
def test_a_tag_that_comes_back_escaped_or_padded_never_raises(held: dict[str, int]) -> None:
    tag = write_tag(held)
    assert changed_since(quote(tag), held) == []
    padding = "=" * (-len(tag.partition("-")[2]) % 4)
    assert changed_since(tag + padding, held) == []
    escaped = "".join(f"%{ord(letter):02x}" for letter in tag)
    assert changed_since(escaped, held) == sorted(held)


def test_a_hundred_passes_fit_and_more_are_all_listed_each_time() -> None:
    held = dict.fromkeys(NAMES[:100], 7)
    assert changed_since(write_tag(held), held) == []
    assert changed_since(write_tag(held), {**held, NAMES[5]: 8}) == [NAMES[5]]
    many = dict.fromkeys(NAMES, 7)
    assert changed_since(write_tag(many), many) == sorted(many)
    assert len(write_tag(held)) < 1_600
    assert URL_SAFE.fullmatch(write_tag(many))


SECONDS = st.integers(0, 253_402_300_799)


@given(SECONDS)
def test_the_date_is_an_http_date_and_comes_back_as_the_same_second(modified: int) -> None:
    date = write_http_date(modified)
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)
    assert parsedate_to_datetime(date) == datetime.fromtimestamp(modified, UTC)
    assert is_unmodified(date, modified)
    # Earlier or later: only the version that this very date was given to is the newest.
    assert not is_unmodified(date, modified + 1)
    assert not is_unmodified(date, modified - 1)


@pytest.mark.parametrize(
    "date",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",  # IMF-fixdate
        "Sunday, 06-Nov-94 08:49:37 GMT",  # RFC 850
        "Sun Nov  6 08:49:37 1994",  # asctime
        "  Sun, 06 Nov 1994 08:49:37 GMT ",
    ],
)
def test_the_three_forms_of_rfc_9110(date: str) -> None:
    modified = int(datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp())
    assert is_unmodified(date, modified)
    assert not is_unmodified(date, modified + 1)


@given(st.text())
@example("0")
@example("784111777")
@example("Sun, 06 Nov 99999999999999999999 08:49:37 GMT")
@example("Sun, 06 Nov 1994 08:49:37 +99999999999999999999")
@example("Sun, 31 Feb 1994 08:49:37 GMT")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
def test_what_is_no_date_is_not_unmodified(header: str) -> None:
    assert not is_unmodified(header, 784_111_777)


def test_no_date_is_not_unmodified() -> None:
    assert not is_unmodified(None, 0)
    assert not is_unmodified("", 0)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("ApplePass abc", "abc"),
        ("applepass   abc", "abc"),
        ("  ApplePass abc  ", "abc"),
        ("ApplePass " + "x" * 200, "x" * 200),
        ("ApplePass " + "x" * 201, ""),
        ("ApplePass", ""),
        ("ApplePass ", ""),
        ("ApplePass a b", ""),
        ("ApplePass\tabc", ""),
        ("Bearer abc", ""),
        ("abc", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_authorisation_header(header: str | None, token: str) -> None:
    assert read_authorization(header) == token


@pytest.mark.parametrize("text", ["8f0a" * 8, "a", "A-b.c_9", "x" * 64])
def test_device_ids_that_may_stand_in_a_key(text: str) -> None:
    assert read_device_id(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "a#b", "ä", "a\n", "%20"])
def test_device_ids_that_may_not(text: str) -> None:
    assert read_device_id(text) is None
