"""Which clauses cannot hold where another one is broken: one mistake is reported once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What cannot hold where a clause is broken.
_FOLLOW: Final[dict[str, tuple[str, ...]]] = {
    "response.201.answers_own_request": ("response.201.*.echo", "state.reads_back", "state.prototype_untouched"),
    "response.201.id.unique": ("state.reads_back",),
    "response.201.platformId.constant": ("state.reads_back",),
    # What is wrong when it is created cannot read back.
    "response.201.*.clock": ("state.reads_back",),
    # A body that lacks what the service insists on may have been refused before that was known.
    "request.*.optional": ("request.combination",),
}


def consequences(broken: set[str]) -> Iterator[tuple[str, str]]:
    """Of the broken clauses those that follow from another one of them, with that one."""
    for cause, patterns in _FOLLOW.items():
        reason = next((clause for clause in sorted(broken) if fnmatchcase(clause, cause)), None)
        if reason is not None:
            for clause in sorted(broken):
                if any(fnmatchcase(clause, pattern) for pattern in patterns):
                    yield clause, reason
