"""Merges accepted values of wrong types that a service converts: a converting validator affects every field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED
from contracts.kinds.violations import CONVERTED, NOT_SHOWN
from contracts.root_causes.root_cause import with_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.root_causes.root_cause import RootCause

#: The minimum share of cases that are converted: a number beyond the range of a double becomes null.
_NEARLY_ALL: Final = 0.9
#: The minimum number of fields with type conversion for one common cause.
_FIELDS: Final = 3


def with_conversions(root_causes: list[RootCause], counts: Mapping[str, tuple[int, int]]) -> list[RootCause]:
    """The root causes, with those merged that are of one conversion: of all fields, or of the values of one.

    Conversion of all fields also accepts values of fields that no response shows, but not all wrong ones.

    Args:
        root_causes: The new ones.
        counts: For each clause the numbers of invalid cases that exercised it and that broke it.
    """
    converted = [cause for cause in root_causes if _share(cause, CONVERTED) >= _NEARLY_ALL]
    if len({_field(cause) for cause in converted}) >= _FIELDS:
        hidden = [cause for cause in root_causes if _share(cause, NOT_SHOWN) == 1]
        # A field that also accepts what cannot be converted is not validated.
        unvalidated = {_field(cause) for cause in hidden if not _is_in_part(cause, counts)}
        return _merged(root_causes, [*converted, *(cause for cause in hidden if _field(cause) not in unvalidated)])
    for clause in dict.fromkeys(cause.clause for cause in converted):
        root_causes = _merged(root_causes, [cause for cause in converted if cause.clause == clause])
    return root_causes


def _field(cause: RootCause) -> str:
    return cause.clause.split(".")[1]


def _merged(root_causes: list[RootCause], members: list[RootCause]) -> list[RootCause]:
    return with_one(root_causes, members) if len(members) > 1 else root_causes


def _share(cause: RootCause, kind: str) -> float:
    """The share of accepted cases that have a kind; 0 for other causes."""
    if cause.cause != ACCEPTED:
        return 0.0
    return sum(cases.count for cases in cause.cases if kind in cases.kinds) / cause.count


def _is_in_part(cause: RootCause, counts: Mapping[str, tuple[int, int]]) -> bool:
    """Whether some cases of a clause are refused, or the clause has one kind of wrong value only: null."""
    cases, broken = counts.get(cause.clause, (0, 0))
    return broken < cases or cause.clause.endswith(".null")
