"""Merges values of several fields that are returned with the same change: an encoding or a filter affects all texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.kinds.changes import CHANGED, CUT_AFTER, describes_whole
from contracts.root_causes.root_cause import together

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause

#: The minimum share of cases that have the kind of the change; several changes at once have none.
_MOST: Final = 0.8
_ECHO: Final = ".echo"


def with_same_changes(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with changed values of several fields merged if one change explains nearly all cases of each.

    A limit of length is not such a change: columns have limits of their own.
    """
    changed = [cause for cause in root_causes if cause.cause == CHANGED and cause.clause.endswith(_ECHO)]
    kinds = {id(cause): _common_changes(cause) for cause in changed}
    left = list(changed)
    found: list[RootCause] = []
    while True:
        explains = {
            kind: [cause for cause in left if kind in kinds[id(cause)]]
            for kind in sorted(set().union(*(kinds[id(cause)] for cause in left)))
        }
        kind = max(explains, key=lambda kind: len({cause.clause for cause in explains[kind]}), default="")
        members = explains.get(kind, [])
        if len({cause.clause for cause in members}) < 2:
            break
        left = [cause for cause in left if cause not in members]
        found.append(together(members))
    return [*(cause for cause in root_causes if cause not in changed), *left, *found]


def _common_changes(cause: RootCause) -> set[str]:
    """The kinds that describe the whole change of nearly all cases."""
    kinds = {
        kind
        for cases in cause.cases
        for kind in cases.kinds
        if describes_whole(kind) and not kind.startswith(CUT_AFTER)
    }
    least = _MOST * cause.count
    return {kind for kind in kinds if sum(cases.count for cases in cause.cases if kind in cases.kinds) >= least}
