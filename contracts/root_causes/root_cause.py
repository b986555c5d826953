"""Root causes: findings of one mistake, reported once with the smallest exchange that shows it."""

from __future__ import annotations

import hashlib
import math
from bisect import insort
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contracts.findings import ACCEPTED, REFUSED
from contracts.kinds.bodies import is_of_request
from contracts.kinds.violations import NOT_SHOWN
from contracts.root_causes.dependent_clauses import consequences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.deviations import Deviation, Deviations
    from contracts.exchange_record import ExchangeRecord
    from contracts.findings import Finding

_FAILS, _OPTIONAL = "service.no_5xx", ".optional"
#: The clauses about errors of the server.
FAILURES = frozenset({_FAILS, "state.external_id_reuse"})
#: The number of cases with the same kinds that are remembered.
_REMEMBERED = 8


@dataclass(slots=True, eq=False)
class Cases:
    """Cases of one root cause with the same kinds: their number, the first time, and the smallest ones.

    ``members`` are the members of their bodies if the cause is a refusal or a failure without a message, else None.
    """

    kinds: tuple[str, ...]
    members: frozenset[str] | None
    count: int = 0
    first_seen: float = math.inf
    case_sets: Counter[str] = field(default_factory=Counter)
    #: Some of the smallest ones, sorted by size; each of them may be removed later.
    smallest: list[tuple[Finding, ExchangeRecord | None]] = field(default_factory=list)

    def add(self, finding: Finding, exchange: ExchangeRecord | None, started: float) -> None:
        """Add one case."""
        self.count += 1
        self.first_seen = min(self.first_seen, started)
        insort(self.smallest, (finding, exchange), key=_size_of)
        del self.smallest[_REMEMBERED:]
        if exchange is not None:
            self.case_sets[exchange.case_set] += 1

    def remove(self, exchange: ExchangeRecord) -> None:
        """Remove one case."""
        self.count -= 1
        self.case_sets[exchange.case_set] -= 1
        rest = [kept for kept in self.smallest if kept[1] is None or kept[1].place != exchange.place]
        self.smallest = rest or self.smallest


@dataclass(slots=True)
class RootCause:
    """Findings with one cause, grouped by kinds; ``known`` is the accepted deviation that covers all of them."""

    clause: str
    cause: str
    cases: list[Cases]
    known: Deviation | None = None
    #: The number of its cases that failed, and that passed, when they were repeated.
    failed_again: int = 0
    passed_again: int = 0
    #: All clauses that this cause breaks, ``clause`` first.
    clauses: tuple[str, ...] = ()
    #: The kind of its cases, if the clause has several root causes.
    kind: str = ""
    #: The kind of its cases, also if the clause has only one root cause.
    label: str = ""

    @property
    def finding(self) -> Finding:
        """The finding of the smallest case."""
        return replace(self._smallest[0], clause=self.clause, cause=self.cause)

    @property
    def exchange(self) -> ExchangeRecord | None:
        """The smallest case as recorded."""
        return self._smallest[1]

    @property
    def _smallest(self) -> tuple[Finding, ExchangeRecord | None]:
        smallest = [cases.smallest[0] for cases in self.cases]
        own = [shown for shown in smallest if shown[0].clause == self.clause]
        # Of another cause are those that were merged; a failure may have been attributed to a field before.
        named = [shown for shown in own if shown[0].cause.partition(" at ")[0] == self.cause.partition(" at ")[0]]
        return min(named or own or smallest, key=_size_of)

    @property
    def size(self) -> tuple[int, int]:
        """The sort key of the smallest case: its size, then its number."""
        return _size_of(self._smallest)

    @property
    def count(self) -> int:
        """The number of its cases."""
        return sum(cases.count for cases in self.cases)

    @property
    def case_sets(self) -> Counter[str]:
        """The number of its cases in each set."""
        return sum((cases.case_sets for cases in self.cases), Counter())

    @property
    def first_seen(self) -> float:
        """When its first case was sent, in seconds since the epoch."""
        return min(cases.first_seen for cases in self.cases)

    @property
    def is_intermittent(self) -> bool:
        """Whether most of its cases passed when they were repeated."""
        return self.passed_again > self.failed_again

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind that all its cases have and that may distinguish them; empty if there is none."""
        shared = set.intersection(*(set(cases.kinds) for cases in self.cases))
        told = sorted(kind for kind in shared - {NOT_SHOWN} if not is_of_request(kind))
        return (self.label,) if self.label in shared else tuple(told[:1])

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes of its findings, its own first."""
        return tuple(dict.fromkeys((self.cause, *(cases.smallest[0][0].cause for cases in self.cases))))

    @property
    def fingerprint(self) -> str:
        """A hash that is the same in every run, also when the clause gets a further root cause."""
        text = f"{self.clause}\n{self.cause}\n{self.label}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def identifier(self) -> str:
        """The id of the finding on the command line, such as ``request.displayName.pattern:accepted``."""
        return ":".join(filter(None, (self.clause, self.cause, self.kind))).replace(" ", "-")


class RootCauses:
    """All findings of a run, by clause, cause and the deviation that covers them."""

    def __init__(self, deviations: Deviations) -> None:
        self._deviations = deviations
        self._root_causes: dict[tuple[str, str, str], RootCause] = {}
        #: The groups of cases, by the key of the root cause, kinds and members.
        self._cases: dict[tuple[tuple[str, str, str], tuple[str, ...], frozenset[str] | None], Cases] = {}

    def __iter__(self) -> Iterator[RootCause]:
        return iter(self._root_causes.values())

    def add(self, finding: Finding, exchange: ExchangeRecord | None, started: float = 0.0) -> None:
        """Add a finding; ``started`` is its time (seconds since the epoch) if it has no exchange."""
        known = self._deviations.match(finding, exchange)
        key = _key(finding, known)
        root_cause = self._root_causes.get(key)
        if root_cause is None:
            root_cause = self._root_causes[key] = RootCause(*finding.key, [], known)
        members = _members_of(finding, exchange)
        cases = self._cases.get((key, finding.kinds, members))
        if cases is None:
            cases = self._cases[key, finding.kinds, members] = Cases(finding.kinds, members)
            root_cause.cases.append(cases)
        cases.add(finding, exchange, exchange.started if exchange else started)

    def remove(self, finding: Finding, exchange: ExchangeRecord) -> None:
        """Remove a finding that was reattributed to another clause."""
        key = _key(finding, self._deviations.match(finding, exchange))
        group = (key, finding.kinds, _members_of(finding, exchange))
        cases = self._cases.get(group)
        if cases is None:
            return
        cases.remove(exchange)
        if not cases.count:
            del self._cases[group]
            self._root_causes[key].cases.remove(cases)
        if not self._root_causes[key].cases:
            del self._root_causes[key]

    def rename_cause(self, clause: str, cause: str, instead: str) -> None:
        """Change the cause of new findings; they are merged with those of the new cause."""
        root_cause = self._root_causes.pop((clause, cause, ""), None)
        if root_cause is None:
            return
        root_cause.cause = instead
        other = self._root_causes.get((clause, instead, ""))
        one = self._root_causes[clause, instead, ""] = together([other, root_cause]) if other else root_cause
        for cases in one.cases:
            cases.members = None  # these are not explained by a field

    def holds(self, finding: Finding) -> bool:
        """Whether a finding with the same clause and cause was added, covered by a deviation or not."""
        return any(key[:2] == finding.key for key in self._root_causes)

    def drop_consequences(self) -> dict[str, str]:
        """Remove new findings that may follow from another one; return the reasons by clause, which becomes unknown."""
        new = {(cause.clause, cause.cause): cause.count for cause in self if cause.known is None}
        follow = dict(consequences(set(new)))
        self._root_causes = {
            k: b for k, b in self._root_causes.items() if b.known is not None or (b.clause, b.cause) not in follow
        }
        counts: Counter[tuple[str, str]] = Counter()
        for (clause, cause), reason in follow.items():
            counts[clause, reason] += new[clause, cause]
        left = {cause.clause for cause in self if cause.known is None}
        return {
            clause: f"{count} findings that may follow from {reason}"
            for (clause, reason), count in counts.items()
            if clause not in left
        }


def without_explained(root_causes: Iterable[RootCause], required: frozenset[str]) -> list[RootCause]:
    """The root causes without the cases that another one explains.

    A failure without a message is explained by a field that is known to fail, a refusal by the lack of an optional
    field that is known to be demanded.

    Args:
        root_causes: All root causes.
        required: The fields that every valid request has: these explain no failure.
    """
    root_causes = list(root_causes)
    new = [cause for cause in root_causes if cause.known is None]
    failing = {c.cause.partition(" at /")[2] for c in new if c.clause == _FAILS} - {""} - required
    demanded = {c.clause.split(".")[1] for c in new if c.cause == REFUSED and c.clause.endswith(_OPTIONAL)}
    kept = []
    for cause in root_causes:
        if cause.known is None and not cause.clause.endswith(_OPTIONAL):
            fails = cause.clause == _FAILS
            cause.cases = [
                cases
                for cases in cause.cases
                if cases.members is None or (cases.members.isdisjoint(failing) if fails else demanded <= cases.members)
            ]
        if cause.cases:
            kept.append(cause)
    return kept


def _members_of(finding: Finding, exchange: ExchangeRecord | None) -> frozenset[str] | None:
    tells_nothing = finding.clause == _FAILS and finding.cause.isdigit()
    if exchange is None or not (tells_nothing or finding.cause == REFUSED):
        return None
    return frozenset(exchange.sent_members)


def together(members: list[RootCause], first: RootCause | None = None) -> RootCause:
    """Merge root causes into ``first``, which keeps its name and lists the clauses of all."""
    # The choice does not depend on the smallest case, so the finding has the same name in every run.
    first = first or min(members, key=lambda cause: (cause.clause, cause.cause, cause.kind))
    first.kind = first.label = ""
    others = [cause for cause in members if cause is not first]
    # Some may be merged ones themselves.
    clauses = (clause for cause in (first, *others) for clause in (cause.clause, *cause.clauses))
    first.clauses = tuple(dict.fromkeys(clauses))
    first.failed_again = sum(cause.failed_again for cause in members)
    first.passed_again = sum(cause.passed_again for cause in members)
    first.cases += (cases for cause in others for cases in cause.cases)
    return first


def with_one(
    root_causes: Iterable[RootCause], members: list[RootCause], first: RootCause | None = None
) -> list[RootCause]:
    """The root causes with one instead of ``members``; see :func:`together`."""
    return [*(cause for cause in root_causes if cause not in members), together(members, first)]


def has_message(cause: RootCause) -> bool:
    """Whether the cause of a server error is a message of the service, not its status or a part of the request."""
    return " " in cause.cause and not cause.cause.partition(" ")[2].startswith("at ")


def accepted_field(cause: RootCause) -> str:
    """The field of which wrong values are accepted as a whole, not as items; empty if the root cause is another."""
    is_of_field = cause.clause.startswith("request.") and ".items." not in cause.clause
    return cause.clause.split(".")[1] if cause.cause == ACCEPTED and is_of_field else ""


def is_about_requests(cause: RootCause) -> bool:
    """Whether the reason must be found in the requests: for refusals, and for failures without a message."""
    return cause.cause == REFUSED or (cause.clause in FAILURES and not has_message(cause))


def _key(finding: Finding, known: Deviation | None) -> tuple[str, str, str]:
    return (*finding.key, known.name if known else "")


def _size_of(shown: tuple[Finding, ExchangeRecord | None]) -> tuple[int, int]:
    exchange = shown[1]
    return (exchange.size, exchange.number) if exchange else (0, 0)
