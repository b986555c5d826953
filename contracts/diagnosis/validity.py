"""Whether the contract allows a value in a field, for models that change values before they are validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.oracle import judge_value

if TYPE_CHECKING:
    from contracts.document import Field


def is_valid(field: Field, value: Any) -> bool:
    """Whether the value breaks no clause of the field."""
    return next(judge_value(field, value, "", "", [], []), None) is None
