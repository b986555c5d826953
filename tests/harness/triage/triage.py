"""Triage: finds the field to blame and the smallest case of a finding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contracts.expectation import FRAMING
from contracts.findings import REFUSED
from contracts.history_records import RepeatedRecord
from contracts.kinds.bodies import message_of
from contracts.kinds.changes import CHANGED
from strategies.shrinking import shrink
from tests.harness.triage.conflicts import CONFLICT, NEW_ID
from tests.harness.triage.connections import CONNECTIONS, ConnectionTriage
from tests.harness.triage.failures import FailureTriage
from tests.harness.triage.fields import COMBINATION, KEY, is_demand
from tests.harness.triage.framing import FramingTriage
from tests.harness.triage.masked_cases import MaskedCases
from tests.harness.triage.refusals import RefusalTriage
from tests.harness.triage.triage_requests import TriageRequests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.findings import Finding
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.client.session import Session

#: The maximum number of requests for one finding.
_PER_FINDING = 30
#: The number of cases of one finding that are shrunk; the smallest one is reported.
_SHRUNK = 3
#: How often a failing case is repeated before it counts as not failing again.
_AGAIN = 2
#: Bodies of this size in bytes are not shrunk.
_SMALL = 48


class Triage:
    """Attributes findings to the clause and the field to blame, and shrinks their cases.

    ``budget`` is the budget of the run for requests of all kinds; None for no limit.
    """

    def __init__(
        self,
        session: Session,
        contract: Contract,
        history: HistoryWriter,
        names: UniqueNames,
        budget: int | None = None,
    ) -> None:
        self._contract = contract
        self._judge = session.judge
        self._history = history
        self._names = names
        self._requests = TriageRequests(session, budget)
        context = (contract, history, names)
        self._failures = FailureTriage(self._requests, *context)
        self._connections = ConnectionTriage(self._requests, *context)
        self._framing = FramingTriage(self._requests, history, names)
        self._refusals = RefusalTriage(self._requests, self._connections, *context)
        self._masked = MaskedCases(contract, session.judge, names, budget)
        self._shrunk: Counter[tuple[str, str]] = Counter()
        #: The requests that shrinking used for each finding.
        self._spent: Counter[tuple[str, str]] = Counter()
        #: The clauses, causes and kinds of the findings that the smallest cases have shown.
        self._small: set[tuple[str, str, tuple[str, ...]]] = set()

    def attribute(self, judged: Sequence[Judged]) -> list[tuple[Judged, Finding]]:
        """All findings of ``judged``, attributed to their causes."""
        self._refusals.learn(judged)
        for answer in judged:
            self._failures.learn(answer)
        found = [(answer, self._attributed(answer, finding)) for answer in judged for finding in answer.findings]
        self._connections.attribute_triage_requests()
        self._masked.learn(found)
        return found

    def masked(self, judged: Sequence[Judged]) -> list[Case]:
        """The requests among ``judged`` that were refused, or failed, for another valid field, without that field."""
        return self._masked.again(judged)

    def _attributed(self, answer: Judged, finding: Finding) -> Finding:
        if finding.clause == "service.no_5xx":
            return self._failures.attribute(answer, finding)
        if finding.clause == "state.external_id_reuse":
            return self._failures.attribute_reuse(answer, finding)
        if finding.clause == "authorization.required":
            return self._connections.attribute_credentials(answer, finding)
        return self._refusals.attribute(answer, self._framing.attribute(answer, finding))

    def shrink(self, answer: Judged, finding: Finding) -> None:
        """Repeat the case, then send smaller ones as long as they show the same finding."""
        limit = min(_PER_FINDING - self._spent[finding.key], self._requests.left_for_shrinking)
        if answer.case.body is None or not _can_recur(answer, finding):
            return
        if self._shrunk[finding.key] >= _SHRUNK or (*finding.key, finding.kinds) in self._small or limit <= 0:
            return
        self._shrunk[finding.key] += 1
        passed, smallest = False, answer
        first = self._refusals.to_shrink(answer.case, finding)
        broken = self._broken_by(first)

        def still_fails(case: Case) -> bool:
            nonlocal passed, smallest
            if self._broken_by(case) != broken:  # a case that is wrong in another way has another cause
                return False
            reply = self._requests.ask(case)
            self._spent[finding.key] += 1
            fails = reply is not None and any(_alike(found, finding) for found in reply.findings)
            passed = reply is not None and not fails
            smallest = reply if reply is not None and fails else smallest
            return fails

        again = any(still_fails(self._names.renew(first)) for _ in range(min(_AGAIN, limit)))
        if again or passed:
            self._history.record(RepeatedRecord(*finding.key, again))
        if len(answer.case.body) <= _SMALL:
            return
        blamed = finding.cause.partition(" at /")[2]
        required = [field.path for field in self._contract.fields if field.required or field.path == blamed]
        shrink(first, self._names, still_fails, keep=required, where=finding.where, limit=limit)
        self._masked.learn_smallest(smallest)
        self._small.update((*found.key, found.kinds) for found in smallest.findings)
        self._failures.attribute_triage_requests()
        self._connections.attribute_triage_requests()
        if finding.cause == REFUSED:
            self._refusals.attribute_triage_requests(finding.clause, finding.where)
        else:
            refused = [reply for reply, _ in self._requests.refused]
            self._requests.refused.clear()
            self.attribute(refused)

    def _broken_by(self, case: Case) -> set[str]:
        """The clauses that a request breaks."""
        return {violation.clause for violation in self._judge.expect(case).violations}


def _can_recur(answer: Judged, finding: Finding) -> bool:
    """Whether a similar request by itself, with a new name, may show the finding again."""
    if finding.clause in {CONNECTIONS, "state.external_id_reuse"}:
        return False  # it needs another request before it; with a new externalId it would not be a second use
    if finding.clause == NEW_ID and answer.status == CONFLICT:
        return False  # a new id is in use by no other project
    return not (finding.clause == FRAMING and finding.cause == CHANGED)  # without its header every smaller case passes


def _alike(one: Finding, other: Finding) -> bool:
    if one.clause == other.clause == "service.no_5xx":
        return one.cause.partition(" at ")[0] == other.cause.partition(" at ")[0]
    # The field that such a refusal is about is found with further requests only.
    doubtful = not {COMBINATION, KEY, FRAMING}.isdisjoint({one.clause, other.clause}) or is_demand(other)
    return one.key == other.key or (
        doubtful and one.cause == other.cause == REFUSED and message_of(one.kinds) == message_of(other.kinds)
    )
