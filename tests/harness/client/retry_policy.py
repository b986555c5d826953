"""The retry policy: what is waited for, what is repeated, and what ends a run."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.expectation import IN_USE, SENT_BEFORE, Expected
from tests.harness.client.account_check import AccountCheck
from tests.harness.client.failure_classification import named, suspicious
from tests.harness.client.failure_counts import FailureCounts
from tests.harness.client.fatal_requests import FatalRequests, Outage
from tests.harness.client.retry_after import GatewayWaits, retry_after
from tests.harness.client.service_wait import LONGEST_PAUSE, Patience, ServiceWait

if TYPE_CHECKING:
    from contracts.checks.context import Limits
    from contracts.exchange import Case, Exchange
    from contracts.judgement import Judgement
    from tests.harness.client.attempts import Answer, Attempt, FreshCases, Recorder
    from tests.harness.client.budget import RequestBudget
    from tests.harness.client.connection_limit import ConnectionLimit

_FIRST_PAUSE: Final = 0.2
#: Seconds after which the other threads' requests should be answered.
_QUIET: Final = 0.4
#: The number of requests that failed again when repeated after which no further request is repeated.
_CONVINCED: Final = 3
#: The number of times that the service goes down and comes back before that is a finding: fewer may be deployments.
_RESTARTS: Final = 4
#: Consecutive gateway errors, while the control request succeeds, before the service is blamed: if the gateway was not
#: seen to fail by itself, and if it was.
_AGREED, _AGREED_WHERE_IT_FAILS = 4, 8
_LIMITED: Final = 429
#: Consecutive 429 to a request that may be refused, while the control request succeeds, until it counts as refused.
_AGREED_LIMIT: Final = 2


@dataclass(slots=True)
class _Trouble:
    """The failures of one request so far: the start, the next pause in seconds, consecutive gateway errors."""

    since: float
    pause: float = _FIRST_PAUSE
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The latest response, whether it is final, and the judgement to record for the previous one."""

    answer: Answer
    is_final: bool = False
    of_former: Judgement | None = None


class RetryPolicy:
    """Sends cases until a response is the service's own, or until no verdict is possible.

    Thread-safe; a pause applies to all threads and workers.
    """

    def __init__(
        self,
        attempt: Attempt,
        fresh: FreshCases,
        recorder: Recorder,
        request_budget: RequestBudget,
        limits: Limits,
        patience: Patience,
        connection_limit: ConnectionLimit,
    ) -> None:
        self._attempt = attempt
        self._fresh = fresh
        self._recorder = recorder
        self._request_budget = request_budget
        self._limits = limits
        self._patience = patience
        self._connection_limit = connection_limit
        self._calm = threading.RLock()
        self._counts = FailureCounts()
        self.fatal = FatalRequests()
        self._outage = Outage(self.fatal, self._supersede)
        self._confirmed: set[int] = set()
        self._noted: set[str] = set()
        self._gateway_waits = GatewayWaits()
        self._service = ServiceWait(attempt, fresh, recorder, request_budget, patience)
        self._account = AccountCheck(self._service, attempt, fresh, recorder, request_budget, patience.repeats)
        self._handlers = {
            "unreached": self._when_unreached,
            "stale": self._when_stale,
            "limited": self._when_limited,
            "gateway": self._when_gateway,
            "account": self._when_account,
            "broken": self._when_broken,
            "late": self._when_late,
        }

    @property
    def stopped(self) -> str:
        """Why the run has ended; empty while it continues."""
        return self._service.stopped

    def send(self, case: Case, number: int | None = None) -> Answer:
        """Send ``case`` until its response is final.

        Raises:
            NoVerdict: Failures of the network, a gateway or the account prevented every response.
        """
        self._service.check()
        answer = self._attempt(case, number=number)
        if self._suspicion(answer) is not None:
            with self._outage:
                answer, is_final = self._until_final(case, answer)
            if is_final:
                self.note(answer)
                return answer
        self._service.note_good(answer[0])
        self.note(answer)
        if answer[1] is not None:
            self.fatal.note_answered(case, answer[1].expectation)
        return answer

    def note(self, answer: Answer) -> None:
        """Record a final response: what was accepted once should be accepted again."""
        self._account.note(answer)

    def note_once(self, text: str) -> None:
        """Write a note about retries to the history, once."""
        if text not in self._noted:
            self._noted.add(text)
            self._service.note(text)

    def _until_final(self, case: Case, answer: Answer) -> tuple[Answer, bool]:
        """The first response that is the service's own or final, and whether it is final."""
        trouble = _Trouble(time.monotonic())
        while (kind := self._suspicion(answer)) is not None:
            try:
                if self._connection_limit.explains(answer[0]):
                    outcome = _Outcome(self._repeated(self._renewed(case, answer[1]), answer))
                else:
                    outcome = self._handlers[kind](case, answer, trouble)
            except Exception:
                self._recorder.exchange(answer[0])
                raise
            if outcome.answer is not answer:
                if outcome.of_former is None:
                    self._supersede(answer[0], None)
                else:
                    self._outage.broke(answer[0], outcome.of_former)
                answer = outcome.answer
            if outcome.is_final:
                return answer, True
        return answer, False

    def _suspicion(self, answer: Answer) -> str | None:
        exchange, judgement = answer
        slow = self._limits.seconds(exchange.case.body)
        kind = suspicious(exchange, judgement.expectation if judgement else None, slow)
        return "account" if kind is None and self._account.suspects(answer) else kind

    def _repeated(self, case: Case, answer: Answer) -> Answer:
        self._service.check()
        return self._attempt(case, repeat=answer[0].number)

    def _supersede(self, exchange: Exchange, judgement: Judgement | None) -> None:
        """Record an exchange that was replaced by a repetition."""
        self._recorder.exchange(exchange, judgement)
        if judgement is None or not judgement.findings:
            self._service.note(f"a request was repeated after: {named(exchange)}")

    # -- one kind of trouble each -------------------------------------------------------------------------

    def _when_unreached(self, case: Case, answer: Answer, trouble: _Trouble) -> _Outcome:
        """Nothing was sent: wait until the service can be reached again."""
        detail = answer[0].failure.detail if answer[0].failure else ""
        reason = f"the service cannot be reached any more ({detail}){self._service.behind}"
        self._service.wait(trouble.pause, trouble.since, reason)
        trouble.pause = min(2 * trouble.pause, LONGEST_PAUSE)
        return _Outcome(self._repeated(case, answer))

    def _when_stale(self, case: Case, answer: Answer, _trouble: _Trouble) -> _Outcome:
        """A kept-alive connection ended: repeat over a new one."""
        self._service.doubt(answer[0])
        return _Outcome(self._repeated(case, answer))

    def _when_limited(self, case: Case, answer: Answer, trouble: _Trouble) -> _Outcome:
        """429: wait as long as the service asks, for all threads and workers.

        If the request may be refused, 429 may be its refusal, such as a limit on guesses of keys.
        """
        judgement = answer[1]
        may_be_refused = judgement is not None and judgement.expectation.expected is not Expected.CREATED
        if may_be_refused and _LIMITED in self._confirmed:
            return _Outcome(answer, is_final=True)
        first = trouble.pause == _FIRST_PAUSE
        trouble.pause = min(max(0.5, 2 * trouble.pause), 15.0)
        # After a second refusal with Retry-After: 0 the pause grows anyway.
        asked = max(retry_after(answer[0], trouble.pause), 0.0 if first else trouble.pause / 2)
        self._service.wait(
            min(asked, LONGEST_PAUSE) if may_be_refused else asked,
            trouble.since,
            f"the service limits requests (status 429) and asks to wait for {asked:,.0f} s; "
            "use --rate to slow the run down, or --patience to wait longer",
        )
        if may_be_refused and not first:
            with self._calm:
                trouble.agreed = 0 if self._service.control(answer[0])[1] else trouble.agreed + 1
            if trouble.agreed >= _AGREED_LIMIT:
                self._confirmed.add(_LIMITED)
                return _Outcome(answer, is_final=True)
        return _Outcome(self._repeated(case, answer))

    def _when_gateway(self, case: Case, answer: Answer, trouble: _Trouble) -> _Outcome:
        """502, 503, 504: the gateway's failure, unless this request gets it repeatedly while others succeed."""
        status = answer[0].status
        asked = self._gateway_waits.seconds(answer[0], is_own=status in self._confirmed, agreed=trouble.agreed)
        if asked:
            self._service.wait(asked, trouble.since, f"the service asks to wait for {asked:,.0f} s (status {status})")
        with self._calm:
            if status in self._confirmed:
                trouble.agreed += 1
                return _Outcome(answer, True) if trouble.agreed > 1 else _Outcome(self._repeated(case, answer))
            _, waited = self._service.control(answer[0])
            again = self._repeated(case, answer)
            if self._suspicion(again) == "gateway":
                # Twice in a row: one of two servers that alternate may be down.
                self._supersede(again[0], None)
                again = self._repeated(case, again)
            if self._suspicion(again) != "gateway":
                return _Outcome(again)
            trouble.agreed = 0 if waited else trouble.agreed + 1
            if trouble.agreed >= (_AGREED_WHERE_IT_FAILS if self._service.gateway_fails else _AGREED):
                self._confirmed.add(again[0].status)
                return _Outcome(again, is_final=True)
            reason = f"the service stopped answering during the run (status {status})"
            self._service.wait(min(retry_after(again[0], trouble.pause), LONGEST_PAUSE), trouble.since, reason)
            trouble.pause = min(2 * trouble.pause, LONGEST_PAUSE)
            return _Outcome(again)

    def _when_account(self, _case: Case, answer: Answer, _trouble: _Trouble) -> _Outcome:
        """A refusal of a valid request: due to the account if those that it accepted before are refused too."""
        with self._calm:
            self._account.end_if_refused(answer)
        return _Outcome(answer, is_final=True)

    def _when_late(self, _case: Case, answer: Answer, _trouble: _Trouble) -> _Outcome:
        """A server error that is too slow is final; after many of them the run ends."""
        response = answer[0].response
        reason = self._counts.count("timeout" if response and response.cut else "slow", answer[0])[1]
        if reason:
            self._service.end(reason)
        return _Outcome(answer, is_final=True)

    def _when_broken(self, case: Case, answer: Answer, _trouble: _Trouble) -> _Outcome:
        """No complete response in time: a finding if it happens again while the service is healthy."""
        exchange, judgement = answer
        kind = exchange.failure.kind if exchange.failure else "slow"
        times, reason = self._counts.count(kind, exchange)
        if reason:
            self._service.end(reason)
            is_convinced = self._counts.confirmed[kind] >= _CONVINCED
            return _Outcome(answer if is_convinced else (exchange, _at_times(judgement)), is_final=True)
        with self._calm:
            self._service.control(exchange)
            was_away = self._service.was_away_since(exchange)
            if self._counts.confirmed[kind] >= _CONVINCED and not was_away:
                return _Outcome(answer, is_final=True)
            case = self._renewed(case, judgement)
            # Concurrent requests could bring the service down again.
            with self._request_budget.alone(_QUIET) if was_away else nullcontext():
                again = self._repeated(case, answer)
                is_broken = self._suspicion(again) == "broken"
                if is_broken and was_away:
                    self._service.control(again[0])
                    if judgement is not None and self._service.was_away_since(again[0]):
                        self.fatal.add(case, judgement.expectation)
        if is_broken:
            self._counts.confirm(kind)
            return _Outcome(again, is_final=True)
        if judgement is None or times < (_RESTARTS if was_away else 2):
            return _Outcome(again)
        # Once may be the network's fault; twice is a finding that says "at times".
        return _Outcome(again, of_former=_at_times(judgement))

    def _renewed(self, case: Case, judgement: Judgement | None) -> Case:
        """A case with new names where the first one may have created a project: its externalId may be in use now."""
        if judgement is None or not {IN_USE, SENT_BEFORE}.isdisjoint(judgement.expectation.why):
            return case
        return self._fresh.renewed(case)


def _at_times(judgement: Judgement | None) -> Judgement | None:
    """The judgement with findings that say "at times"."""
    if judgement is None:
        return None
    found = tuple(replace(finding, cause=f"{finding.cause} at times") for finding in judgement.findings)
    return replace(judgement, findings=found)
