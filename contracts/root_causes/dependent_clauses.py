"""Clauses that cannot be kept if another one is broken, so that one mistake is reported once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: For each clause the clauses that cannot be kept if it is broken; both may be limited to one cause.
_FOLLOW: Final[dict[str, tuple[str, ...]]] = {
    # A default that changes says nothing about values that are sent.
    "response.201.answers_own_request:another": (
        "response.201.answers_own_request:default changes",
        "response.201.*.echo",
        "state.reads_back",
        "state.prototype_untouched",
    ),
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
        reason = next((key[0] for key in sorted(broken) if _is_one(key, first)), None)
        if reason is not None:
            for key in sorted(broken):
                if any(_is_one(key, pattern) for pattern in patterns):
                    yield key, reason


def _is_one(key: tuple[str, str], pattern: str) -> bool:
    return fnmatchcase(key[0], pattern) or fnmatchcase(":".join(key), pattern)
