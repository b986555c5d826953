"""The summary of a run: the read-only record from which all reports are made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.clause import INVALID, VALID
from contracts.findings import Outcome
from contracts.verdict import ExitStatus
from reports.visible import inert

if TYPE_CHECKING:
    from contracts.clause import Clause
    from contracts.deviations import Deviation
    from contracts.diagnosis import Diagnosis
    from contracts.verdict import ClauseResult
    from reports.evidence import FindingReport
    from reports.tally import CaseSetCount, Latency, Moment

#: States of a clause, worst first. ``advice`` is broken at a level that does not fail the run; ``known`` is broken only
#: by accepted deviations.
STATES: Final = ("broken", "unknown", "known", "advice", "not exercised", "partial", "kept")


#: The name and the version of this suite in formats that name the tool.
TOOL: Final = "create-project contract suite"
TOOL_VERSION: Final = "1.0.0"

_ON_THE_MOCK: Final = "This run tested the mock: it says nothing about a service."
_RELEASE: Final = {
    "kept": "This run found nothing that prevents a release.",
    "broken": "Do not release: fix what was found, or record it as a known deviation.",
    "no verdict": "This run cannot say whether the service is ready to release: remove the cause and run it again.",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of a run: everything that is needed to repeat it. Times are seconds since the epoch."""

    ids: tuple[str, ...]
    target: str
    base_url: str
    profile: str
    seed: str
    run_ids: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    commit: str
    dirty: bool
    started: float
    ended: float
    limits: tuple[tuple[str, float], ...]
    shards: tuple[str, ...]
    commands: tuple[str, ...]
    histories: int
    directory: str

    @property
    def seconds(self) -> float:
        """The duration of the run."""
        return max(0.0, self.ended - self.started)


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """The result for one clause. ``state`` is one of :data:`STATES`."""

    clause: Clause
    state: str
    positive: int
    negative: int
    broken: int
    known: int
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note that is not a finding: about retries, cleanup, advice, budget, observations or drift."""

    kind: str
    text: str
    data: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a run in which tests send nothing; in seconds after the start of the timeline."""

    kind: str
    start: float
    end: float

    @property
    def words(self) -> str:
        """What the run did, for readers."""
        return {"final_checks": "verifying what was created", "cleanup": "deleting what was created"}.get(
            self.kind, self.kind
        )


@dataclass(frozen=True, slots=True)
class Cleanup:
    """The result of the cleanup; ``kept`` pairs an id with the reason.

    ``may_be_left`` counts requests that may have left a project.
    """

    created: int = 0
    deleted: int = 0
    kept: tuple[tuple[str, str], ...] = ()
    kept_count: int = 0
    may_be_left: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A known deviation that needs attention: expired, or not observed any more."""

    name: str
    clause: str
    owner: str
    expires: str
    link: str

    @classmethod
    def of(cls, entry: Deviation) -> Accepted:
        """The entry for a report."""
        return cls(
            inert(entry.name), inert(entry.clause), inert(entry.owner), entry.expires.isoformat(), inert(entry.link)
        )


@dataclass(frozen=True, slots=True)
class SharedCause:
    """A likely cause of several findings in words, with their numbers and ids."""

    sentence: str
    explained: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a run, read by every renderer.

    ``findings`` fail the run, ``advice`` does not, ``known`` are covered by accepted deviations; ``causes`` are the
    likely mistakes behind the first. Texts are inert (see :func:`reports.visible.inert`); raw bytes are only in the
    evidence of findings.
    """

    status: ExitStatus
    sentence: str
    complete: bool
    environment: Environment
    requests: int
    expected: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]
    latencies: tuple[Latency, ...]
    case_sets: tuple[CaseSetCount, ...]
    bar_seconds: float
    timeline: tuple[Moment, ...]
    phases: tuple[Phase, ...]
    clauses: tuple[ClauseRow, ...]
    findings: tuple[FindingReport, ...]
    advice: tuple[FindingReport, ...]
    known: tuple[FindingReport, ...]
    notes: tuple[Note, ...]
    cleanup: Cleanup | None
    expired: tuple[Accepted, ...]
    vanished: tuple[Accepted, ...]
    causes: tuple[Diagnosis, ...]

    @property
    def outcome(self) -> str:
        """``kept``, ``broken`` or ``no verdict``."""
        return {ExitStatus.KEPT: "kept", ExitStatus.BROKEN: "broken"}.get(self.status, "no verdict")

    @property
    def all_findings(self) -> tuple[FindingReport, ...]:
        """Findings of every state: those that fail the run, then advice, then known deviations."""
        return (*self.findings, *self.advice, *self.known)

    @property
    def release(self) -> str:
        """What the verdict means for a release."""
        return _ON_THE_MOCK if self.environment.target == "mock" else _RELEASE[self.outcome]

    @property
    def shared_causes(self) -> tuple[SharedCause, ...]:
        """The likely causes that would explain several findings each, in the order of these."""
        numbered = [(number, finding.id) for number, finding in enumerate(self.findings, 1)]
        found = (SharedCause(c.sentence, tuple(n for n in numbered if n[1] in c.findings)) for c in self.causes)
        return tuple(sorted((cause for cause in found if len(cause.explained) > 1), key=lambda cause: cause.explained))

    def states(self) -> Counter[str]:
        """The number of clauses in each state."""
        return Counter(row.state for row in self.clauses)

    def in_state(self, *states: str) -> tuple[ClauseRow, ...]:
        """The clauses in any of ``states``, in the order of the catalogue."""
        return tuple(row for row in self.clauses if row.state in states)


def state_of(outcome: Outcome | None, *, known: int, failing: bool) -> str:
    """The state of a clause in words; ``failing`` is True if breaking it fails the run."""
    if outcome is Outcome.FAIL:
        return "broken" if failing else "advice"
    if outcome is Outcome.UNKNOWN:
        return "unknown"
    if known:
        return "known"
    if outcome is None:
        return "not exercised"
    return "partial" if outcome is Outcome.PARTIAL else "kept"


def missing(result: ClauseResult) -> str:
    """The missing side of a clause that was exercised in part, in words; empty for others."""
    if result.outcome is not Outcome.PARTIAL:
        return ""
    words = {VALID: "no valid request was accepted", INVALID: "no invalid request was refused"}
    return "; ".join(words[side] for side in result.missing)
