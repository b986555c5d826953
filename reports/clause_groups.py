"""The clauses of a run in groups: a field, the request as a whole, the service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.clause_areas import area_of, field_of
from reports.summary import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.summary import ClauseRow

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


def _title(clause: str) -> str:
    return area_of(clause) or field_of(clause).partition(".")[0] or clause
