"""Further questions to the service about what broke: bounded, judged and recorded like everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.harness.client.budget import BudgetSpent, OutOfTime

if TYPE_CHECKING:
    from contracts.exchange import Case
    from contracts.findings import Finding
    from tests.harness.client.session import Judged, Session

#: Requests that are spent on all findings of a run.
_PER_RUN: Final = 300


class Questions:
    """Asks the service; ``refused`` and ``failed`` collect what broke on the way, until somebody settles it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked = 0
        self.refused: list[tuple[Judged, Finding]] = []
        self.failed: list[tuple[Judged, Finding]] = []

    @property
    def are_spent(self) -> bool:
        """Whether nothing more may be asked in this run."""
        return self._asked >= _PER_RUN

    def ask(self, case: Case) -> Judged | None:
        """What the service makes of a case; None where nothing more may be asked."""
        if self.are_spent:
            return None
        self._asked += 1
        try:
            reply = self._session.post(case)
        except (BudgetSpent, OutOfTime):
            self._asked = _PER_RUN
            return None
        self.refused += [(reply, finding) for finding in reply.findings if finding.cause == "refused"]
        self.failed += [(reply, finding) for finding in reply.findings if finding.clause == "service.no_5xx"]
        return reply
