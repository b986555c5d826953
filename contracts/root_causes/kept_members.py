"""Members of earlier requests that a service keeps, as in one object that all requests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.kinds.changes import CHANGED
from contracts.root_causes.root_cause import with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause

_OWN, _DEFAULT_CHANGES, _PROTOTYPE = "response.201.answers_own_request", "default changes", "state.prototype_untouched"
#: The kind of a member that was not sent, and the prefix of that of a null that is returned as another value.
_ADDED, _FROM_NULL = "added", "null to "


def with_kept_members(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those of one field merged.

    These are added members or values instead of null, a default that changes, and the trace of a name.
    """
    found = list(root_causes)
    for echo in root_causes:
        adds = all(any(_is_kept(kind) for kind in cases.kinds) for cases in echo.cases)
        if not (adds and echo.cause == CHANGED and echo.clause.endswith(".echo")):
            continue
        where = f"/{echo.clause.split('.')[2]}"
        defaults = [c for c in found if (c.clause, c.cause, c.finding.where) == (_OWN, _DEFAULT_CHANGES, where)]
        traces = [cause for cause in found if cause.clause == _PROTOTYPE]
        if defaults:
            found = with_one(found, [echo, *defaults, *traces], echo)
    return found


def _is_kept(kind: str) -> bool:
    """Whether a kind of change is that of a value where none was sent."""
    return kind == _ADDED or kind.startswith(_FROM_NULL)
