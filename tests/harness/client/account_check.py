"""Decides whether refusals of valid requests are due to the account: it may allow no more projects."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from contracts.expectation import Expected
from tests.harness.client.failure_classification import ACCOUNT

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.client.attempts import Answer, Attempt, FreshCases, Recorder
    from tests.harness.client.budget import RequestBudget
    from tests.harness.client.service_wait import ServiceWait

#: Seconds after which the other threads' requests should be answered.
_QUIET: Final = 0.4
_WRONG_KEY: Final = 401
#: The meaning of a refusal of the simplest request during the run, by status.
_REFUSED: Final = {
    _WRONG_KEY: "the key is no longer accepted",
    402: "the account allows no more projects",
    403: "the key may not create projects any more, or the account allows no more of them",
    409: "the account allows no more projects",
}
#: Quotas are also reported with statuses that usually concern the request, 400 and 422 above all. Those of this list
#: concern the size or the pace of one request.
_NO_QUOTA: Final = frozenset({408, 411, 413, 414, 415, 417, 429, 431})
#: The number of times that the simplest request succeeds after such a refusal until the status means the request; and
#: the number of consecutive refusals after which it is sent nevertheless.
_CONVINCED, _STREAK = 2, 6


class AccountCheck:
    """Sends requests like those that were accepted before, to learn whether the service accepts them still.

    Args:
        service: Waits for the service, and ends the run.
        attempt: Sends a case once.
        fresh: Creates the cases.
        recorder: The history.
        request_budget: Lets a request be sent without others in flight.
        repeats: The number of refused requests that it takes.
    """

    def __init__(
        self,
        service: ServiceWait,
        attempt: Attempt,
        fresh: FreshCases,
        recorder: Recorder,
        request_budget: RequestBudget,
        repeats: int,
    ) -> None:
        self._service = service
        self._attempt = attempt
        self._fresh = fresh
        self._recorder = recorder
        self._request_budget = request_budget
        self._repeats = repeats
        self._simplest: frozenset[str] | None = None
        #: The latest accepted request with other members than the simplest one, and whether such a one was accepted.
        self._accepted: Case | None = None
        self._simplest_accepted = False
        #: Per status: how often the simplest request succeeded after it; and the consecutive refusals.
        self._answered: Counter[int] = Counter()
        self._streak = 0

    def note(self, answer: Answer) -> None:
        """Record a final response."""
        exchange, judgement = answer
        if judgement is None or judgement.expectation.expected is not Expected.CREATED:
            return
        if exchange.status in range(200, 300):
            self._streak = 0
            if self._simplest is None:
                self._simplest = frozenset(json.loads(self._fresh.control().body or b"{}"))
            # The names of the members that were sent.
            if frozenset(judgement.expectation.body) == self._simplest:
                self._simplest_accepted = True
            else:
                self._accepted = exchange.case
        else:
            self._streak += 1

    def suspects(self, answer: Answer) -> bool:
        """Whether the refusal of a valid request may be due to a quota, although its status does not say so."""
        exchange, judgement = answer
        if judgement is None or judgement.expectation.expected is not Expected.CREATED or not self._simplest_accepted:
            return False
        if exchange.status not in range(400, 500) or exchange.status in _NO_QUOTA:
            return False
        return self._answered[exchange.status] < _CONVINCED or self._streak >= _STREAK

    def end_if_refused(self, answer: Answer) -> None:
        """End the run if the service refuses every creation; return if it accepts one.

        Raises:
            NoVerdict: The service refuses what it accepted before.
        """
        status = answer[0].status
        for attempt in range(self._repeats):
            # Alone from the second time on: a request that is refused only among concurrent ones is the service's
            # fault.
            with self._request_budget.alone(_QUIET if attempt else 0.0):
                control, _waited = self._service.control(answer[0])
            if control.status not in ACCOUNT | {status}:
                self._answered[status] += 1
                self._streak = 0
                return
            status = control.status
        if self._accepts_other(answer):
            return
        refused = _REFUSED.get(status, "the account allows no more projects, or the service refuses every creation now")
        advice = "" if status == _WRONG_KEY else "; --profile smoke creates about ten"
        self._service.stop(f"{refused} (status {status} during the run){advice}")

    def _accepts_other(self, answer: Answer) -> bool:
        """Whether a request that was accepted before is accepted still: then only the simplest one is refused."""
        if self._accepted is None:
            return False
        again, judgement = self._attempt(self._fresh.renewed(self._accepted), repeat=answer[0].number)
        is_accepted = again.status in range(200, 300)
        self._recorder.exchange(again, judgement if is_accepted else None)
        if is_accepted:
            self._answered[answer[0].status] += 1
            self._streak = 0
        return is_accepted
