"""The clauses of a run in groups: a field, the request as a whole, the service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.summary import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.summary import ClauseRow

#: Groups of clauses without a field, by prefix of the clause's id; the first match counts.
_AREAS: Final = (
    ("request.body", "The request body as a whole"),
    ("request.mediaType", "The request body as a whole"),
    ("request.combination", "The request body as a whole"),
    ("authorization", "Authorization"),
    ("response.201.status", "The 201 response as a whole"),
    ("response.201.mediaType", "The 201 response as a whole"),
    ("response.201.json", "The 201 response as a whole"),
    ("response.201.body", "The 201 response as a whole"),
    ("response.201.answers_own_request", "The 201 response as a whole"),
    ("service", "The service"),
    ("state", "State between requests"),
    ("advisory", "Advice"),
)
#: States that need no attention, and those that are folded if a group has nothing worse.
_QUIET: Final = frozenset({"kept", "advice"})
_FOLDED: Final = _QUIET | {"not exercised"}


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """A group of clauses, worst state first; ``open`` if one of them needs attention."""

    title: str
    rows: tuple[ClauseRow, ...]
    open: bool

    @property
    def attention(self) -> tuple[ClauseRow, ...]:
        """The clauses that need attention."""
        return tuple(row for row in self.rows if row.state not in _QUIET)

    @property
    def quiet(self) -> tuple[ClauseRow, ...]:
        """The other clauses, which are folded."""
        return tuple(row for row in self.rows if row.state in _QUIET)

    @property
    def states(self) -> tuple[tuple[str, int], ...]:
        """How many clauses are in each state, worst first."""
        counts = Counter(row.state for row in self.rows)
        return tuple((state, counts[state]) for state in STATES if counts[state])


def clause_groups(rows: Iterable[ClauseRow]) -> list[ClauseGroup]:
    """All clauses in groups; groups that need attention first, then in the order of the catalogue."""
    groups: dict[str, list[ClauseRow]] = {}
    for row in rows:
        groups.setdefault(_title(row.clause.id), []).append(row)
    made = [
        ClauseGroup(
            title,
            tuple(sorted(members, key=lambda row: STATES.index(row.state))),
            open=any(row.state not in _FOLDED for row in members),
        )
        for title, members in groups.items()
    ]
    return sorted(made, key=lambda group: (not group.open, not group.attention))


def field_of(clause: str) -> str:
    """The field or the member of a clause, such as ``plan.updated``; empty if it has none."""
    if any(clause == prefix or clause.startswith(f"{prefix}.") for prefix, _ in _AREAS):
        return ""
    return clause.removeprefix("request.").removeprefix("response.201.").rpartition(".")[0]


def _title(clause: str) -> str:
    for prefix, title in _AREAS:
        if clause == prefix or clause.startswith(f"{prefix}."):
            return title
    return field_of(clause).partition(".")[0] or clause
