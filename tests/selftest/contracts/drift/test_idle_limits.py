"""Constraints that exclude nothing are no difference; others are."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.openapi.idle_limits import effective


@pytest.mark.parametrize(
    "limit",
    [
        {"minLength": 0},
        {"minItems": 0},
        {"propertyNames": {"type": "string"}},
        {"additionalProperties": {}},
        {"additionalProperties": True},
        {"uniqueItems": False},
        {"maximum": 10**400},
        {"minimum": -1.7976931348623157e308},
    ],
)
def test_what_every_value_meets_is_no_limit(limit: dict[str, Any]) -> None:
    assert effective({"type": "string", **limit}) == {"type": "string"}


@pytest.mark.parametrize(
    "limit",
    [
        {"minLength": 1},
        {"propertyNames": {"type": "string", "maxLength": 9}},
        {"additionalProperties": False},
        {"uniqueItems": True},
        {"maximum": 1e300},
        {"minimum": False},
        {"maxLength": 0},
    ],
)
def test_what_some_value_breaks_is_one(limit: dict[str, Any]) -> None:
    assert effective(limit) == limit
