"""What phones log is anybody's text: bounded, on one line, with nothing secret in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.apple.webservice import LOG_LINES_MAX, readable_log
from wallet.domain.ids import CardId, encode_id
from wallet.domain.tokens import apple_token, link_token

SECRET = bytes(range(16))
CARD = CardId(encode_id(b"card" * 4))
SECRETS = [
    apple_token(SECRET),  # the pass's own token
    link_token(CARD, SECRET).partition("-")[2],
    CARD,  # the serial number
    "8f0a" * 8,  # a device id
    "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0",  # a push token
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "line",
    [
        "Authorization: ApplePass {}",
        "authorization:applepass   {}",
        "Get pass task (for device {}, pass type pass.test, serial number {}) encountered error",
        "https://stempel.test/passes/{0}-{0}.pkpass",
        '{{"pushToken":"{}"}}',
        "{}",
    ],
)
def test_secrets_are_left_out(line: str, secret: str) -> None:
    shown = readable_log([line.format(secret, secret)])
    assert len(shown) == 1
    assert "…" in shown[0]
    assert secret[:20] not in shown[0]


def test_a_short_token_is_left_out_as_well() -> None:
    assert readable_log(["ApplePass hunter2 was refused"]) == ["ApplePass … was refused"]


def test_words_are_kept() -> None:
    line = "[2026-11-21 12:00:00 +0100] Server ignored the 'if-modified-since' header (pass.test)"
    assert readable_log([line]) == [line]


def test_one_line_each_and_no_more_than_fit() -> None:
    assert readable_log(["a\nb\r\x00c\x1b[31m\u2028\u202e"]) == ["a b  c [31m  "]
    assert len(readable_log(["a"] * 1_000)) == LOG_LINES_MAX
    assert readable_log(["a b " * 1_000])[0] == ("a b " * 1_000)[:500]


@pytest.mark.parametrize("lines", [None, "text", {}, 1, {"logs": []}])
def test_what_is_no_list_says_nothing(lines: object) -> None:
    assert readable_log(lines) == []


def test_what_is_no_text_is_passed_over() -> None:
    assert readable_log([None, 1, ["a"], {}, "a", True]) == ["a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON | st.lists(st.text(), max_size=40))
def test_whatever_a_phone_sends_can_be_written_as_a_line(lines: object) -> None:
    for line in readable_log(lines):
        assert len(line) <= 500
        assert line.isprintable()
        assert json.dumps(line, ensure_ascii=False).encode()
