"""Constraints of a schema that exclude no value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from contracts.json_text import is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Keywords that every value meets if they are 0, and those with a schema that may allow everything.
_COUNTS: Final = frozenset({"minLength", "minItems", "minProperties"})
_SCHEMAS: Final = frozenset({"additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems"})
#: The schema of every name of a member.
_ANY_NAME: Final[tuple[Any, ...]] = (True, {}, {"type": "string"}, {"type": ["string"]})
#: The largest double.
_LARGEST: Final = sys.float_info.max


def effective(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without the constraints that exclude no value."""
    return {name: value for name, value in schema.items() if not _keeps_nothing_out(name, value)}


def _keeps_nothing_out(name: str, value: Any) -> bool:
    if name in _COUNTS:
        return bool(value == 0)
    if name in _SCHEMAS:
        return value is True or value == {}
    if name == "propertyNames":
        return value in _ANY_NAME
    if name in {"minimum", "exclusiveMinimum"}:
        return is_number(value) and value <= -_LARGEST
    if name in {"maximum", "exclusiveMaximum"}:
        return is_number(value) and value >= _LARGEST
    return name == "uniqueItems" and value is False
