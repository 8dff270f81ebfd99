"""Which records of a stream reach a function: the template's event filters, as Lambda reads them.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
Of its rules: equal values, `prefix`, `suffix`, `anything-but` with values, `exists`.
"""

from collections.abc import Mapping
from typing import Any

_ABSENT = object()


def passes(patterns: list[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Whether one of the patterns fits the record; without patterns, everything passes."""
    return not patterns or any(_fits(pattern, record) for pattern in patterns)


def _fits(pattern: Mapping[str, Any], value: object) -> bool:
    if not isinstance(value, Mapping):
        value = {}
    return all(
        _fits(wanted, value.get(name))
        if isinstance(wanted, Mapping)
        else any(_agrees(rule, value.get(name, _ABSENT)) for rule in wanted)
        for name, wanted in pattern.items()
    )


def _agrees(rule: object, value: object) -> bool:
    if not isinstance(rule, Mapping):
        return value == rule
    ((kind, wanted),) = rule.items()
    match kind:
        case "exists":
            return wanted is (value is not _ABSENT)
        case "prefix":
            return isinstance(value, str) and value.startswith(wanted)
        case "suffix":
            return isinstance(value, str) and value.endswith(wanted)
        case "anything-but":
            return value is not _ABSENT and value not in wanted
        case _:
            raise ValueError(f"this rule is not known here: {kind}")
