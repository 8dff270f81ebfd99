"""One value has one writing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.domain.canonical import canonical, fingerprint

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(TEXT, VALUES, max_size=6)


def _turned(value: Any) -> Any:
    """The same value, every object's keys in the opposite order."""
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return [_turned(each) for each in value] if isinstance(value, list) else value


@given(DOCUMENTS)
def test_the_order_of_keys_does_not_matter(document: dict[str, Any]) -> None:
    assert canonical(document) == canonical(_turned(document))


@given(DOCUMENTS)
def test_what_is_written_reads_as_the_same_value(document: dict[str, Any]) -> None:
    assert json.loads(canonical(document)) == document


@given(DOCUMENTS, DOCUMENTS)
def test_different_values_are_written_differently(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) == same
    assert (fingerprint("op", one) == fingerprint("op", other)) == same


def test_the_form_is_fixed() -> None:
    document = {"b": [1, True, None], "a": "zażółć\n", "ä": {"y": -1, "x": 10**30}}
    written = '{"a":"zażółć\\n","b":[1,true,null],"ä":{"x":1' + "0" * 30 + ',"y":-1}}'
    assert canonical(document) == written.encode()


@pytest.mark.parametrize(
    "value",
    [0.5, 1.0, float("nan"), float("inf"), [0.5], {"deep": [{"deeper": (1, 2.0)}]}],
)
def test_floats_are_refused_however_deep(value: object) -> None:
    with pytest.raises(TypeError, match="floats"):
        canonical({"value": value})


def test_an_operation_is_part_of_the_fingerprint() -> None:
    request = {"amount": 1}
    assert len(fingerprint("earn", request)) == 16
    assert fingerprint("earn", request) != fingerprint("redeem", request)
    assert fingerprint("earn", {"amount": 1}) != fingerprint("earn", {"amount": True})
