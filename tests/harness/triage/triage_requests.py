"""Further requests for the triage of findings: limited, judged and recorded like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.findings import REFUSED
from tests.harness.client.budget import BudgetSpent, OutOfTime

if TYPE_CHECKING:
    from contracts.exchange import Case
    from contracts.findings import Finding
    from tests.harness.client.judged import Judged
    from tests.harness.client.session import Session

#: The maximum number of requests for the triage of all findings of a run, and the maximum share of its budget: triage
#: must not take the requests that would find what else is broken.
_PER_RUN: Final = 300
_SHARE: Final = 1 / 6
#: The requests that shrinking leaves, for finding the reasons of further findings: at most so many, and half of all.
_FOR_REASONS: Final = 30
#: With fewer requests than these, a field that the service names in its message is taken for the reason.
_FEW: Final = 30


class TriageRequests:
    """Sends triage requests; ``refused``, ``failed`` and ``accepted`` collect findings to be attributed.

    ``budget`` is the budget of the run for requests of all kinds; None for no limit.
    """

    def __init__(self, session: Session, budget: int | None = None) -> None:
        self._session = session
        self._asked = 0
        self._most = _PER_RUN if budget is None else min(_PER_RUN, int(budget * _SHARE))
        self.refused: list[tuple[Judged, Finding]] = []
        self.failed: list[tuple[Judged, Finding]] = []
        self.accepted: list[tuple[Judged, Finding]] = []

    @property
    def are_spent(self) -> bool:
        """Whether the limit of this run is reached."""
        return self._asked >= self._most

    @property
    def are_few(self) -> bool:
        """Whether a run has so few requests that it must trust the messages of the service."""
        return self._most < _FEW

    @property
    def left_for_shrinking(self) -> int:
        """The number of requests that shrinking may use."""
        return self._most - min(_FOR_REASONS, self._most // 2) - self._asked

    def reconnect(self) -> None:
        """Use a new connection from now on."""
        self._session.reconnect()

    def ask(self, case: Case) -> Judged | None:
        """The judged exchange of a case; None if it may not be sent."""
        if self.are_spent or not self._session.can_find(case):
            return None
        self._asked += 1
        try:
            reply = self._session.post_unless_fatal(case)
        except (BudgetSpent, OutOfTime):
            self._asked = self._most
            return None
        if reply is None:
            return None
        self.refused += [(reply, finding) for finding in reply.findings if finding.cause == REFUSED]
        self.accepted += [(reply, found) for found in reply.findings if found.clause == "authorization.required"]
        self.failed += [(reply, finding) for finding in reply.findings if finding.clause == "service.no_5xx"]
        return reply
