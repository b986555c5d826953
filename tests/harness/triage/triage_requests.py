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

#: The maximum number of requests for the triage of all findings of a run.
_PER_RUN: Final = 300


class TriageRequests:
    """Sends triage requests; ``refused``, ``failed`` and ``accepted`` collect findings to be attributed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked = 0
        self.refused: list[tuple[Judged, Finding]] = []
        self.failed: list[tuple[Judged, Finding]] = []
        self.accepted: list[tuple[Judged, Finding]] = []

    @property
    def are_spent(self) -> bool:
        """Whether the limit of this run is reached."""
        return self._asked >= _PER_RUN

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
            self._asked = _PER_RUN
            return None
        if reply is None:
            return None
        self.refused += [(reply, finding) for finding in reply.findings if finding.cause == REFUSED]
        self.accepted += [(reply, found) for found in reply.findings if found.clause == "authorization.required"]
        self.failed += [(reply, finding) for finding in reply.findings if finding.clause == "service.no_5xx"]
        return reply
