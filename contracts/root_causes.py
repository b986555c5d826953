"""Findings by root cause: one mistake is reported once, with the smallest exchange that shows it."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import insort
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contracts.dependent_clauses import consequences
from contracts.findings import REFUSED
from contracts.request_kinds import is_of_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.deviations import Deviation, Deviations
    from contracts.exchange_record import ExchangeRecord
    from contracts.findings import Finding

_FAILS, _OPTIONAL = "service.no_5xx", ".optional"
#: The clauses about errors of the server.
FAILURES = frozenset({_FAILS, "state.external_id_reuse"})
#: Cases of the same kinds that are remembered.
_REMEMBERED = 8


@dataclass(slots=True, eq=False)
class Cases:
    """Cases of one root cause that have the same kinds: how many, when they began, and the smallest ones.

    ``members`` are those of their bodies, where the cause is a failure that tells nothing or a refusal; None elsewhere.
    """

    kinds: tuple[str, ...]
    members: frozenset[str] | None
    count: int = 0
    first_seen: float = math.inf
    case_sets: Counter[str] = field(default_factory=Counter)
    #: Some of the smallest ones, the smallest first: any of them may be taken back.
    smallest: list[tuple[Finding, ExchangeRecord | None]] = field(default_factory=list)

    def add(self, finding: Finding, exchange: ExchangeRecord | None, started: float) -> None:
        """Add one of them."""
        self.count += 1
        self.first_seen = min(self.first_seen, started)
        insort(self.smallest, (finding, exchange), key=_size_of)
        del self.smallest[_REMEMBERED:]
        if exchange is not None:
            self.case_sets[exchange.case_set] += 1

    def take_back(self, exchange: ExchangeRecord) -> None:
        """Forget one of them."""
        self.count -= 1
        self.case_sets[exchange.case_set] -= 1
        rest = [kept for kept in self.smallest if kept[1] is None or kept[1].place != exchange.place]
        self.smallest = rest or self.smallest


@dataclass(slots=True)
class RootCause:
    """Findings with one cause, in groups of cases; ``known`` is the accepted deviation that covers all of them."""

    clause: str
    cause: str
    cases: list[Cases]
    known: Deviation | None = None
    #: How many cases that showed it failed, and how many passed, when they were sent again.
    failed_again: int = 0
    passed_again: int = 0
    #: Every clause that this cause breaks, ``clause`` first.
    clauses: tuple[str, ...] = ()
    #: The kind of its cases, where a clause has several root causes.
    kind: str = ""
    #: The kind of its cases, also where the clause has no other root cause.
    label: str = ""

    @property
    def finding(self) -> Finding:
        """What the smallest case shows."""
        return replace(self._smallest[0], clause=self.clause, cause=self.cause)

    @property
    def exchange(self) -> ExchangeRecord | None:
        """The smallest case as the history has it."""
        return self._smallest[1]

    @property
    def _smallest(self) -> tuple[Finding, ExchangeRecord | None]:
        smallest = [cases.smallest[0] for cases in self.cases]
        own = [(finding, exchange) for finding, exchange in smallest if finding.clause == self.clause]
        return min(own or smallest, key=_size_of)

    @property
    def size(self) -> tuple[int, int]:
        """The size of the smallest case, and its number."""
        return _size_of(self._smallest)

    @property
    def count(self) -> int:
        """How many cases show it."""
        return sum(cases.count for cases in self.cases)

    @property
    def case_sets(self) -> Counter[str]:
        """How many cases of each set show it."""
        return sum((cases.case_sets for cases in self.cases), Counter())

    @property
    def first_seen(self) -> float:
        """When the first case was sent, in seconds since the epoch."""
        return min(cases.first_seen for cases in self.cases)

    @property
    def is_intermittent(self) -> bool:
        """Whether most cases that showed it passed when they were sent again."""
        return self.passed_again > self.failed_again

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind that all its cases have and others under the clause may not have; empty if there is none."""
        shared = set.intersection(*(set(cases.kinds) for cases in self.cases))
        told = sorted(kind for kind in shared if not is_of_request(kind))
        return (self.label,) if self.label in shared else tuple(told[:1])

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes of its findings, its own first."""
        return tuple(dict.fromkeys((self.cause, *(cases.smallest[0][0].cause for cases in self.cases))))

    @property
    def fingerprint(self) -> str:
        """What stays the same from run to run, also when the clause gets a further root cause."""
        text = f"{self.clause}\n{self.cause}\n{self.label}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def identifier(self) -> str:
        """The name of the finding on the command line, such as ``request.displayName.pattern:accepted``."""
        return ":".join(filter(None, (self.clause, self.cause, self.kind))).replace(" ", "-")


class RootCauses:
    """Every finding of a run, by clause, cause and the deviation that covers it."""

    def __init__(self, deviations: Deviations) -> None:
        self._deviations = deviations
        self._root_causes: dict[tuple[str, str, str], RootCause] = {}
        #: The groups of each root cause, by its key, the kinds and the members.
        self._cases: dict[tuple[tuple[str, str, str], tuple[str, ...], frozenset[str] | None], Cases] = {}

    def __iter__(self) -> Iterator[RootCause]:
        return iter(self._root_causes.values())

    def add(self, finding: Finding, exchange: ExchangeRecord | None, started: float = 0.0) -> None:
        """Add a finding; ``started`` is when (seconds since the epoch) where no exchange tells."""
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

    def take_back(self, finding: Finding, exchange: ExchangeRecord) -> None:
        """Forget one finding that was reattributed to another clause."""
        key = _key(finding, self._deviations.match(finding, exchange))
        group = (key, finding.kinds, _members_of(finding, exchange))
        cases = self._cases.get(group)
        if cases is None:
            return
        cases.take_back(exchange)
        if not cases.count:
            del self._cases[group]
            self._root_causes[key].cases.remove(cases)
        if not self._root_causes[key].cases:
            del self._root_causes[key]

    def rename_cause(self, clause: str, cause: str, instead: str) -> None:
        """Take the new findings with one cause for findings with another one."""
        root_cause = self._root_causes.pop((clause, cause, ""), None)
        if root_cause is None:
            return
        root_cause.cause = instead
        other = self._root_causes.get((clause, instead, ""))
        one = self._root_causes[clause, instead, ""] = together([other, root_cause]) if other else root_cause
        for cases in one.cases:
            cases.members = None  # no field explains these

    def holds(self, finding: Finding) -> bool:
        """Whether a finding with the same clause and cause was added, covered or not."""
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


def without_explained(root_causes: Iterable[RootCause], required: frozenset[str]) -> list[RootCause]:
    """The root causes without the cases that another one explains.

    A failure that tells nothing is explained by a field that is known to fail, a refusal by the lack of an optional
    field that is known to be insisted on.

    Args:
        root_causes: all of them.
        required: the fields that every valid request has: these explain no failure.
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
    return frozenset(_members(exchange))


def _members(exchange: ExchangeRecord) -> Iterator[str]:
    try:
        body = json.loads(exchange.body_text)
    except (ValueError, RecursionError):
        return
    yield from body if isinstance(body, dict) else ()


def together(members: list[RootCause], first: RootCause | None = None) -> RootCause:
    """Several root causes as one that lists their clauses; ``first`` is the one that it is named after."""
    # Its name is that of the finding in every run, whichever case is the smallest.
    first = first or min(members, key=lambda cause: (cause.clause, cause.cause, cause.kind))
    first.kind = first.label = ""
    others = [cause for cause in members if cause is not first]
    first.clauses = tuple(dict.fromkeys((first.clause, *(cause.clause for cause in others))))
    first.failed_again = sum(cause.failed_again for cause in members)
    first.passed_again = sum(cause.passed_again for cause in members)
    first.cases += (cases for cause in others for cases in cause.cases)
    return first


def says_something(cause: RootCause) -> bool:
    """Whether a server error is known by what the service says, not by its status or the part of the request."""
    return " " in cause.cause and not cause.cause.partition(" ")[2].startswith("at ")


def is_about_requests(cause: RootCause) -> bool:
    """Whether the reason is to be found in the requests: of refusals, and of failures that tell nothing."""
    return cause.cause == REFUSED or (cause.clause in FAILURES and not says_something(cause))


def _key(finding: Finding, known: Deviation | None) -> tuple[str, str, str]:
    return (*finding.key, known.name if known else "")


def _size_of(shown: tuple[Finding, ExchangeRecord | None]) -> tuple[int, int]:
    exchange = shown[1]
    return (exchange.size, exchange.number) if exchange else (0, 0)
