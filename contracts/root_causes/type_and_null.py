"""Merges accepted values of a wrong type and accepted nulls that are caused by one check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED
from contracts.root_causes.root_cause import with_one

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.root_causes.root_cause import RootCause

#: The kind of values that a check for objects accepts in addition to null: ``typeof`` of JavaScript.
_ARRAY: Final = "a JSON array"
_TYPE, _NULL, _ITEMS = ".type", ".null", ".items"


def with_type_and_null(root_causes: list[RootCause], counts: Mapping[str, tuple[int, int]]) -> list[RootCause]:
    """The root causes, with those of one check merged.

    One check accepts arrays and null instead of an object, or skips some items of a list: then neither all values of a
    wrong type nor all nulls are accepted.

    Args:
        root_causes: The new ones.
        counts: For each clause the numbers of invalid cases that exercised it and that broke it.
    """
    found = list(root_causes)
    for name, of_type in _accepted(root_causes, _TYPE):
        nulls = [cause for other, cause in _accepted(root_causes, _NULL) if other == name]
        same = [cause for other, cause in _accepted(root_causes, _TYPE) if other == name]
        if len(nulls) != 1 or len(same) != 1:
            continue
        is_partly_checked = name.endswith(_ITEMS) and all(_is_in_part(cause, counts) for cause in (of_type, *nulls))
        if is_partly_checked or all(_ARRAY in cases.kinds for cases in of_type.cases):
            found = with_one(found, [of_type, *nulls], of_type)
    return found


def _accepted(root_causes: list[RootCause], aspect: str) -> Iterator[tuple[str, RootCause]]:
    """The root causes of accepted values under a clause of this kind, with the name of the field."""
    for cause in root_causes:
        if cause.cause == ACCEPTED and cause.clause.startswith("request.") and cause.clause.endswith(aspect):
            yield cause.clause.removesuffix(aspect), cause


def _is_in_part(cause: RootCause, counts: Mapping[str, tuple[int, int]]) -> bool:
    cases, broken = counts.get(cause.clause, (0, 0))
    return 0 < broken < cases
