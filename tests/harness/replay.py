"""Replays one finding, to test whether it is still broken."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.clauses import catalogue
from contracts.findings import REFUSED, Finding, Level
from contracts.judgement import Judge
from contracts.verdict import ExitStatus
from reports.reading import summarize
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.client.credentials import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.exchange import Case, Exchange
    from reports.evidence import FindingReport
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver

#: How often a passing case is sent, because some failures are intermittent.
_TIMES: Final = 10


@dataclass(frozen=True, slots=True)
class Replay:
    """The smallest exchange of a finding, and the run ids of the runs that sent it."""

    finding: FindingReport
    exchange: Exchange
    run_ids: tuple[str, ...]

    def send(self, driver: Driver) -> tuple[ExitStatus, str]:
        """Send the case with new names until it breaks a promise; return the exit status and a sentence.

        Raises NoVerdict if the service cannot be reached.
        """
        if not self._shows_alone(driver):
            finding = f"expected {self.finding.expected}; received {self.finding.received}"
            return (
                ExitStatus.NO_VERDICT,
                f"this finding needs several requests; run the suite with its seed ({finding})",
            )
        levels = catalogue(driver.contract)
        for sent in range(_TIMES):
            try:
                judged = driver.session.post(self._case(driver))
            except (BudgetSpent, OutOfTime) as end:
                if not sent:
                    return ExitStatus.NO_VERDICT, str(end)
                return ExitStatus.KEPT, f"no longer broken, in {sent} requests ({end})"
            broken = [finding for finding in judged.findings if levels[finding.clause].level is not Level.ADVISORY]
            same = [finding for finding in judged.findings if self._is_same(finding)]
            if same or broken:
                return ExitStatus.BROKEN, self._sentence(judged, (same or broken)[0], again=bool(same))
        return ExitStatus.KEPT, f"no longer broken: {_TIMES} responses kept the contract"

    def _shows_alone(self, driver: Driver) -> bool:
        """Whether the exchange alone shows the finding; the names in it are those of its own run."""
        target = driver.session.target
        judges = [Judge(driver.contract, target.limits, target.secrets, run_id) for run_id in self.run_ids]
        return any(self._is_same(found) for judge in judges for found in judge.judge(self.exchange).findings)

    def _is_same(self, found: Finding) -> bool:
        # The place that a cause names is attributed in a run: the case alone may be attributed to another one.
        causes = {cause.partition(" at ")[0] for cause in self.finding.causes}
        if found.clause in self.finding.clauses:
            return found.cause.partition(" at ")[0] in causes
        # Triage attributes the refusal of a valid request to one of its fields, or to a header.
        return found.cause == REFUSED and found.cause in causes

    def _case(self, driver: Driver) -> Case:
        case = self.exchange.case
        if case.body is None:
            return case
        body = case.body
        for run_id in self.run_ids:
            body = re.sub(rf"{re.escape(run_id)}-[0-9]+".encode(), driver.names.next().encode(), body)
        return replace(case, body=body)

    def _sentence(self, judged: Judged, finding: Finding, *, again: bool) -> str:
        word = "still broken" if again else f"broken in another way ({finding.clause})"
        return f"{word}: expected {finding.expected}; received {finding.received} (request {judged.exchange.number})"


def load_replay(run: Path, identifier: str) -> Replay:
    """The finding of a saved run; raises WrongUsage if there is no such run or finding."""
    try:
        summary = summarize([run])
    except FileNotFoundError as problem:
        raise WrongUsage(f"--run {run}: {problem}") from None
    for finding in summary.all_findings:
        if finding.id == identifier:
            if finding.evidence is None:
                raise WrongUsage(f"--replay {identifier}: the run has stored no request with this finding")
            return Replay(finding, finding.evidence.exchange, summary.environment.run_ids)
    names = ", ".join(finding.id for finding in summary.all_findings)
    raise WrongUsage(f"--replay {identifier!r}: {run} has no such finding; it has: {names or 'none'}")
