"""Clauses that cannot be kept if another one is broken, so that one mistake is reported once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: For each clause the clauses that cannot be kept if it is broken; some only as far as one cause is concerned.
_FOLLOW: Final[dict[str, tuple[str, ...]]] = {
    "response.201.answers_own_request": ("response.201.*.echo", "state.reads_back", "state.prototype_untouched"),
    "response.201.id.unique": ("state.reads_back",),
    # The list shows a project under its right id.
    "response.201.id.*": ("state.creates_one",),
    # A project that is wrong when it is created cannot be read back correctly, but it can be read back.
    "response.201.platformId.constant": ("state.reads_back:platformId differs",),
    "response.201.*.clock": ("state.reads_back:created differs",),
    # A body without the member that the service demands may have been refused for that reason.
    "request.*.optional": ("request.combination",),
}


def consequences(broken: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """The broken clauses and their causes that follow from another broken clause, each with that clause."""
    for first, patterns in _FOLLOW.items():
        reason = next((clause for clause, _ in sorted(broken) if fnmatchcase(clause, first)), None)
        if reason is not None:
            for key in sorted(broken):
                if any(fnmatchcase(name, pattern) for name in (key[0], ":".join(key)) for pattern in patterns):
                    yield key, reason
