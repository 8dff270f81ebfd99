"""The event filters of the template."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.filters import passes

TEMPLATE = json.loads((Path(__file__).parents[3] / "infra" / "resources.json").read_text())


@pytest.mark.parametrize(
    ("rule", "value", "fits"),
    [
        ("H", "H", True),
        ("H", "L", False),
        ({"prefix": "L#"}, "L#1", True),
        ({"prefix": "L#"}, 7, False),
        ({"suffix": ".png"}, "a.png", True),
        ({"anything-but": ["H"]}, "L", True),
        ({"anything-but": ["H"]}, "H", False),
        ({"exists": True}, "H", True),
        ({"exists": False}, "H", False),
    ],
)
def test_a_rule(rule: Any, value: Any, *, fits: bool) -> None:
    assert passes([{"a": [rule]}], {"a": value}) is fits


def test_alternatives_and_parts() -> None:
    pattern = {"a": ["x", "y"], "b": {"c": [{"exists": False}]}}
    assert passes([pattern], {"a": "y"})
    assert passes([pattern], {"a": "y", "b": {"d": 1}})
    assert not passes([pattern], {"a": "y", "b": {"c": 1}})
    assert not passes([pattern], {"b": {}})
    assert passes([pattern, {"a": ["z"]}], {"a": "z"})
    assert passes([], {"a": "anything"})


def test_a_rule_that_is_not_known_here_is_an_error() -> None:
    with pytest.raises(ValueError, match="numeric"):
        passes([{"a": [{"numeric": [">", 1]}]}], {"a": 2})
