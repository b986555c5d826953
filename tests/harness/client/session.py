"""A session: sends cases with retries; every response is judged, recorded and entered in the ledger."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from contracts.exchange import VALID_AUTHORIZATION, Case, Exchange
from contracts.expectation import Expected
from contracts.judgement import ExternalIdUses, Judge, sent_external_id
from contracts.member_counts import MemberCounts
from tests.harness.client.connection_limit import ConnectionLimit
from tests.harness.client.in_flight import InFlight
from tests.harness.client.judged import Judged
from tests.harness.client.last_requests import LastRequests
from tests.harness.client.ownership import Sent, carries_name
from tests.harness.client.retry_policy import RetryPolicy
from tests.harness.client.service_wait import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.harness.client.attempts import Answer, FreshCases, Recorder
    from tests.harness.client.budget import RequestBudget
    from tests.harness.client.concurrent_calls import SendingThreads
    from tests.harness.client.own_projects import OwnProjects
    from tests.harness.client.target import Target

T = TypeVar("T")

_CREATED: Final = 201
_LIMITED: Final = 429
_AUTHORIZED: Final = (("Authorization", VALID_AUTHORIZATION),)


class Session:
    """One worker's access to the service, for several threads.

    Args:
        target: The service.
        judge: Judges the responses.
        projects: The account of the projects that the run creates.
        recorder: The history.
        threads: The threads that send.
        fresh: Creates requests with new names, for retries.
        patience: How long to wait for a service that is unreachable or limits requests.
    """

    def __init__(
        self,
        target: Target,
        judge: Judge,
        projects: OwnProjects,
        recorder: Recorder,
        *,
        threads: SendingThreads,
        fresh: FreshCases,
        patience: Patience | None = None,
    ) -> None:
        self.target = target
        self.judge = judge
        self.projects = projects
        self.recorder = recorder
        self.threads = threads
        self._in_flight = InFlight()
        self.connection_limit = ConnectionLimit(target, self._in_flight)
        self.retry_policy = RetryPolicy(
            self._attempt,
            fresh,
            recorder,
            target.request_budget,
            target.limits,
            patience or Patience(),
            self.connection_limit,
        )
        #: Whether a request that may create a project may be sent now; the others always may.
        self.may_create: Callable[[], bool] = lambda: True
        #: Why nothing more may be sent, empty if something may.
        self.exhausted = ""
        #: The last judged exchange.
        self.last: Judged | None = None
        #: The numbers of requests with a name of the run that were refused, and that were answered with a project.
        self.named_refusals, self.named_projects = 0, 0
        self.member_counts = MemberCounts(judge.contract)
        self._books = threading.Lock()
        #: One response is parsed at a time, to limit the memory that hostile ones can take.
        self._judging = threading.Lock()
        self._external_ids = ExternalIdUses()
        #: The last request of each connection, and the request before an exchange, by its number.
        self._last_requests = LastRequests()
        self._before: dict[int, Case] = {}

    @property
    def request_budget(self) -> RequestBudget:
        """The requests that the run may send."""
        return self.target.request_budget

    # -- sending ------------------------------------------------------------------------------------------

    def post(self, case: Case, number: int | None = None) -> Judged:
        """Send a case that may create a project; judge it, and record it in history and ledger.

        ``number`` is the exchange's own if it is already assigned. Raises BudgetSpent or OutOfTime if nothing more may
        be sent, NoVerdict if no verdict is possible.
        """
        return self._judged(self.retry_policy.send(case, number))

    def post_unless_fatal(self, case: Case, number: int | None = None) -> Judged | None:
        """Like :meth:`post`; None for a request with the property at which the service goes down.

        Also for one that may create a project when no more may be created.
        """
        if not self.may_create() and self.judge.expect(case).expected is not Expected.REJECTED:
            return None
        fatal = self.retry_policy.fatal
        suspicion = fatal.suspicion(case, self.judge.expect(case)) if fatal.are_known else ""
        if not suspicion:
            return self.post(case, number)
        self.retry_policy.note_once(f"the service went down at {suspicion}: such requests were left out")
        return None

    def once(self, case: Case) -> Answer:
        """Send once, without waits and retries; judged, not recorded."""
        answer = self._attempt(case)
        self.retry_policy.note(answer)
        return answer

    def _judged(self, answer: Answer) -> Judged:
        exchange, judgement = answer
        if judgement is None:  # only what is not sent to the collection
            raise ValueError(f"expected a case that may create a project, got {exchange.case.method}")
        self.recorder.exchange(exchange, judgement)
        judged = Judged(exchange, judgement, self._before.pop(exchange.number, None))
        self.last = judged
        return judged

    def post_all(self, cases: Iterable[Case], connections: int | None = None) -> list[Judged]:
        """Send cases concurrently; responses and numbers are in the order of the cases.

        Requests at which the service goes down are left out, and creations when there may be no more. If the budget or
        the time ends meanwhile, the responses so far are returned and ``exhausted`` is set. Raises NoVerdict if no
        verdict is possible.
        """
        waiting = list(cases)
        if min(connections or self.threads.useful, len(waiting)) < 2:
            asks = [partial(self.post_unless_fatal, case) for case in waiting]
        else:
            asks = [partial(self.post_unless_fatal, case, self.target.next_number()) for case in waiting]
        return [answer for answer in self.at_once(asks, connections) if answer is not None]

    def at_once(self, asks: Sequence[Callable[[], T]], connections: int | None = None) -> list[T]:
        """Call functions that send requests concurrently; ends as :meth:`post_all` does."""
        answers, ended = self.threads.call(asks, connections)
        self.exhausted = ended or self.exhausted
        return answers

    def get(self, path: str) -> Exchange:
        """GET ``path`` with the key; recorded, not judged: the page does not document it. Raises as :meth:`post`."""
        exchange, _ = self.retry_policy.send(Case(None, _AUTHORIZED, method="GET", path=path))
        self.recorder.exchange(exchange)
        return exchange

    def ask(self, path: str) -> Exchange:
        """Like :meth:`get`, without waits and retries."""
        return self.send_unjudged(Case(None, _AUTHORIZED, method="GET", path=path))

    def send_unjudged(self, case: Case) -> Exchange:
        """Send once a request that creates no project; recorded, not judged."""
        if case.creates:
            raise ValueError(f"expected a request that creates nothing, got {case.method} {case.path}")
        exchange, _ = self._attempt(case)
        self.recorder.exchange(exchange)
        return exchange

    def can_find(self, case: Case) -> bool:
        """Whether a project created by a case could be found again, as far as responses have shown."""
        return not self.projects.names_are_needed or carries_name(case, self.judge.run_id)

    def delete(self, identifier: str) -> Exchange:
        """Try once to delete one project, and record success in the ledger."""
        path = self.projects.deleting(identifier)
        exchange, _ = self._attempt(Case(None, _AUTHORIZED, method="DELETE", path=path))
        self.recorder.exchange(exchange)
        if 200 <= exchange.status < 300 and self.projects.deleted(identifier):
            self.request_budget.give_back(self.projects.reserved)
        return exchange

    def reconnect(self) -> None:
        """Use new connections from now on; only while no request is in flight."""
        self.target.close_connections()

    def close(self) -> None:
        """End the threads and connections."""
        self.threads.end()
        self.target.close()
        self.projects.ledger.close()
        self.request_budget.close()

    # -- one attempt --------------------------------------------------------------------------------------

    def _attempt(self, case: Case, *, repeat: int = 0, number: int | None = None) -> Answer:
        """Send once: budget, ledger, request, ledger; judged if it may create a project, not yet recorded."""
        if not case.creates:
            self.request_budget.take()
            exchange = self._send(case, number, repeat)
            return self.target.secrets.redact_exchange(exchange), None
        case = self.target.secrets.redact_case(case)
        expected = self.judge.expect(case)
        external_id = sent_external_id(expected)
        self.projects.make_room()
        self.request_budget.take(1 + self.projects.reserved)
        number = number or self.target.next_number()
        sent = Sent.of(case, self.judge.run_id, time.time(), expected.body)
        self.projects.intend(number, sent)
        if external_id is not None:
            with self._books:
                self._external_ids.sending(external_id)
        exchange = self._send(case, number, repeat)
        if exchange.status == _CREATED:
            self.threads.observe(exchange.elapsed)
        before = self._last_requests.note(exchange)
        if external_id is not None:
            with self._books:
                expected = self._external_ids.expect(external_id, expected)
                processed = not exchange.is_unreached and exchange.status != _LIMITED
                self._external_ids.received(external_id, exchange.status, processed=processed)
        redacted = self.target.secrets.redact_exchange(exchange)
        with self._judging:
            self.projects.record(exchange, sent)
            judgement = self.judge.judge(exchange, expected, redacted)
            self.named_refusals += bool(sent.names) and 400 <= exchange.status < 500
            self.named_projects += bool(sent.names) and isinstance((judgement.project or {}).get("id"), str)
            if judgement.project is not None:
                self.member_counts.observe(judgement.project)
        if before is not None and judgement.findings:
            self._before[number] = before
        return redacted, judgement

    def _send(self, case: Case, number: int | None, repeat: int) -> Exchange:
        return self._in_flight.send(lambda: self.target.send(case, number=number, repeat=repeat))
