"""Findings by their cause: one mistake of a service is told once, by the smallest exchange that shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.dependent_clauses import consequences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.deviations import Deviation, Deviations
    from contracts.findings import Finding

Record = dict[str, Any]


@dataclass(slots=True)
class RootCause:
    """Findings with one cause: how many, and the smallest exchange that shows it.

    ``exchange`` is the record of that exchange as the history has it; ``known`` the accepted deviation that
    covers every one of them, None where the finding is new.
    """

    clause: str
    cause: str
    finding: Finding
    exchange: Record | None
    count: int = 0
    case_sets: Counter[str] = field(default_factory=Counter)
    first_seen: float = 0.0
    known: Deviation | None = None

    def identifier(self) -> str:
        """The name of the finding on the command line, such as ``request.displayName.pattern:accepted``."""
        return f"{self.clause}:{self.cause}".replace(" ", "-")


class RootCauses:
    """Every finding of a run, by clause, cause and the deviation that covers it."""

    def __init__(self, deviations: Deviations) -> None:
        self._deviations = deviations
        self._root_causes: dict[tuple[str, str, str], RootCause] = {}

    def __iter__(self) -> Iterator[RootCause]:
        return iter(self._root_causes.values())

    def add(self, finding: Finding, exchange: Record | None, started: float = 0.0) -> None:
        """Take in a finding; ``started`` is when (seconds since the epoch) where no exchange tells."""
        known = self._deviations.match(finding, exchange)
        key = _key(finding, known)
        root_cause = self._root_causes.get(key)
        started = exchange["started"] if exchange else started
        if root_cause is None:
            root_cause = self._root_causes[key] = RootCause(
                *finding.key, finding, exchange, first_seen=started, known=known
            )
        elif exchange is not None and _smaller(exchange, root_cause.exchange):
            root_cause.finding, root_cause.exchange = finding, exchange
        root_cause.count += 1
        root_cause.first_seen = min(root_cause.first_seen, started)
        if exchange is not None:
            root_cause.case_sets[exchange["case"].get("case_set", "")] += 1

    def take_back(self, finding: Finding, exchange: Record) -> None:
        """Forget one finding that was put down to another clause."""
        key = _key(finding, self._deviations.match(finding, exchange))
        root_cause = self._root_causes.get(key)
        if root_cause is not None:
            root_cause.count -= 1
            if root_cause.count == 0:
                del self._root_causes[key]

    def holds(self, finding: Finding) -> bool:
        """Whether a finding with the same clause and cause was taken in, covered or not."""
        return any(key[:2] == finding.key for key in self._root_causes)

    def drop_consequences(self) -> dict[str, str]:
        """Take out the new findings that may follow from another one; why, by the clause that is unknown then."""
        new: Counter[str] = Counter()
        for root_cause in self:
            if root_cause.known is None:
                new[root_cause.clause] += root_cause.count
        why: dict[str, str] = {}
        for clause, cause in consequences(set(new)):
            why.setdefault(clause, f"{new[clause]} findings that may follow from {cause}")
        self._root_causes = {k: b for k, b in self._root_causes.items() if b.known is not None or b.clause not in why}
        return why


def _key(finding: Finding, known: Deviation | None) -> tuple[str, str, str]:
    return (*finding.key, known.name if known else "")


def _smaller(one: Record, other: Record | None) -> bool:
    return other is None or _size(one) < _size(other)


def _size(exchange: Record) -> tuple[int, int]:
    case = exchange["case"]
    body = case.get("body") or case.get("body_base64") or ""
    return (exchange.get("size", len(body)), exchange["number"])
